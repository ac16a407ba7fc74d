import COneDNN

/// The activations of the networks we read.
public enum Activation: Sendable {
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
    public func activated(_ activation: Activation) -> Tensor {
        if activation == .identity { return self }
        let out = Tensor(uninitialised: shape)
        guard count > 0 else { return out }
        Primitive(syn_activation_forward(activation.kind, Int64(count))).run(storage.address, into: out.storage.address)
        let x = detached
        return out.remembering([self], backward: { g in
            let slope = Tensor(uninitialised: x.shape)
            Primitive(syn_activation_backward(activation.kind, Int64(x.count)))
                .run(x.storage.address, g.storage.address, into: slope.storage.address)
            return [slope]
        })
    }
}
