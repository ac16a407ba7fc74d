import CSynKernels

extension Tensor {
    /// y = addend + act(x·Wᵀ + b) for frozen weights: x [.., in], bias [out], addend [.., out] → [.., out]. No
    /// gradients.
    ///
    /// x is rounded to BFloat16 where the weights are, and to 16-bit whole numbers, each row by its own scale, where
    /// the weights are Int8; sums are in Float32. Each output's sum is made in one order, whatever the number of rows
    /// and of threads: a sequence's result does not depend on its neighbours, in any precision.
    ///
    /// - Parameters:
    ///   - addend: Float32.
    ///   - output: Float32 or BFloat16.
    package func streamed(
        _ weight: SkinnyWeight, _ bias: Tensor? = nil, then activation: Activation = .identity,
        addingTo addend: Tensor? = nil, output: ElementType = .float32
    ) -> Tensor {
        let (outs, ins) = (weight.outs, weight.ins)
        precondition(size(-1) == ins, "weights [\(outs), \(ins)] do not fit inputs \(shape)")
        if let plain = weight.plain, plain.device != nil {
            return detached.linear(plain, bias, then: activation, addingTo: addend, output: output)
        }
        guard let kernel = kernels.skinny_gemm?.pointee, let panels = weight.panels, activation.ofKernels != nil else {
            let y = weight.plain.map { detached.linear($0, bias?.detached) } ?? streamed(weight, bias)
            let active = y.detached.activated(activation)
            return (addend.map { active + $0.detached } ?? active).converted(to: output)
        }
        let rows = count / max(ins, 1)
        let out = Tensor(uninitialised: shape.dropLast() + [outs], elementType: output)
        guard rows > 0, outs > 0 else { return out }
        let x = RowsOfUnits(detached, rows: rows, width: ins, as: weight.elementType)
        let product = skinny_gemm(
            type: weight.elementType.ofWeights, rows: rows, units: panels.shape[1], outs: outs, x: x.address,
            x_scales: x.scales?.constFloats, w: panels.storage.address, w_scales: weight.scales?.constFloats,
            end: kernel_epilogue(bias, activation, addend, into: out))
        // Parts that take a thread long enough, of some length in memory where there is so much, and not of fewer
        // panels than the kernels want; as many for each thread where they are more than threads.
        let (all, size, threads) = (panels.shape[0], panels.shape[1] * panels.shape[2], Threads.count)
        let fewest = rows == 1 ? kernel.fewest_of_one_row : kernel.fewest
        let longEnough = max(
            min(fewest, all / threads), elementGrain / max(1, size * rows / 8),
            min(131072 / max(1, size), all / (2 * threads)), 1)
        let most = max(1, all / longEnough)
        let parts = most > threads ? most / threads * threads : most
        withUnsafePointer(to: product) { product in
            parallelDynamic(parts, room: kernel.room(rows, panels.shape[1], product.pointee.type)) { part, room in
                kernel.run(
                    product, all * part / parts, all * (part + 1) / parts, all * (part + threads) / parts, room)
            }
        }
        withExtendedLifetime((x, weight, bias, addend)) {}
        return out
    }
}

/// Rows of x as the kernels read them, in units of four bytes; whole numbers with a scale for each row.
private struct RowsOfUnits {
    private let numbers: Storage
    let scales: Tensor?   // [rows]

    init(_ x: Tensor, rows: Int, width: Int, as type: ElementType) {
        guard type == .int8 else {
            let values = x.converted(to: type).reshaped([rows, width])
            numbers = (width % type.terms == 0 ? values : values.withZeroColumn).storage
            scales = nil
            return
        }
        let wide = x.converted(to: .float32)
        let step = width + width % 2
        numbers = Storage(byteCount: rows * step * 2)
        let sizes = Tensor(uninitialised: [rows])
        scales = sizes
        let to = numbers.address.assumingMemoryBound(to: Int16.self)
        for row in 0..<rows {
            sizes.mutableFloats[row] = kernels.to_int16(wide.constFloats + row * width, to + row * step, width)
            if step > width { to[row * step + width] = 0 }
        }
        withExtendedLifetime(wide) {}
    }

    var address: UnsafeRawPointer { UnsafeRawPointer(numbers.address) }
}
