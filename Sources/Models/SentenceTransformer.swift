import Checkpoints
import Foundation
import Tensors

/// A folder of the sentence-transformers library: an encoder, and what becomes of its token states, as
/// `modules.json` lists it (Reimers and Gurevych 2019).
///
/// Its `probe` pooling is the folder's own way to a sentence vector: its pooling, its dense layers, its normalisation.
/// Every other pooling, and the vectors of single layers, are the inner encoder's; layers asked for beside `probe` are
/// pooled the folder's way, without dense layers and normalisation.
public struct SentenceTransformer: TextEncoder {
    public let encoder: any TextEncoder
    public let pooling: SentencePooling
    /// What follows the pooling, in order.
    let steps: [Step]
    /// The most tokens of a sentence, where the folder sets a limit below the encoder's own.
    let limit: Int?

    enum Step: Sendable {
        case dense(Linear, Activation)
        case normalise

        func callAsFunction(_ x: Tensor) -> Tensor {
            switch self {
            case .dense(let layer, let activation): layer(x, then: activation)   // [batch, out]
            case .normalise: x.l2Normalised()
            }
        }
    }

    /// `encoder` is what the folder's first module holds; `folder` is where its `modules.json` stands.
    init(_ encoder: any TextEncoder, _ folder: SentenceTransformerFolder) throws {
        self.encoder = encoder
        pooling = try SentencePooling(folder: folder.pooling)
        limit = folder.limits.maximumLength
        var width = encoder.hiddenSize * pooling.kinds.count
        steps = try folder.rest.map { module in
            switch module {
            case .dense(let url):
                let (layer, activation) = try Self.dense(url, from: width)
                width = layer.weight.size(0)
                return .dense(layer, activation)
            case .normalise: return .normalise
            }
        }
        vectorWidth = width
    }

    private let vectorWidth: Int

    public var hiddenSize: Int { encoder.hiddenSize }
    public var layerCount: Int { encoder.layerCount }
    public var maximumLength: Int { min(limit ?? .max, encoder.maximumLength) }
    public var vocabularySize: Int { encoder.vocabularySize }

    public func vectorSize(_ pooling: Pooling) -> Int {
        pooling == .probe ? vectorWidth : encoder.vectorSize(pooling)
    }

    public func hiddenStates(ids: [[Int32]]) throws -> [Tensor] { try encoder.hiddenStates(ids: ids) }

    public func encode(ids: [[Int32]], pooling: Pooling, everyLayer: Bool) throws -> CaptionVectors {
        guard pooling == .probe else { return try encoder.encode(ids: ids, pooling: pooling, everyLayer: everyLayer) }
        let batch = try TokenBatch(
            ids, padding: 0, maximumLength: encoder.maximumLength, vocabularySize: encoder.vocabularySize)
        let states = try encoder.hiddenStates(ids: ids)
        let pooled = self.pooling(states[states.count - 1], batch)
        return CaptionVectors(
            vectors: steps.reduce(pooled) { $1($0) },
            layers: everyLayer ? states.map { self.pooling($0, batch) } : [])
    }

    private struct DenseSettings: Decodable {
        let inputs: Int
        let outputs: Int
        let hasBias: Bool?
        let activation: String?

        enum CodingKeys: String, CodingKey {
            case inputs = "in_features"
            case outputs = "out_features"
            case hasBias = "bias"
            case activation = "activation_function"
        }
    }

    private static func dense(_ folder: URL, from width: Int) throws -> (Linear, Activation) {
        let settings = try ConfigurationFile.read(DenseSettings.self, in: folder)
        try requirePositive([("in_features", settings.inputs), ("out_features", settings.outputs)])
        guard settings.inputs == width else {
            throw ModelError(
                "\(folder.path)/config.json: the layer takes \(settings.inputs) numbers, but \(width) come out of the "
                    + "module before it.")
        }
        // The name of a PyTorch class, such as torch.nn.modules.activation.Tanh, the library's own default.
        let name = settings.activation?.split(separator: ".").last ?? "Tanh"
        guard let activation = ["Tanh": Activation.tanh, "Identity": .identity, "ReLU": .relu, "GELU": .gelu][name] else {
            throw ModelError("\(folder.path)/config.json: the activation \(name) is not one of Tanh, Identity, ReLU, GELU.")
        }
        let weights = try Weights(reading: folder)
        let layer = try Linear(
            weights.scope["linear"], from: settings.inputs, to: settings.outputs, bias: settings.hasBias ?? true)
        try weights.finish()
        return (layer, activation)
    }
}
