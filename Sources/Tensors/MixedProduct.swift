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
        let (outs, ins) = (weight.shape[0], weight.shape[1])
        let rows = count / max(ins, 1)
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
                    narrow.turned(rows, outs).timesWeights(
                        x.reshaped([rows, ins]), rows: outs, output: .float32),
                    wants.bias ? g.converted(to: .float32).columnSums(outs) : nil,
                ]
            })
    }

    /// BFloat16 numbers [rows, columns] as [columns, rows].
    private func turned(_ rows: Int, _ columns: Int) -> Tensor {
        let out = Tensor(uninitialised: [columns, rows], elementType: .bfloat16)
        let from = storage.address.assumingMemoryBound(to: UInt16.self)
        let to = out.storage.address.assumingMemoryBound(to: UInt16.self)
        // A line of numbers of each of thirty-two rows at a time, so that both sides stay in a cache.
        let side = 32
        parallel((columns + side - 1) / side, grain: max(1, elementGrain / max(1, rows * side))) { blocks in
            for block in blocks {
                let (first, end) = (block * side, min(block * side + side, columns))
                for row in stride(from: 0, to: rows, by: side) {
                    for column in first..<end {
                        for r in row..<min(row + side, rows) {
                            to[column &* rows &+ r] = from[r &* columns &+ column]
                        }
                    }
                }
            }
        }
        return out
    }
}
