/// In which type products with weights under training are taken, by whoever computes within `$type.withValue`.
package enum TrainedProducts {
    /// Float32, or BFloat16: see ``Tensor/mixedLinear(_:_:)``.
    @TaskLocal package static var type = ElementType.float32
}

extension Tensor {
    /// x·Wᵀ + b for Float32 weights under training, its three products in BFloat16 with Float32 sums (Micikevicius et
    /// al. 2018, without the scaling of the loss, which BFloat16's exponents make needless): x [.., in], weight
    /// [out, in], bias [out] → [.., out], Float32.
    ///
    /// Weights, x and the gradient of y are rounded once each; weights, bias and all gradients are Float32.
    func mixedLinear(_ weight: Tensor, _ bias: Tensor?) -> Tensor {
        let outs = weight.shape[0]
        let rows = count / max(weight.shape[1], 1)
        let rounded = weight.detached.converted(to: .bfloat16)
        let x = detached.converted(to: .bfloat16)
        let (shape, type) = (shape, elementType)
        let wants = (x: wantsGradient, bias: bias?.wantsGradient ?? false)
        return x.linear(rounded, bias?.detached).remembering(
            [self, weight, bias ?? rounded],
            backward: { g in
                let narrow = g.converted(to: .bfloat16)
                return [
                    wants.x ? narrow.timesWeights(rounded, rows: rows, output: type).reshaped(shape) : nil,
                    narrow.timesInputs(x, rows: rows),
                    wants.bias ? g.converted(to: .float32).columnSums(outs) : nil,
                ]
            })
    }
}
