extension Tensor {
    /// Each element 0 with probability `rate`, otherwise divided by 1 − rate (Srivastava et al. 2014).
    package func dropout(_ rate: Float, _ stream: inout RandomStream) -> Tensor {
        guard rate > 0 else { return self }
        return self * .dropoutMask(shape, rate, &stream)
    }

    /// 0 with probability `rate`, otherwise 1 / (1 − rate).
    static func dropoutMask(_ shape: [Int], _ rate: Float, _ stream: inout RandomStream) -> Tensor {
        precondition(rate < 1, "a dropout rate is below one")
        let kept = 1 / (1 - rate)
        let mask = Tensor(uninitialised: shape)
        let (out, start) = (mask.mutableFloats, stream)
        parallel(mask.count, grain: elementGrain / 4) { range in
            var own = start
            own.skip(range.lowerBound)
            for i in range { out[i] = own.uniform() < rate ? 0 : kept }
        }
        stream.skip(mask.count)
        return mask
    }
}

/// Random silence in training: one step's random stream and how much of it is silenced.
///
/// A training step makes one from its own random stream and passes it to the model; a model without one has no
/// dropout. The stream moves on with every use, so one object serves one step on one thread.
package final class Dropout {
    package let rate: Float
    /// Of the shares that attention gives, everywhere.
    package let attentionRate: Float
    private var stream: RandomStream

    /// - Parameters:
    ///   - rate: of every place of a model whose settings name none; 0 ≤ rate < 1.
    ///   - attentionRate: of the shares that attention gives; 0 ≤ rate < 1.
    package init(_ rate: Float, attention attentionRate: Float = 0, _ stream: RandomStream) {
        (self.rate, self.attentionRate) = (rate, attentionRate)
        self.stream = stream
    }

    /// For a model whose settings name the rate of every place.
    package convenience init(_ stream: RandomStream) { self.init(0, stream) }

    package func callAsFunction(_ x: Tensor) -> Tensor { self(x, rate: rate) }

    /// At a place whose rate the model's settings name.
    package func callAsFunction(_ x: Tensor, rate: Float) -> Tensor { x.dropout(rate, &stream) }

    /// What shares of attention are multiplied by; nil where none drops out.
    func ofAttention(_ shape: [Int]) -> Tensor? {
        attentionRate > 0 ? .dropoutMask(shape, attentionRate, &stream) : nil
    }
}
