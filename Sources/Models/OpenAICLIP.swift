import Foundation
import SynCheckpoints
import SynTensors

/// A CLIP under the names of OpenAI's own code, which open_clip, CyCLIP and CLOOB kept: `visual.conv1.weight`,
/// `transformer.resblocks.0.attn.in_proj_weight`.
///
/// Such checkpoints come without settings. Sizes are read off the tensors by the rules of OpenAI's `build_model`: heads
/// have 64 channels, a residual network shrinks its image 32 times, and a caption ends at its largest id, unless an
/// `open_clip_config.json` beside the checkpoint says otherwise. No tensor tells the activation: it is that file's, or
/// that of the program in a TorchScript archive, or must be given.
struct OpenAICLIP {
    /// Where `visual` stands.
    let root: WeightScope
    /// Where `token_embedding` stands: the same place, or a tower of its own (`transformer` in CLOOB).
    let text: WeightScope
    let configuration: CLIPConfiguration

    /// The file's sizes as numbers of the model; counters of batch norms; masks of older versions.
    static let ignoredNames = [
        "input_resolution", "context_length", "vocab_size", "*.num_batches_tracked", "*attn_mask",
    ]

    /// What a text encoder leaves alone.
    static let ignoredBesideText = ignoredNames + ["*visual.*", "*logit_scale", "*logit_inv_tau", "*logit_bias"]

    /// Whether the names are OpenAI's.
    static func isIn(_ weights: Weights) -> Bool {
        weights.storedNames.contains { $0.hasSuffix("visual.conv1.weight") }
            && weights.storedNames.contains {
                $0.hasSuffix("token_embedding.weight") && !$0.hasSuffix("s.token_embedding.weight")
            }
    }

    /// Nil when the checkpoint has other names. `place` is where it lies, for its settings and for errors.
    init?(_ weights: Weights, at place: URL, activation: CLIPActivation?) throws {
        guard Self.isIn(weights) else { return nil }
        let root = try weights.scope(holding: [.init("visual.conv1.weight")])
        guard let text = [root, root["transformer"], root["text"]].first(where: { $0.has("token_embedding.weight") })
        else { return nil }
        self.root = root
        self.text = text
        let settings = try OpenCLIPSettings(beside: place)
        let chosen = try CLIPActivation.chosen(activation, settings: settings, classes: weights.classes, at: place)
        configuration = try Self.configuration(root, text, settings, chosen, place)
    }

    private static func configuration(
        _ root: WeightScope, _ text: WeightScope, _ settings: OpenCLIPSettings?, _ activation: CLIPActivation,
        _ place: URL
    ) throws -> CLIPConfiguration {
        func shape(_ scope: WeightScope, _ name: String, _ axes: Int) throws -> [Int] {
            guard let found = scope.storedShape(name), found.count == axes, found.allSatisfy((1...1 << 24).contains)
            else {
                throw ModelError(
                    "\(place.path): this looks like a CLIP with OpenAI's names, but its tensor "
                        + "\(scope.path.isEmpty ? "" : scope.path + ".")\(name) is missing or has an impossible shape.")
            }
            return found
        }
        var made = CLIPConfiguration()
        let words = try shape(text, "token_embedding.weight", 2)
        (made.text.vocabularySize, made.text.hiddenSize) = (words[0], words[1])
        made.text.positionCount = try shape(text, "positional_embedding", 2)[0]
        made.projectionSize = try shape(text, "text_projection", 2)[1]
        made.text.projectionSize = made.projectionSize
        made.text.layerCount = text.storedCount("transformer.resblocks")
        made.text.feedForwardSize = try shape(text, "transformer.resblocks.0.mlp.c_fc.weight", 2)[0]
        made.text.headCount = settings?.textHeads ?? max(words[1] / 64, 1)
        made.text.activation = activation.rawValue
        made.text.endID = CLIPTextConfiguration.largestID

        let visual = root["visual"]
        if visual.has("proj") {
            let patches = try shape(visual, "conv1.weight", 4)
            let side = Int(Double(try shape(visual, "positional_embedding", 2)[0] - 1).squareRoot().rounded())
            made.vision.hiddenSize = patches[0]
            (made.vision.channelCount, made.vision.patchSize) = (patches[1], patches[3])
            made.vision.imageSize = side * patches[3]
            made.vision.layerCount = visual.storedCount("transformer.resblocks")
            made.vision.feedForwardSize = try shape(visual, "transformer.resblocks.0.mlp.c_fc.weight", 2)[0]
            made.vision.headCount = max(patches[0] / (settings?.headWidth ?? 64), 1)
            made.vision.activation = activation.rawValue
            made.vision.projectionSize = made.projectionSize
        } else {
            let width = try shape(visual, "layer1.0.conv1.weight", 4)[0]
            let positions = try shape(visual, "attnpool.positional_embedding", 2)[0]
            made.resNet = CLIPResNetConfiguration(
                width: width, blockCounts: (1...4).map { visual.storedCount("layer\($0)") },
                imageSize: 32 * Int(Double(positions - 1).squareRoot().rounded()), headCount: max(width / 2, 1),
                projectionSize: try shape(visual, "attnpool.c_proj.weight", 2)[0])
        }
        try made.requireWholeHeads(at: place)
        return made
    }
}

extension CLIPConfiguration {
    fileprivate func requireWholeHeads(at place: URL) throws {
        var towers = [("text", text.hiddenSize, text.headCount)]
        towers.append(
            resNet.map { ("image", $0.finalWidth, $0.headCount) } ?? ("image", vision.hiddenSize, vision.headCount))
        for (name, width, heads) in towers where heads < 1 || width % heads != 0 {
            throw ModelError(
                "\(place.path): the \(name) tower's \(width) channels cannot be divided among \(heads) heads.")
        }
    }
}

// MARK: - The towers under these names

extension CLIP {
    init(_ found: OpenAICLIP) throws {
        configuration = found.configuration
        text = try CLIPText(found)
        let visual = found.root["visual"]
        if let shape = configuration.resNet {
            vision = try CLIPResNet(visual, shape)
            visualProjection = nil
        } else {
            vision = try CLIPVision(openAI: visual, configuration.vision)
            visualProjection = try Linear(
                transposing: visual, "proj", from: configuration.vision.hiddenSize, to: configuration.projectionSize,
                bias: false)
        }
        let scale = found.root.has("logit_scale") ? "logit_scale" : "logit_inv_tau"   // the latter in CLOOB
        logScale = try found.root.tensor(scale, [], initially: .constant(configuration.initialLogScale))
        logitBias = nil
    }
}

extension CLIPText {
    init(_ found: OpenAICLIP) throws {
        let (weights, shape) = (found.text, found.configuration.textInSharedSpace)
        configuration = shape
        tower = TextTower(
            words: try Embedding(weights["token_embedding"], count: shape.vocabularySize, size: shape.hiddenSize),
            positions: Embedding(
                table: try weights.tensor(
                    "positional_embedding", [shape.positionCount, shape.hiddenSize],
                    initially: .normal(deviation: 0.01))),
            layers: try CLIPTower(openAI: weights["transformer"], shape.tower),
            finalNorm: try LayerNorm(weights["ln_final"], size: shape.hiddenSize, epsilon: shape.normEpsilon))
        projection = try Linear(
            transposing: weights, "text_projection", from: shape.hiddenSize, to: shape.projectionSize, bias: false)
    }
}

extension CLIPVision {
    init(openAI weights: WeightScope, _ shape: CLIPVisionConfiguration) throws {
        let (size, patch) = (shape.hiddenSize, shape.patchSize)
        configuration = shape
        classToken = try weights.tensor("class_embedding", [size], initially: .zeros)
        patches = try weights["conv1"].matrix("weight", [size, shape.channelCount, patch, patch])
        positions = Embedding(
            table: try weights.tensor(
                "positional_embedding", [1 + shape.patchesPerSide * shape.patchesPerSide, size], initially: .zeros))
        firstNorm = try LayerNorm(weights["ln_pre"], size: size, epsilon: shape.normEpsilon)
        tower = try CLIPTower(openAI: weights["transformer"], shape.tower)
        lastNorm = try LayerNorm(weights["ln_post"], size: size, epsilon: shape.normEpsilon)
    }
}

extension CLIPTower {
    init(openAI weights: WeightScope, _ shape: TowerConfiguration) throws {
        layers = try (0..<shape.layerCount).map { try CLIPLayer(openAI: weights["resblocks", $0], shape) }
    }
}

extension CLIPLayer {
    init(openAI weights: WeightScope, _ shape: TowerConfiguration) throws {
        let size = shape.hiddenSize
        attentionNorm = try LayerNorm(weights["ln_1"], size: size, epsilon: 1e-5)
        attention = try SelfAttention(inBands: weights["attn"], size: size, heads: shape.headCount)
        mlpNorm = try LayerNorm(weights["ln_2"], size: size, epsilon: 1e-5)
        expand = try Linear(weights["mlp", "c_fc"], from: size, to: shape.feedForwardSize)
        contract = try Linear(weights["mlp", "c_proj"], from: shape.feedForwardSize, to: size)
        activation = try Activation(huggingFace: shape.activation)
    }
}
