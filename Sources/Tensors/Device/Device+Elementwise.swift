/// What is done number by number.
extension Device {
    /// Every element the same number.
    func filled(_ shape: [Int], _ value: Float) -> Tensor {
        let out = Tensor(uninitialised: shape, on: self)
        launch("fill_f32", in: "elementwise", over: out.count, [.tensor(out), .count(out.count), .float(value)])
        return out
    }

    /// a + b, where b's elements may repeat over a's leading axes. Float32; b may be BFloat16 of the same shape.
    func sum(_ a: Tensor, _ b: Tensor) -> Tensor {
        let (a, b) = (a.detached.moved(to: self), b.detached.moved(to: self))
        let out = Tensor(uninitialised: a.shape, on: self)
        precondition(a.elementType == .float32 && b.count > 0 && a.count % b.count == 0, "\(b.shape) is not \(a.shape)")
        if b.elementType == .bfloat16 {
            precondition(a.count == b.count, "\(b.shape) is not \(a.shape)")
            launch(
                "add_bf16_f32", in: "elementwise", over: a.count,
                [.tensor(a), .tensor(b), .tensor(out), .count(a.count)])
        } else {
            launch(
                "add_f32", in: "elementwise", over: a.count,
                [.tensor(a), .tensor(b), .tensor(out), .count(a.count), .count(b.count)])
        }
        return out
    }

    func scaled(_ a: Tensor, by factor: Float) -> Tensor {
        precondition(a.elementType == .float32, "only Float32 is scaled")
        let out = Tensor(uninitialised: a.shape, on: self)
        launch(
            "scale_f32", in: "elementwise", over: a.count,
            [.tensor(a), .tensor(out), .count(a.count), .float(factor)])
        return out
    }

    /// without + weight · (with − without), Float32.
    func guided(with: Tensor, without: Tensor, _ weight: Float) -> Tensor {
        let out = Tensor(uninitialised: with.shape, on: self)
        launch(
            "guide_f32", in: "elementwise", over: with.count,
            [.tensor(with), .tensor(without), .tensor(out), .count(with.count), .float(weight)])
        return out
    }

    func converted(_ a: Tensor, to type: ElementType) -> Tensor {
        precondition(a.elementType != type, "these are \(type) already")
        let out = Tensor(uninitialised: a.shape, elementType: type, on: self)
        launch(
            "to_\(type.kernelEnding)", in: "elementwise", over: a.count, each: 8,
            [.tensor(a), .tensor(out), .count(a.count)])
        return out
    }

    /// The activations that a device has, in the type of x.
    func activated(_ x: Tensor, _ activation: Activation) -> Tensor {
        map(x, activation.deviceKernel + "_" + x.elementType.kernelEnding)
    }

    /// g times the slope of GELU at x, in the type of x.
    func geluGradient(_ x: Tensor, _ g: Tensor) -> Tensor {
        let g = g.converted(to: x.elementType)
        let out = Tensor(uninitialised: x.shape, elementType: x.elementType, on: self)
        launch(
            "gelu_gradient_" + x.elementType.kernelEnding, in: "elementwise", over: x.count, each: 8,
            [.tensor(x), .tensor(g), .tensor(out), .count(x.count)])
        return out
    }

    private func map(_ x: Tensor, _ function: String) -> Tensor {
        let out = Tensor(uninitialised: x.shape, elementType: x.elementType, on: self)
        launch(function, in: "elementwise", over: x.count, each: 8, [.tensor(x), .tensor(out), .count(x.count)])
        return out
    }
}

extension Activation {
    /// As our kernels for devices call it.
    fileprivate var deviceKernel: String {
        switch self {
        case .gelu: "gelu"
        case .silu: "silu"
        case .quickGELU: "quick_gelu"
        default: preconditionFailure("\(self) is not computed on devices")
        }
    }
}
