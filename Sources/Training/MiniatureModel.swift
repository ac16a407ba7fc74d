import Foundation
import SynModels
import SynRuns
import SynTokenizers

/// The models of the miniature world: what each is made of and how it is trained.
package enum MiniatureModel: String, CaseIterable, Sendable {
    case bertMini = "bert-mini"
    case bertSmall = "bert-small"
    case clipMini = "clip-mini"
    case clipSmall = "clip-small"
    /// Judges pictures and never conditions them.
    case clipJudge = "clip-judge"
    /// The decoder's first half, trained first.
    case vqgan
    /// The image transformer on the VQGAN's tokens; saved together with it.
    case decoder
    case inceptionMini = "inception-mini"
    /// Reads attributes off pictures.
    case attributeReader = "attribute-reader"

    /// The recipe behind the committed weights.
    package var recipe: Recipe {
        switch self {
        case .bertMini: Recipe(steps: 2500, batch: 64, learningRate: 1e-3, seed: 11)
        case .bertSmall: Recipe(steps: 2500, batch: 64, learningRate: 7e-4, seed: 12)
        case .clipMini: Recipe(steps: 1500, batch: 96, learningRate: 1e-3, weightDecay: 0.05, seed: 21)
        case .clipSmall: Recipe(steps: 1500, batch: 96, learningRate: 8e-4, weightDecay: 0.05, seed: 22)
        case .clipJudge: Recipe(steps: 1500, batch: 128, learningRate: 8e-4, weightDecay: 0.05, seed: 23)
        case .vqgan: Recipe(steps: 5000, batch: 16, learningRate: 1e-3, weightDecay: 0, seed: 31)
        case .decoder: Recipe(steps: 3500, batch: 32, learningRate: 1.5e-3, weightDecay: 0.05, seed: 32)
        case .inceptionMini: Recipe(steps: 1000, batch: 48, learningRate: 2e-3, seed: 41)
        case .attributeReader: Recipe(steps: 1500, batch: 48, learningRate: 2e-3, seed: 42)
        }
    }

    /// What a step keeps of one portrait for the way back, at least: half of what was measured as the growth of the peak
    /// with the batch (vqgan 11.3 MB, clip-judge 3.5, clip-small 2.4, clip-mini 0.32, inception-mini 1.4); where the
    /// vocabulary's training hides it, eight numbers a layer, token and channel for 16 tokens; the decoder's for its 64.
    package var leastBytesPerPortrait: Double {
        switch self {
        case .bertMini: 16 * 2 * 96 * 8 * 4
        case .bertSmall: 16 * 4 * 160 * 8 * 4
        case .clipMini: 160e3
        case .clipSmall: 1.2e6
        case .clipJudge: 1.7e6
        case .vqgan: 5.6e6
        case .decoder: 64 * 6 * 192 * 8 * 4
        case .inceptionMini, .attributeReader: 700e3
        }
    }

    /// The model at its beginning.
    ///
    /// - Parameter work: a folder for what trainings share: the vocabularies, and the finished VQGAN.
    package func trainee(_ recipe: Recipe, work: URL) throws -> any Trainee {
        switch self {
        case .bertMini:
            return try bert(layers: 2, hidden: 96, heads: 3, recipe, .bertMini, work)
        case .bertSmall:
            return try bert(layers: 4, hidden: 160, heads: 5, recipe, .bertSmall, work)
        case .clipMini:
            return try clip(text: (2, 96, 3), vision: (3, 96, 3), patch: 16, projection: 64, recipe, .clipMini, work)
        case .clipSmall:
            return try clip(text: (3, 128, 4), vision: (4, 128, 4), patch: 8, projection: 96, recipe, .clipSmall, work)
        case .clipJudge:
            return try clip(text: (3, 144, 6), vision: (5, 144, 6), patch: 8, projection: 128, recipe, .clipJudge, work)
        case .vqgan:
            return try VQGANTrainee(Self.vqganConfiguration, recipe)
        case .decoder:
            let folder = work.appending(path: "vqgan/model")
            guard FileManager.default.fileExists(atPath: folder.appending(path: "model.safetensors").path) else {
                throw Complaint(
                    .missing, "\(folder.path) has no finished VQGAN; run `synesthesia pretrain vqgan` with the same --work first")
            }
            let transformer = ImageTransformerConfiguration(
                vocabularySize: Self.vqganConfiguration.codeCount, blockSize: 64, layerCount: 6, headCount: 6, width: 192)
            return try ImageTransformerTrainee(
                transformer, vqgan: Self.vqganConfiguration, vqganFolder: folder, recipe)
        case .inceptionMini:
            return try PortraitNetworkTrainee(channelUnit: 3, inputSize: 107, target: .classes, recipe)
        case .attributeReader:
            return try PortraitNetworkTrainee(channelUnit: 3, inputSize: 107, target: .attributes, recipe)
        }
    }

    static let vqganConfiguration = VQGANConfiguration(
        codeWidth: 32, codeCount: 1024, latentChannels: 64, resolution: 64, imageChannels: 3, decodedChannels: 3,
        baseChannels: 32, multipliers: [1, 1, 2, 4], residualBlockCount: 1, attentionResolutions: [8])

    private func bert(
        layers: Int, hidden: Int, heads: Int, _ recipe: Recipe, _ range: PortraitRange, _ work: URL
    ) throws -> any Trainee {
        let folder = try CaptionVocabulary.wordPieceFolder(in: work)
        let tokenizer = try Tokenizer(folder: folder)
        var shape = BERTConfiguration()
        shape.architectures = ["BertForMaskedLM"]
        shape.vocabularySize = tokenizer.vocabularySize
        (shape.layerCount, shape.hiddenSize, shape.headCount) = (layers, hidden, heads)
        shape.feedForwardSize = 4 * hidden
        shape.positionCount = 128
        return try MaskedLanguageTrainee(shape, recipe, range: range, tokenizerFolder: folder)
    }

    private func clip(
        text: (layers: Int, hidden: Int, heads: Int), vision: (layers: Int, hidden: Int, heads: Int), patch: Int, projection: Int,
        _ recipe: Recipe, _ range: PortraitRange, _ work: URL
    ) throws -> any Trainee {
        let folder = try CaptionVocabulary.clipFolder(in: work)
        let tokenizer = try Tokenizer(folder: folder)
        guard let start = tokenizer.startID, let end = tokenizer.endID else {
            throw Complaint(.badData, "the vocabulary in \(folder.path) lacks start and end tokens; remove it to make it anew")
        }
        var shape = CLIPConfiguration()
        (shape.text.layerCount, shape.text.hiddenSize, shape.text.headCount) = text
        (shape.vision.layerCount, shape.vision.hiddenSize, shape.vision.headCount) = vision
        shape.text.feedForwardSize = 4 * text.hidden
        shape.vision.feedForwardSize = 4 * vision.hidden
        shape.text.vocabularySize = tokenizer.vocabularySize
        (shape.text.startID, shape.text.endID, shape.text.paddingID) = (start, end, end)
        shape.text.positionCount = 77
        (shape.vision.imageSize, shape.vision.patchSize) = (64, patch)
        (shape.projectionSize, shape.text.projectionSize, shape.vision.projectionSize) = (projection, projection, projection)
        return try ContrastiveTrainee(shape, recipe, range: range, tokenizerFolder: folder)
    }
}
