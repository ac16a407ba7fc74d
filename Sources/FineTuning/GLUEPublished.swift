/// Averages of Table 1 of Chen et al. (2023) and the models they are of.
enum GLUEPublished {
    /// The paper's average over eight tasks, for a model of exactly this kind and size that is called as the published
    /// one; nil for all others. The table gives averages in the text's own digits; its single tasks are not at hand.
    static func average(_ name: String) -> Double? {
        averages[name.lowercased()] ?? averages[String(name.lowercased().split(separator: "/").last ?? "")]
    }

    static let averages: [String: Double] = [
        "bert-base-cased": 81.86, "bert-large-cased": 84.19, "roberta-base": 84.02, "roberta-large": 87.18,
        "clip-vit-base-patch32": 71.09, "clip-vit-base-patch16": 71.95, "clip-vit-large-patch14": 73.36,
        "clip-vit-large-patch14-336": 73.62,
    ]

    /// For a reader to set beside an average of ours.
    static var sentence: String {
        "Published averages over eight tasks (Table 1): BERT-base 81.86, BERT-large 84.19, RoBERTa-base 84.02, "
            + "RoBERTa-large 87.18; CLIP ViT-B/32 71.09, B/16 71.95, L/14 73.36, L/14 at 336 pixels 73.62."
    }
}
