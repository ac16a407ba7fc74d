import CSynOneDNN

/// A matrix product of arrays in memory with any strides: c = a·b, through oneDNN.
func multiply(
    _ a: syn_view, _ aData: UnsafeRawPointer, _ b: syn_view, _ bData: UnsafeRawPointer, into c: syn_view,
    _ cData: UnsafeMutableRawPointer
) {
    withUnsafePointers(a, b, c) { Primitive(syn_matmul($0, $1, $2, false, SYN_IDENTITY, false)) }
        .run(aData, bData, into: cData)
}

extension Tensor {
    /// y = act(x·Wᵀ + b): x [.., in], weight [out, in] as checkpoints have it, bias [out] → [.., out].
    ///
    /// A BFloat16 weight (frozen) makes the product run in BFloat16 with Float32 sums: x is rounded, unless it is
    /// BFloat16 already, and y is Float32, or BFloat16 if `output` asks for that. The gradient of a BFloat16 x is
    /// BFloat16. On a processor that has no such product, x is rounded all the same and the product runs in Float32.
    /// BFloat16 weights and large Float32 ones are used as they lie (`PackedGEMM`). The others go through oneDNN,
    /// packed once for the processor, in each direction that is used, while they are frozen. Weights under training
    /// are rounded for their products where ``TrainedProducts`` says so.
    ///
    /// - Parameter addend: [.., out] Float32, which the result is added to: y = addend + act(x·Wᵀ + b), Float32.
    package func linear(
        _ weight: Tensor, _ bias: Tensor? = nil, then activation: Activation = .identity,
        addingTo addend: Tensor? = nil,
        output: ElementType = .float32
    ) -> Tensor {
        let (outs, ins) = (weight.shape[0], weight.shape[1])
        precondition(weight.shape.count == 2 && size(-1) == ins, "weights \(weight.shape) do not fit inputs \(shape)")
        let rows = count / max(ins, 1)
        if let device = weight.device {
            return linear(weight, bias, then: activation, addingTo: addend, output: output, on: device)
        }
        if weight.wantsGradient, weight.elementType == .float32, TrainedProducts.type == .bfloat16 {
            let y = mixedLinear(weight, bias).activated(activation)
            return (addend.map { $0 + y } ?? y).converted(to: output)
        }
        let isTrained = wantsGradient || weight.wantsGradient || (bias?.wantsGradient ?? false)
        let panels = PackedGEMM(weight, inner: ins)
        if let addend, panels == nil || activation != .identity {
            return addend + linear(weight, bias, then: activation)
        }
        // A gradient needs the value before the activation, so only frozen layers fuse it. oneDNN's GELU is another
        // than ours, and in Float32 it shows.
        if activation != .identity && (isTrained || (activation == .gelu && output == .float32 && panels == nil)) {
            return linear(weight, bias, output: output).activated(activation)
        }
        if panels != nil, activation.ofKernels == nil {
            return linear(weight, bias).activated(activation).converted(to: output)
        }
        if output == .bfloat16 && panels == nil && weight.productType != .bfloat16 {
            return linear(weight, bias, then: activation).converted(to: .bfloat16)
        }

        let out = Tensor(uninitialised: shape.dropLast() + [outs], elementType: output)
        guard rows > 0 else { return out }
        let x = panels == nil ? operand(of: weight) : detached.converted(to: weight.elementType)
        if let panels {
            panels.run(x, rowsAreOuts: true, bias, activation, addend, into: out)
        } else {
            let a = syn_view([rows, ins], x.elementType)   // [rows, in]
            let b = syn_view([ins, outs], strides: [1, ins], weight.productType)   // [in, out]
            let c = syn_view([rows, outs], output)   // [rows, out]
            let product = withUnsafePointers(a, b, c) {
                Primitive(syn_matmul($0, $1, $2, bias != nil, activation.kind, !weight.wantsGradient))
            }
            product.run(x, withWeights: weight, bias?.storage.address, into: out)
        }

        let wants = (x: wantsGradient, weight: weight.wantsGradient, bias: bias?.wantsGradient ?? false)
        let (shape, type) = (shape, elementType)
        let keptX = wants.weight ? x : nil
        let rest = [bias ?? weight.detached, addend ?? weight.detached]
        return out.remembering(
            [self, weight] + rest,
            backward: { g in
                var parts: [Tensor?] = [nil, nil, nil, addend == nil ? nil : g]
                if wants.x { parts[0] = g.timesWeights(weight, rows: rows, output: type).reshaped(shape) }
                if let keptX { parts[1] = g.converted(to: .float32).timesInputs(keptX, rows: rows) }
                if wants.bias { parts[2] = g.converted(to: .float32).columnSums(outs) }
                return parts
            })
    }

    private func linear(
        _ weight: Tensor, _ bias: Tensor?, then activation: Activation, addingTo addend: Tensor?, output: ElementType,
        on device: any Device
    ) -> Tensor {
        if activation != .identity {
            let y = linear(weight, bias, output: output).activated(activation)
            return addend.map { $0 + y } ?? y
        }
        let x = moved(to: device)
        let (shape, type) = (shape, elementType)
        let wants = (x: wantsGradient, weight: weight.wantsGradient, bias: bias?.wantsGradient ?? false)
        let keptX = wants.weight ? x.detached : nil
        return device.linear(x.detached, weight, bias, addend: addend, output: output).remembering(
            [x, weight, bias ?? weight.detached, addend ?? weight.detached],
            backward: { g in
                [
                    wants.x ? device.timesWeights(g, weight, output: type).reshaped(shape) : nil,
                    keptX.map { device.weightGradient(g, $0) }, wants.bias ? device.columnSums(g) : nil,
                    addend == nil ? nil : g,
                ]
            })
    }

    /// dx = dy·W for a linear layer's weights [out, in].
    func timesWeights(_ weight: Tensor, rows: Int, output: ElementType) -> Tensor {
        let (outs, ins) = (weight.shape[0], weight.shape[1])
        if let panels = PackedGEMM(weight, inner: outs) {
            let out = Tensor(uninitialised: [rows, ins], elementType: output)
            panels.run(detached.converted(to: weight.elementType), rowsAreOuts: false, into: out)
            return out
        }
        if output == .bfloat16 && weight.productType != .bfloat16 {
            return timesWeights(weight, rows: rows, output: .float32).converted(to: .bfloat16)
        }
        let g = operand(of: weight)
        let out = Tensor(uninitialised: [rows, ins], elementType: output)
        let product = withUnsafePointers(
            syn_view([rows, outs], g.elementType), syn_view([outs, ins], weight.productType),
            syn_view([rows, ins], output)
        ) {
            Primitive(syn_matmul($0, $1, $2, false, SYN_IDENTITY, !weight.wantsGradient))
        }
        product.run(g, withWeights: weight, into: out)
        return out
    }

    /// dW = dyᵀ·x in Float32, [outs, ins], for a linear layer's inputs: dy [.., outs] and x [.., ins] of one type.
    func timesInputs(_ x: Tensor, rows: Int) -> Tensor {
        let (outs, ins) = (size(-1), x.size(-1))
        let x = x.reshaped([rows, ins])
        if elementType == .bfloat16 || PackedGEMM(x, inner: rows) != nil {
            return turned(rows, outs).timesWeights(x, rows: outs, output: .float32)
        }
        let slope = Tensor(uninitialised: [outs, ins])
        multiply(
            syn_view([outs, rows], strides: [1, outs]), storage.address, syn_view([rows, ins]), x.storage.address,
            into: syn_view([outs, ins]), slope.storage.address)
        return slope
    }

    /// Numbers [rows, columns] as [columns, rows], in their type.
    private func turned(_ rows: Int, _ columns: Int) -> Tensor {
        let out = Tensor(uninitialised: [columns, rows], elementType: elementType)
        elementType == .bfloat16
            ? turn(rows, columns, into: out, as: UInt16.self) : turn(rows, columns, into: out, as: UInt32.self)
        return out
    }

    @inline(__always)
    private func turn<Word: FixedWidthInteger>(_ rows: Int, _ columns: Int, into out: Tensor, as type: Word.Type) {
        let from = storage.address.assumingMemoryBound(to: type)
        let to = out.storage.address.assumingMemoryBound(to: type)
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
    }

    /// The product over the last two axes: [batch.., m, k]·[batch.., k, n], or ·[batch.., n, k]ᵀ with
    /// `transposeRight`.
    ///
    /// The batch axes are equal, or the right side has none and serves every matrix of the left.
    package func matmul(_ right: Tensor, transposeRight: Bool = false) -> Tensor {
        precondition(shape.count >= 2 && right.shape.count >= 2, "a matrix product needs matrices")
        if right.shape.count == 2 && shape.count > 2 {
            return reshaped([-1, size(-1)]).matmul(right, transposeRight: transposeRight)
                .reshaped(shape.dropLast() + [transposeRight ? right.shape[0] : right.shape[1]])
        }
        let batchAxes = Array(shape.dropLast(2))
        precondition(batchAxes == Array(right.shape.dropLast(2)), "batches of \(shape) and \(right.shape) differ")
        let batch = batchAxes.reduce(1, *)
        let (m, k, n) = (size(-2), size(-1), right.size(transposeRight ? -2 : -1))
        precondition(right.size(transposeRight ? -1 : -2) == k, "\(shape) does not multiply \(right.shape)")
        let (a, b) = (detached, right.detached)
        let wants = (wantsGradient, right.wantsGradient)
        let out = Tensor.product(a, b, batch, m, k, n, transposeB: transposeRight).reshaped(batchAxes + [m, n])
        let shapes = (shape, right.shape)
        return out.remembering(
            [self, right],
            backward: { g in
                [
                    wants.0
                        ? Tensor.product(g, b, batch, m, n, k, transposeB: !transposeRight).reshaped(shapes.0) : nil,
                    wants.1
                        ? (transposeRight
                            ? Tensor.product(g, a, batch, n, m, k, transposeA: true)
                            : Tensor.product(a, g, batch, k, m, n, transposeA: true)).reshaped(shapes.1) : nil,
                ]
            })
    }

    /// [batch, m, k]·[batch, k, n], either side stored transposed.
    private static func product(
        _ a: Tensor, _ b: Tensor, _ batch: Int, _ m: Int, _ k: Int, _ n: Int, transposeA: Bool = false,
        transposeB: Bool = false
    ) -> Tensor {
        let out = Tensor(uninitialised: [batch, m, n])
        guard out.count > 0 else { return out }
        if k == 0 { return .zeros([batch, m, n]) }
        multiply(
            syn_view([batch, m, k], strides: transposeA ? [m * k, 1, m] : [m * k, k, 1]), a.storage.address,
            syn_view([batch, k, n], strides: transposeB ? [k * n, 1, k] : [k * n, n, 1]), b.storage.address,
            into: syn_view([batch, m, n]), out.storage.address)
        return out
    }
}

extension Primitive {
    /// Runs a product whose right side is a layer's weights: packed while frozen, as they lie otherwise.
    fileprivate func run(
        _ x: Tensor, withWeights weight: Tensor, _ bias: UnsafeMutableRawPointer? = nil, into out: Tensor
    ) {
        if weight.wantsGradient {
            run(x.storage.address, weight.storage.address, bias, into: out.storage.address)
        } else {
            let packing = packed(weight)
            run(x.storage.address, packing.address, bias, into: out.storage.address)
            withExtendedLifetime(packing) {}
        }
    }
}

/// Addresses of three views for one call.
func withUnsafePointers<Result: ~Copyable>(
    _ a: syn_view, _ b: syn_view, _ c: syn_view,
    _ body: (UnsafePointer<syn_view>, UnsafePointer<syn_view>, UnsafePointer<syn_view>) -> Result
) -> Result {
    withUnsafePointer(to: a) { a in withUnsafePointer(to: b) { b in withUnsafePointer(to: c) { c in body(a, b, c) } } }
}
