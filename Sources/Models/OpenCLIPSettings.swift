import Foundation

/// `open_clip_config.json`, which open_clip writes beside a checkpoint: what tensors cannot tell is read of it, and
/// what is not implemented is refused by its name.
struct OpenCLIPSettings: Decodable {
    static let fileName = "open_clip_config.json"

    /// An exact GELU unless the file says otherwise.
    let quickGELU: Bool
    let headWidth: Int?
    let textHeads: Int?

    private enum FileKeys: String, CodingKey { case model = "model_cfg" }

    private enum ModelKeys: String, CodingKey {
        case quickGELU = "quick_gelu"
        case vision = "vision_cfg"
        case text = "text_cfg"
        case multimodal = "multimodal_cfg"
    }

    private enum TowerKeys: String, CodingKey, CaseIterable {
        case headWidth = "head_width"
        case heads
        case poolType = "pool_type"
        case positions = "pos_embed_type"
        case projectionType = "proj_type"
        case blockType = "block_type"
        // Asked for when set.
        case huggingFaceModel = "hf_model_name"
        case timmModel = "timm_model_name"
        case layerScale = "ls_init_value"
        case classToken = "embed_cls"
        case noCausalMask = "no_causal_mask"
        case lateNorm = "final_ln_after_pool"
        case projectionBias = "proj_bias"
        case activationOptions = "act_kwargs"
        case normOptions = "norm_kwargs"
        case attentionalPool = "attentional_pool"
        case noFirstNorm = "no_ln_pre"
        case queryKeyNorm = "qk_norm"
        case cosineAttention = "scaled_cosine_attn"
        case scaledHeads = "scale_heads"
        case scaledInner = "scale_attn_inner"
        case scaledAttention = "scale_attn"
        case scaledPerceptron = "scale_fc"

        static let refused = allCases.drop { $0 != .huggingFaceModel }
    }

    /// Nil when there is none beside the checkpoint.
    init?(beside place: URL) throws {
        guard ConfigurationFile.exists(in: place, named: Self.fileName) else { return nil }
        self = try ConfigurationFile.read(Self.self, in: place, named: Self.fileName)
    }

    init(from decoder: any Decoder) throws {
        let model = try decoder.container(keyedBy: FileKeys.self).nestedContainer(
            keyedBy: ModelKeys.self, forKey: .model)
        quickGELU = try model.decodeIfPresent(Bool.self, forKey: .quickGELU) ?? false
        try model.refuse([.multimodal], "models that write captions are not implemented")
        func tower(_ key: ModelKeys) throws -> KeyedDecodingContainer<TowerKeys>? {
            guard model.contains(key) else { return nil }
            let tower = try model.nestedContainer(keyedBy: TowerKeys.self, forKey: key)
            try tower.refuse(Array(TowerKeys.refused), "\(key.stringValue) with it is not implemented")
            for (name, usual) in [
                (TowerKeys.poolType, ["argmax", "tok"]), (.positions, ["learnable"]), (.projectionType, ["linear"]),
                (.blockType, ["default"]),
            ] {
                guard let found = try tower.decodeIfPresent(String.self, forKey: name), !usual.contains(found) else {
                    continue
                }
                throw ModelError("\(key.stringValue): \(name.stringValue) is \(found), which is not implemented.")
            }
            return tower
        }
        headWidth = try tower(.vision)?.decodeIfPresent(Int.self, forKey: .headWidth)
        textHeads = try tower(.text)?.decodeIfPresent(Int.self, forKey: .heads)
        if let headWidth, headWidth < 1 { throw ModelError("head_width is \(headWidth).") }
        if let textHeads, textHeads < 1 { throw ModelError("heads is \(textHeads).") }
    }
}
