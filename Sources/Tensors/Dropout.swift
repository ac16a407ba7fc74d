extension Tensor {
    /// Each element 0 with probability `rate`, otherwise divided by 1 − rate (Srivastava et al. 2014).
    package func dropout(_ rate: Float, _ stream: inout RandomStream) -> Tensor {
        guard rate > 0 else { return self }
        precondition(rate < 1, "a dropout rate is below one")
        let kept = 1 / (1 - rate)
        let mask = Tensor(shape: shape) { out in
            for i in out.indices { out[i] = stream.uniform() < rate ? 0 : kept }
        }
        return self * mask
    }
}

/// Random silence in training: one step's random stream and how much of it is silenced.
///
/// A training step makes one from its own random stream and passes it to the model; a model without one has no
/// dropout. The stream moves on with every use, so one object serves one step on one thread.
package final class Dropout {
    package let rate: Float
    private var stream: RandomStream

    /// - Parameter rate: of every place of a model whose settings name none; 0 ≤ rate < 1.
    package init(_ rate: Float, _ stream: RandomStream) {
        self.rate = rate
        self.stream = stream
    }

    /// For a model whose settings name the rate of every place.
    package convenience init(_ stream: RandomStream) { self.init(0, stream) }

    package func callAsFunction(_ x: Tensor) -> Tensor { self(x, rate: rate) }

    /// At a place whose rate the model's settings name.
    package func callAsFunction(_ x: Tensor, rate: Float) -> Tensor { x.dropout(rate, &stream) }
}
