import Foundation
import SynModels
import SynRuns
import SynTokenizers

/// How the tasks of the table are made: by a few sizes each.
extension MiniatureModel {
    typealias Tower = (layers: Int, hidden: Int, heads: Int)

    static let vqganShape = VQGANConfiguration(
        codeWidth: 32, codeCount: 1024, latentChannels: 64, resolution: 64, imageChannels: 3, decodedChannels: 3,
        baseChannels: 32, multipliers: [1, 1, 2, 4], residualBlockCount: 1, attentionResolutions: [8])

    static func bert(layers: Int, hidden: Int, heads: Int) -> MakeTask {
        { recipe, portraits, work in
            let folder = try CaptionVocabulary.wordPieceFolder(in: work)
            let tokenizer = try Tokenizer(folder: folder)
            var shape = BERTConfiguration()
            shape.architectures = ["BertForMaskedLM"]
            shape.vocabularySize = tokenizer.vocabularySize
            (shape.layerCount, shape.hiddenSize, shape.headCount) = (layers, hidden, heads)
            shape.feedForwardSize = 4 * hidden
            shape.positionCount = 128
            return try MaskedLanguageTask(shape, recipe, range: portraits, tokenizerFolder: folder)
        }
    }

    static func clip(
        text: Tower, vision: Tower, patch: Int, projection: Int,
        vocabulary: Int = CaptionVocabulary.usualBytePairs
    ) -> MakePairTask {
        { pairing, part, recipe, portraits, work in
            let folder = try CaptionVocabulary.clipFolder(in: work, size: vocabulary)
            let tokenizer = try Tokenizer(folder: folder)
            guard let start = tokenizer.startID, let end = tokenizer.endID else {
                throw UserError(
                    .badData,
                    "the vocabulary in \(folder.path) lacks start and end tokens; remove it to make it anew")
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
            shape.projectionSize = projection
            (shape.text.projectionSize, shape.vision.projectionSize) = (projection, projection)
            return try ContrastiveTask(
                shape, pairing, recipe, part: part, range: portraits, tokenizerFolder: folder)
        }
    }

    static func imageTransformer(layers: Int, heads: Int, width: Int, on vqgan: MiniatureModel) -> MakeTask {
        { recipe, portraits, work in
            let folder = vqgan.result(in: work)
            guard FileManager.default.fileExists(atPath: folder.appending(path: "model.safetensors").path) else {
                throw UserError(
                    .missing,
                    "\(folder.path) has no finished VQGAN; run `synesthesia pretrain vqgan` with the same --work first")
            }
            let transformer = ImageTransformerConfiguration(
                vocabularySize: vqganShape.codeCount, blockSize: 64, layerCount: layers, headCount: heads, width: width)
            return try ImageTransformerTask(
                transformer, vqgan: vqganShape, vqganFolder: folder, recipe, range: portraits)
        }
    }

    static func portraitNetwork(_ target: PortraitNetworkTask.Target) -> MakeTask {
        { recipe, portraits, _ in
            try PortraitNetworkTask(channelUnit: 3, inputSize: 107, target: target, recipe, range: portraits)
        }
    }
}
