/// What the training of a layer needs on a device; its parameters are Float32.
extension Device {
    /// The gradient of a linear layer's weight [out, in]: gᵀ·x for g [.., out] and x [.., in].
    func weightGradient(_ g: Tensor, _ x: Tensor) -> Tensor {
        let (g, x) = (g.detached.moved(to: self).converted(to: .float32), x.converted(to: .float32))
        let (outs, ins) = (g.size(-1), x.size(-1))
        let out = Tensor(uninitialised: [outs, ins], on: self)
        guard g.count > 0 else { return filled(out.shape, 0) }
        var product = DeviceProduct(
            rows: outs, outs: ins, inner: g.count / outs, type: .float32, outType: .float32)
        product.leftIsTurned = true
        multiply(
            product, left: g.deviceAddress, right: x.deviceAddress, bias: nil, addend: nil, into: out.deviceAddress)
        withExtendedLifetime((g, x, out)) {}
        return out
    }

    /// Sums over all axes but the last: [columns].
    func columnSums(_ x: Tensor) -> Tensor {
        let x = x.detached.moved(to: self).converted(to: .float32)
        let columns = x.size(-1)
        let out = Tensor(uninitialised: [columns], on: self)
        launch(
            "column_sums_f32", in: "training", over: columns, each: 1,
            [.tensor(x), .tensor(out), .int(x.count / max(columns, 1)), .int(columns)])
        return out
    }

    /// a · b, number by number.
    func multiplied(_ a: Tensor, _ b: Tensor) -> Tensor {
        let (a, b) = (a.detached.moved(to: self), b.detached.moved(to: self))
        precondition(
            a.shape == b.shape && a.elementType == .float32 && b.elementType == .float32,
            "\(a.shape) and \(b.shape) are not multiplied on devices")
        let out = Tensor(uninitialised: a.shape, on: self)
        launch(
            "multiply_f32", in: "training", over: a.count,
            [.tensor(a), .tensor(b), .tensor(out), .count(a.count)])
        return out
    }

    /// One parameter's step of AdamW, all four in place.
    func adamW(_ parameter: Tensor, _ gradient: Tensor, first: Tensor, second: Tensor, _ step: AdamW.Step) {
        let gradient = gradient.detached.moved(to: self)
        launch(
            "adamw_f32", in: "training", over: parameter.count,
            [
                .tensor(parameter), .tensor(gradient), .tensor(first), .tensor(second), .count(parameter.count),
                .float(step.betas.0), .float(step.betas.1), .float(step.epsilon), .float(step.decay),
                .float(step.size), .float(step.correction),
            ])
    }
}
