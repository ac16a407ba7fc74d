import SynTensors

/// What a new parameter starts with when a model is trained from nothing.
///
/// `fanIn` is the number of inputs that one output sees: the product of a weight's axes after the first.
package enum Initialisation: Sendable, Equatable {
    case zeros
    case ones
    case constant(Float)
    /// N(0, deviation²).
    case normal(deviation: Float)
    /// Evenly within ±bound.
    case uniform(bound: Float)
    /// Evenly within ±√(6 / ((1 + slope²) fanIn)) (He et al. 2015). A slope of 0 suits layers before a ReLU.
    case kaimingUniform(slope: Float)
    /// N(0, 2 / ((1 + slope²) fanIn)).
    case kaimingNormal(slope: Float)
    /// Evenly within ±√(6 / (fanIn + fanOut)) (Glorot & Bengio 2010).
    case xavierUniform

    /// Where PyTorch's linear and convolution weights start: evenly within ±1/√fanIn.
    package static let torchDefault = Initialisation.kaimingUniform(slope: Float(5).squareRoot())

    func tensor(_ shape: [Int], _ stream: inout RandomStream) -> Tensor {
        let fanIn = Float(shape.dropFirst().reduce(1, *))
        switch self {
        case .zeros: return .zeros(shape)
        case .ones: return .full(shape, 1)
        case .constant(let value): return .full(shape, value)
        case .normal(let deviation): return normal(shape, deviation, &stream)
        case .uniform(let bound): return uniform(shape, bound, &stream)
        case .kaimingUniform(let slope):
            return uniform(shape, (6 / ((1 + slope * slope) * fanIn)).squareRoot(), &stream)
        case .kaimingNormal(let slope):
            return normal(shape, (2 / ((1 + slope * slope) * fanIn)).squareRoot(), &stream)
        case .xavierUniform:
            let fanOut = Float((shape.first ?? 1) * shape.dropFirst(2).reduce(1, *))
            return uniform(shape, (6 / (fanIn + fanOut)).squareRoot(), &stream)
        }
    }

    private func normal(_ shape: [Int], _ deviation: Float, _ stream: inout RandomStream) -> Tensor {
        Tensor(shape: shape) { values in
            for i in values.indices { values[i] = deviation * stream.normal() }
        }
    }

    private func uniform(_ shape: [Int], _ bound: Float, _ stream: inout RandomStream) -> Tensor {
        Tensor(shape: shape) { values in
            for i in values.indices {
                let unit: Float = stream.uniform()
                values[i] = bound * (2 * unit - 1)
            }
        }
    }
}
