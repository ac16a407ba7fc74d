import SynTensors

/// Random silence in training (Srivastava et al. 2014): each element becomes zero with probability `rate`, the
/// others grow by 1 / (1 − rate).
///
/// A training step makes one from its own random stream and passes it to the model; a model without one has no
/// dropout. The stream moves on with every use, so one object serves one step on one thread.
package final class Dropout {
    package let rate: Float
    private var stream: RandomStream

    package init(_ rate: Float, _ stream: RandomStream) {
        self.rate = rate
        self.stream = stream
    }

    package func callAsFunction(_ x: Tensor) -> Tensor {
        rate > 0 ? x.dropout(rate, &stream) : x
    }
}
