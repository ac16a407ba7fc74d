/// The layers of frozen networks, and the way back to their inputs.
extension Device {
    /// y = addend + x·Wᵀ + b for a frozen weight [out, in], in the type of `output`.
    func linear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?, addend: Tensor?, output: ElementType) -> Tensor {
        let (outs, ins) = (weight.shape[0], weight.shape[1])
        let x = x.converted(to: weight.elementType)
        let out = Tensor(uninitialised: x.shape.dropLast() + [outs], elementType: output, on: self)
        guard x.count > 0 else { return out }
        var product = DeviceProduct(
            rows: x.count / ins, outs: outs, inner: ins, type: weight.elementType, outType: output)
        (product.rightIsTurned, product.hasBias, product.hasAddend) = (true, bias != nil, addend != nil)
        let addend = addend?.detached.moved(to: self).converted(to: output)
        multiply(
            product, left: x.deviceAddress, right: weight.deviceAddress, bias: bias?.deviceAddress,
            addend: addend?.deviceAddress, into: out.deviceAddress)
        withExtendedLifetime((x, weight, bias, addend, out)) {}
        return out
    }

    /// dx = dy·W for a linear layer's weight [out, in], in the type of `output`.
    func timesWeights(_ g: Tensor, _ weight: Tensor, output: ElementType) -> Tensor {
        let (outs, ins) = (weight.shape[0], weight.shape[1])
        let g = g.converted(to: weight.elementType)
        let rows = g.count / outs
        let out = Tensor(uninitialised: [rows, ins], elementType: output, on: self)
        guard rows > 0 else { return out }
        let product = DeviceProduct(rows: rows, outs: ins, inner: outs, type: weight.elementType, outType: output)
        multiply(
            product, left: g.deviceAddress, right: weight.deviceAddress, bias: nil, addend: nil,
            into: out.deviceAddress)
        withExtendedLifetime((g, weight, out)) {}
        return out
    }

    /// Layer norm over the last axis of Float32 numbers, and each row's mean and 1/deviation: [rows, 2].
    func layerNorm(
        _ x: Tensor, _ scale: Tensor, _ shift: Tensor, _ epsilon: Float, output: ElementType
    ) -> (out: Tensor, statistics: Tensor) {
        let width = x.size(-1)
        let rows = x.count / max(width, 1)
        let out = Tensor(uninitialised: x.shape, elementType: output, on: self)
        let statistics = Tensor(uninitialised: [rows, 2], on: self)
        launch(
            "layer_norm_" + output.kernelEnding, in: "norms", rows: rows,
            [
                .tensor(x), .tensor(scale), .tensor(shift), .tensor(out), .tensor(statistics), .int(width),
                .float(epsilon),
            ])
        return (out, statistics)
    }

    /// The gradient of layer norm's input, Float32, given that of its output in either type; added to `base` if there
    /// is one. Between BFloat16 products it is kept rounded too, as the next of them will ask for it.
    func layerNormGradient(
        _ x: Tensor, _ g: Tensor, _ scale: Tensor, _ statistics: Tensor, onto base: Tensor? = nil
    ) -> Tensor {
        let width = x.size(-1)
        let out = Tensor(uninitialised: x.shape, on: self)
        let rounded =
            g.elementType == .bfloat16 ? Tensor(uninitialised: x.shape, elementType: .bfloat16, on: self) : nil
        out.storage.rounded = rounded?.storage
        launch(
            "layer_norm_gradient_" + g.elementType.kernelEnding, in: "norms", rows: x.count / max(width, 1),
            [
                .tensor(x), .tensor(g), .tensor(scale), .tensor(statistics), .tensor(out), .int(width),
                base.map { .tensor($0) } ?? .address(nil), rounded.map { .tensor($0) } ?? .address(nil),
            ])
        return out
    }

    /// The cross-entropy in nats of each row of logits [.., classes], and log Σ eˣ of each row.
    func crossEntropy(_ logits: Tensor, _ targets: Tensor) -> (losses: Tensor, sums: Tensor) {
        let classes = logits.size(-1)
        let rows = logits.count / classes
        let (losses, sums) = (Tensor(uninitialised: [rows], on: self), Tensor(uninitialised: [rows], on: self))
        launch(
            "cross_entropy", in: "losses", rows: rows,
            [.tensor(logits), .tensor(targets), .tensor(losses), .tensor(sums), .int(classes)])
        return (losses, sums)
    }

    /// (softmax − target) · weight.
    func crossEntropyGradient(_ logits: Tensor, _ targets: Tensor, _ sums: Tensor, _ weight: Float) -> Tensor {
        let classes = logits.size(-1)
        let out = Tensor(uninitialised: logits.shape, on: self)
        launch(
            "cross_entropy_gradient", in: "losses", rows: logits.count / classes,
            [.tensor(logits), .tensor(targets), .tensor(sums), .tensor(out), .int(classes), .float(weight)])
        return out
    }
}
