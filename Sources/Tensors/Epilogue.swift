import CLanes

extension lanes_epilogue {
    /// y = act(sums + bias) + addend, in the numbers of `out`. The kernels must have the activation.
    init(_ bias: Tensor?, _ activation: Activation, _ addend: Tensor?, into out: Tensor) {
        self.init(
            bias: bias.map(\.constFloats), activation: activation.lanes ?? LANES_IDENTITY,
            addend: addend.map(\.constFloats), y: out.storage.address, type: out.elementType.lanes)
    }
}
