import CSynKernels
import CSynOneDNN

/// The activations of the networks we read.
package enum Activation: Sendable {
    case identity, relu
    /// x·Φ(x), with the exact normal distribution function.
    case gelu
    /// x·σ(1.702 x), as in the first CLIP models.
    case quickGELU
    /// x·σ(x), also called swish.
    case silu
    case tanh, sigmoid
    /// GELU by the tanh approximation (`gelu_new`).
    case geluTanh

    var kind: syn_activation {
        switch self {
        case .identity: SYN_IDENTITY
        case .relu: SYN_RELU
        case .gelu: SYN_GELU_ERF
        case .quickGELU: SYN_QUICK_GELU
        case .silu: SYN_SILU
        case .tanh: SYN_TANH
        case .sigmoid: SYN_SIGMOID
        case .geluTanh: SYN_GELU_TANH
        }
    }
}

extension Tensor {
    /// Float32 → Float32; BFloat16 → BFloat16, computed in Float32.
    package func activated(_ activation: Activation) -> Tensor {
        if activation == .identity { return self }
        if let device { return activated(activation, on: device) }
        if activation == .gelu { return gelu() }
        if elementType == .bfloat16 { return converted(to: .float32).activated(activation).converted(to: .bfloat16) }
        if activation == .relu { return relu() }
        let out = Tensor(uninitialised: shape)
        guard count > 0 else { return out }
        Primitive(syn_activation_forward(activation.kind, Int64(count))).run(storage.address, into: out.storage.address)
        let x = detached
        // oneDNN makes numbers of what is none.
        let (a, o) = (constFloats, out.mutableFloats)
        parallel(count, grain: elementGrain) { mapLanes($0, a, o, o) { x, y in y.replacing(with: x, where: x .!= x) } }
        return out.remembering(
            [self],
            backward: { g in
                let slope = Tensor(uninitialised: x.shape)
                Primitive(syn_activation_backward(activation.kind, Int64(x.count)))
                    .run(x.storage.address, g.storage.address, into: slope.storage.address)
                return [slope]
            })
    }

    private func activated(_ activation: Activation, on device: any Device) -> Tensor {
        let x = detached
        precondition(activation == .gelu || !wantsGradient, "\(activation) has no gradient on devices")
        return device.activated(x, activation).remembering([self], backward: { g in [device.geluGradient(x, g)] })
    }

    /// What is not a number stays so, as in PyTorch.
    private func relu() -> Tensor {
        let x = detached
        return x.mapped { $0.replacing(with: 0, where: $0 .<= 0) }.remembering(
            [self],
            backward: { g in
                [g.zipped(x) { $0.replacing(with: 0, where: $1 .<= 0) }]
            })
    }

    private func gelu() -> Tensor {
        let out = Tensor(uninitialised: shape, elementType: elementType)
        let x = detached
        parallel(count, grain: elementGrain / 4) { range in
            let (first, count) = (range.lowerBound, range.count)
            if x.elementType == .bfloat16 {
                kernels.gelu_bf16(x.constShorts + first, out.mutableShorts + first, count)
            } else {
                kernels.gelu(x.constFloats + first, out.mutableFloats + first, count)
            }
        }
        return out.remembering(
            [self],
            backward: { g in
                let slope = Tensor(uninitialised: x.shape, elementType: x.elementType)
                let g = g.converted(to: x.elementType)
                parallel(x.count, grain: elementGrain / 4) { range in
                    let (first, count) = (range.lowerBound, range.count)
                    if x.elementType == .bfloat16 {
                        kernels.gelu_gradient_bf16(
                            x.constShorts + first, g.constShorts + first, slope.mutableShorts + first, count)
                    } else {
                        kernels.gelu_gradient(
                            x.constFloats + first, g.constFloats + first, slope.mutableFloats + first, count)
                    }
                }
                return [slope]
            })
    }
}
