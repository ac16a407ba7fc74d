import Foundation
import SynFiles
import Yams

/// taming's `project.yaml` as it stands in the file: only the keys that decide how an image decoder is built.
///
/// Foreign names appear here and nowhere else.
struct ImageDecoderProject: Decodable {
    var model: Model

    struct Model: Decodable {
        var params: Parameters
    }

    struct Parameters: Decodable {
        var transformer: Part<Transformer>
        var firstStage: Part<FirstStage>
        var condition: Condition?
        var isUnconditional: Bool?
        var startToken: Int?
        var permuter: Target?

        enum CodingKeys: String, CodingKey {
            case transformer = "transformer_config"
            case firstStage = "first_stage_config"
            case condition = "cond_stage_config"
            case isUnconditional = "unconditional"
            case startToken = "sos_token"
            case permuter = "permuter_config"
        }
    }

    struct Part<Content: Decodable>: Decodable {
        var target: String?
        var params: Content
    }

    struct Target: Decodable {
        var target: String?
    }

    /// What an image is drawn from besides the tokens before: nothing (a keyword), places in a larger picture, or
    /// another model.
    enum Condition: Decodable {
        case keyword(String)
        case coordinates(Coordinates)
        case model(String?)

        init(from decoder: any Decoder) throws {
            if let keyword = try? decoder.singleValueContainer().decode(String.self) {
                self = .keyword(keyword)
                return
            }
            let target = try Target(from: decoder).target
            self =
                target?.hasSuffix(".CoordStage") == true
                ? .coordinates(try Part<Coordinates>(from: decoder).params) : .model(target)
        }

        static let unconditional = "__is_unconditional__"
        static let coordinateStage = "taming.modules.misc.coord.CoordStage"
    }

    struct Coordinates: Decodable {
        var levels: Int
        var patch: Int

        enum CodingKeys: String, CodingKey {
            case levels = "n_embed"
            case patch = "down_factor"
        }
    }

    struct Transformer: Decodable {
        var vocabularySize: Int
        var blockSize: Int
        var layerCount: Int
        var headCount: Int
        var width: Int
        var embeddingDropout: Float?
        var attentionDropout: Float?
        var residualDropout: Float?
        var unmaskedCount: Int?

        enum CodingKeys: String, CodingKey {
            case vocabularySize = "vocab_size"
            case blockSize = "block_size"
            case layerCount = "n_layer"
            case headCount = "n_head"
            case width = "n_embd"
            case embeddingDropout = "embd_pdrop"
            case attentionDropout = "attn_pdrop"
            case residualDropout = "resid_pdrop"
            case unmaskedCount = "n_unmasked"
        }
    }

    struct FirstStage: Decodable {
        var codeWidth: Int
        var codeCount: Int
        var networks: Networks

        enum CodingKeys: String, CodingKey {
            case codeWidth = "embed_dim"
            case codeCount = "n_embed"
            case networks = "ddconfig"
        }
    }

    struct Networks: Decodable {
        var latentChannels: Int
        var resolution: Int
        var imageChannels: Int
        var decodedChannels: Int
        var baseChannels: Int
        var multipliers: [Int]
        var residualBlockCount: Int
        var attentionResolutions: [Int]
        var doublesLatents: Bool?
        var resamplesByConvolution: Bool?

        enum CodingKeys: String, CodingKey {
            case latentChannels = "z_channels"
            case resolution
            case imageChannels = "in_channels"
            case decodedChannels = "out_ch"
            case baseChannels = "ch"
            case multipliers = "ch_mult"
            case residualBlockCount = "num_res_blocks"
            case attentionResolutions = "attn_resolutions"
            case doublesLatents = "double_z"
            case resamplesByConvolution = "resamp_with_conv"
        }
    }
}

extension ImageDecoderProject.FirstStage {
    /// Why this is another kind of network than ours, as a sentence; nil when it is not.
    var problem: String? {
        if networks.doublesLatents ?? true { return "ddconfig.double_z must be false for a vector-quantised model." }
        if networks.resamplesByConvolution == false {
            return "ddconfig.resamp_with_conv is false; only VQGANs that resample by convolution can be used."
        }
        return nil
    }
}

/// Reads a YAML file; every error names the file and, where there is one, the key.
func decodedYAML<Content: Decodable>(_ type: Content.Type, at url: URL) throws -> Content {
    let path = url.path
    let data: Data
    do {
        data = Data(try WholeFile.read(url, limit: 1 << 24))
    } catch let failure as FileFailure where failure.kind != .missing {
        throw failure
    } catch {
        throw ModelError(
            "\(path) cannot be read; a decoder's folder has project.yaml and model.safetensors.", isMissing: true)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
        throw ModelError("\(path) is not a text file in UTF-8.")
    }
    do {
        return try YAMLDecoder().decode(type, from: text)
    } catch let error as DecodingError {
        throw ModelError("\(path): \(sentence(for: error))")
    } catch {
        throw ModelError("\(path): this is not YAML: \(firstLine("\(error)"))")
    }
}

/// What is wrong with a key of a settings file.
private func sentence(for error: DecodingError) -> String {
    func name(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context): return "the key \(name(context.codingPath + [key])) is missing."
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
        return "the value of \(name(context.codingPath)) is not of the expected kind (\(type))."
    case .dataCorrupted(let context):
        let place = name(context.codingPath)
        let reason = context.underlyingError.map { "\($0)" } ?? context.debugDescription
        return place.isEmpty ? "this is not YAML: \(firstLine(reason))" : "the value of \(place) is not understood."
    @unknown default: return "\(error)"
    }
}

/// The parser's sentence without the piece of the file that it points at.
private func firstLine(_ text: String) -> Substring {
    text.split(whereSeparator: \.isNewline).first ?? ""
}
