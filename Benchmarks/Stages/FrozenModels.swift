import Foundation
import SynCheckpoints
import SynModels

/// Where stages get their models from: the miniature ones of this repository, or random weights of the published
/// sizes.
package enum FrozenModels {
    /// The folder of a miniature model.
    static func folder(_ name: String) throws -> URL {
        var root = URL(filePath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let folder = root.appending(path: "Weights/\(name)")
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw StageError("\(folder.path) is missing; the benchmarks read the repository they were built in.")
        }
        return folder
    }

    /// Weights of a model in the repository, or new ones.
    static func weights(_ name: String, _ setting: Stage.Setting) throws -> Weights {
        switch setting.size {
        case .miniature: try Weights(reading: folder(name), precision: setting.precision)
        case .full: Weights(fresh: 1, precision: setting.precision, trainable: false)
        }
    }

    // MARK: - The decoder

    /// The published decoder of faces: `celebahq_transformer` of Taming Transformers.
    package static let publishedDecoder = ImageDecoderConfiguration(
        transformer: ImageTransformerConfiguration(
            vocabularySize: 1024, blockSize: 512, layerCount: 24, headCount: 16, width: 1664),
        vqgan: VQGANConfiguration(
            codeWidth: 256, codeCount: 1024, latentChannels: 256, resolution: 256, baseChannels: 128,
            multipliers: [1, 1, 2, 2, 4], residualBlockCount: 2, attentionResolutions: [16]))

    static func decoderConfiguration(_ size: Stage.Size) throws -> ImageDecoderConfiguration {
        switch size {
        case .miniature: try ImageDecoderConfiguration(projectFile: folder("decoder").appending(path: "project.yaml"))
        case .full: publishedDecoder
        }
    }

    static func transformer(_ setting: Stage.Setting) throws -> ImageTransformer {
        let shape = try decoderConfiguration(setting.size).transformer
        return try ImageTransformer(weights("decoder", setting).scope["transformer"], shape)
    }

    static func vqgan(_ setting: Stage.Setting) throws -> (model: VQGAN, weights: Weights) {
        let weights = try weights("decoder", setting)
        let shape = try decoderConfiguration(setting.size).vqgan
        return (try VQGAN(weights.scope["first_stage_model"], shape), weights)
    }

    // MARK: - Encoders and judges

    /// A BERT; `published` are its numbers at full size.
    static func bert(_ name: String, published: BERTConfiguration, _ setting: Stage.Setting) throws -> BERT {
        switch setting.size {
        case .miniature: try BERT(folder: folder(name), precision: setting.precision)
        case .full: try BERT(weights(name, setting).scope, published)
        }
    }

    static func clipText(
        _ name: String, published: CLIPTextConfiguration, _ setting: Stage.Setting
    ) throws -> CLIPText {
        switch setting.size {
        case .miniature: try CLIPText(folder: folder(name), precision: setting.precision)
        case .full: try CLIPText(weights(name, setting).scope, published, projects: true)
        }
    }

    /// The CLIP that scores: ViT-B/16 at full size.
    static func judge(_ setting: Stage.Setting) throws -> CLIP {
        switch setting.size {
        case .miniature: return try CLIP(folder: folder("clip-judge"), precision: setting.precision)
        case .full:
            var shape = CLIPConfiguration()
            shape.vision.patchSize = 16
            return try CLIP(weights("clip-judge", setting).scope, shape)
        }
    }

    static func inception(_ setting: Stage.Setting) throws -> (model: InceptionV3, weights: Weights) {
        let weights = try weights("inception-mini", setting)
        let shape = setting.size == .full ? .standard : try InceptionV3Configuration(folder: folder("inception-mini"))
        return (try InceptionV3(weights.scope, shape), weights)
    }
}
