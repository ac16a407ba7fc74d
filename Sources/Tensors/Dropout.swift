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
