import Foundation
import SynCheckpoints
import SynTensors

/// A dense layer of a sentence-transformers folder: y = f(x·Wᵀ + b), on request with its input added.
struct SentenceDense: Sendable {
    private let layer: Linear
    private let activation: Function
    private let residual: Residual

    private enum Residual: Sendable {
        case none, same
        case brought(Linear)
    }

    /// What follows the product: one of those that the networks have too, or another function of single numbers.
    private enum Function: Sendable {
        case ours(Activation)
        case other(@Sendable (Float) -> Float)
    }

    var outputSize: Int { layer.weight.size(0) }

    private struct Settings: Decodable {
        let inputs: Int
        let outputs: Int
        let hasBias: Bool?
        let activation: String?
        let namesActivation: Bool
        let addsInput: Bool?

        private enum CodingKeys: String, CodingKey {
            case inputs = "in_features"
            case outputs = "out_features"
            case hasBias = "bias"
            case activation = "activation_function"
            case addsInput = "use_residual"
        }

        init(from decoder: any Decoder) throws {
            let file = try decoder.container(keyedBy: CodingKeys.self)
            inputs = try file.decode(Int.self, forKey: .inputs)
            outputs = try file.decode(Int.self, forKey: .outputs)
            hasBias = try file.decodeIfPresent(Bool.self, forKey: .hasBias)
            activation = try file.decodeIfPresent(String.self, forKey: .activation)
            namesActivation = file.contains(.activation)
            addsInput = try file.decodeIfPresent(Bool.self, forKey: .addsInput)
        }
    }

    /// `width` numbers come in.
    init(folder: URL, from width: Int) throws {
        let settings = try ConfigurationFile.read(Settings.self, in: folder)
        try ConfigurationFile.read(SentenceFeatures.self, in: folder).requireSentences(in: folder)
        try requirePositive([("in_features", settings.inputs), ("out_features", settings.outputs)])
        guard settings.inputs == width else {
            throw ModelError(
                "\(folder.path)/config.json: the layer takes \(settings.inputs) numbers, but \(width) come out of the "
                    + "module before it.")
        }
        // The name of a PyTorch class, such as torch.nn.modules.activation.Tanh, the library's own default.
        let name = settings.namesActivation ? settings.activation ?? "null" : "torch.nn.Tanh"
        guard name.hasPrefix("torch.nn."), let kind = name.split(separator: ".").last.map(String.init),
            let function = Self.functions[kind]
        else {
            let known = Self.functions.keys.sorted().joined(separator: ", ")
            throw ModelError(
                "\(folder.path)/config.json: the activation \(name) is not one of those of torch.nn that are "
                    + "implemented: \(known).")
        }
        activation = function
        let weights = try Weights(reading: folder)
        layer = try Linear(
            weights.scope["linear"], from: settings.inputs, to: settings.outputs, bias: settings.hasBias ?? true)
        if settings.addsInput != true {
            residual = .none
        } else if settings.inputs == settings.outputs {
            residual = .same
        } else {
            residual = .brought(
                try Linear(weights.scope["residual"], from: settings.inputs, to: settings.outputs, bias: false))
        }
        try weights.finish()
    }

    /// [batch, in] → [batch, out]
    func callAsFunction(_ x: Tensor) -> Tensor {
        let y: Tensor
        switch activation {
        case .ours(let activation): y = layer(x, then: activation)
        case .other(let function):
            let product = layer(x)
            y = Tensor(product.floats.map(function), shape: product.shape)
        }
        return switch residual {
        case .none: y
        case .same: y + x
        case .brought(let layer): y + layer(x)
        }
    }

    /// PyTorch's classes with their default arguments; what is no number stays none. PReLU has weights of its own and
    /// RReLU draws; they are not here.
    private static let functions: [String: Function] = [
        "Identity": .ours(.identity), "Tanh": .ours(.tanh), "ReLU": .ours(.relu), "GELU": .ours(.gelu),
        "Sigmoid": .other { 1 / (1 + exp(-$0)) },
        "SiLU": .other { $0 / (1 + exp(-$0)) },
        "ELU": .other { $0 > 0 ? $0 : expm1($0) },
        "CELU": .other { $0 > 0 ? $0 : expm1($0) },
        "SELU": .other { 1.0507009873554805 * ($0 > 0 ? $0 : 1.6732632423543772 * expm1($0)) },
        "LeakyReLU": .other { $0 > 0 ? $0 : 0.01 * $0 },
        "ReLU6": .other { min(max($0, 0), 6) },
        "Hardtanh": .other { min(max($0, -1), 1) },
        "Hardsigmoid": .other { min(max($0 / 6 + 0.5, 0), 1) },
        "Hardswish": .other { $0 * min(max($0 / 6 + 0.5, 0), 1) },
        "Hardshrink": .other { abs($0) <= 0.5 ? 0 : $0 },
        "Softshrink": .other { abs($0) <= 0.5 ? 0 : $0 < 0 ? $0 + 0.5 : $0 - 0.5 },
        "Tanhshrink": .other { $0 - tanh($0) },
        "Softsign": .other { $0 / (1 + abs($0)) },
        "Softplus": .other(softplus),
        "LogSigmoid": .other { -softplus(-$0) },
        "Mish": .other { $0 * tanh(softplus($0)) },
    ]

    /// log(1 + eˣ); beyond 20 it is x, as in PyTorch.
    @Sendable private static func softplus(_ x: Float) -> Float { x > 20 ? x : log1p(exp(x)) }
}
