import SynEmbedding
import SynModels
import SynReports

/// What the papers report, for encoders of the sizes they measured. A size is not a name: a fine-tuned BERT-base is
/// held against BERT-base too, and the report says which model a figure is of.
enum PublishedFigures {
    private static let chen = "Chen et al. 2023, Table 2"
    private static let wolfe = "Wolfe and Caliskan 2022"

    /// The published model with this encoder's sizes.
    static func model(_ model: TextEmbedder) -> String? {
        let (encoder, size) = (model.encoder, (model.encoder.layerCount, model.encoder.hiddenSize))
        switch (model.modelType, size) {
        case ("bert", (12, 768)) where encoder.vocabularySize > 28_000: return "BERT-base"
        case ("bert", (24, 1024)) where encoder.vocabularySize > 28_000: return "BERT-large"
        case ("roberta", (12, 768)): return "RoBERTa-base"
        case ("roberta", (24, 1024)): return "RoBERTa-large"
        case ("gpt2", (12, 768)) where encoder.vocabularySize == 50_257: return "GPT-2"
        case ("clip", (12, 768)), ("clip_text_model", (12, 768)):
            return model.name.contains("336") ? "CLIP ViT-L/14@336" : "CLIP ViT-L/14"
        case ("clip", (12, 512)), ("clip_text_model", (12, 512)):
            return model.name.contains("16") ? "CLIP ViT-B/16" : "CLIP ViT-B/32"
        default: return nil
        }
    }

    /// Spearman and Pearson on STS-L and STS-V, in hundredths.
    private static let captions: [String: (language: (Double, Double), vision: (Double, Double))] = [
        "BERT-base": ((67.60, 68.16), (39.67, 39.75)), "BERT-large": ((69.99, 70.61), (42.12, 42.32)),
        "RoBERTa-base": ((67.47, 68.13), (39.28, 39.54)), "RoBERTa-large": ((70.17, 70.68), (43.54, 43.48)),
        "CLIP ViT-B/32": ((66.62, 66.30), (44.36, 44.65)), "CLIP ViT-B/16": ((67.85, 67.70), (44.85, 45.17)),
        "CLIP ViT-L/14": ((68.71, 69.00), (45.03, 45.37)), "CLIP ViT-L/14@336": ((68.72, 68.95), (45.02, 45.38)),
    ]

    static func similarity(_ task: String, _ model: TextEmbedder, _ pooling: Pooling) -> [PublishedFigure] {
        guard let name = self.model(model) else { return [] }
        if task == "sts-b" {
            // "At most" for GPT-2 is over all its layers.
            let known: [String: (Double, String)] = ["CLIP ViT-B/32": (0.73, "top"), "GPT-2": (0.45, "best")]
            return known[name].map {
                [PublishedFigure(model: name, source: wolfe, metric: .spearman, value: $0.0, place: $0.1)]
            } ?? []
        }
        guard let row = captions[name], task == "sts-l" || task == "sts-v" else { return [] }
        let (spearman, pearson) = task == "sts-l" ? row.language : row.vision
        return [
            PublishedFigure(model: name, source: chen, metric: .spearman, value: spearman / 100, place: "output"),
            PublishedFigure(model: name, source: chen, metric: .pearson, value: pearson / 100, place: "output"),
        ]
    }

    /// The best layer's figure, the layer where the paper names it, and the top layer's, for each task in the order
    /// RG-65, WordSim-353, SimLex-999, ValNorm, SimVerb-3500.
    private static let wordRows: [String: [(best: Double, layer: Int?, top: Double?)]] = [
        "CLIP ViT-B/32 word": [(0.88, 8, 0.70), (0.72, 6, 0.51), (0.48, 9, 0.39), (0.88, 4, 0.72), (0.30, 4, 0.17)],
        "CLIP ViT-B/32 eos": [
            (0.73, nil, nil), (0.49, nil, nil), (0.34, nil, nil), (0.84, nil, nil), (0.14, nil, nil),
        ],
        "GPT-2 plain": [(0.09, nil, nil), (0.14, nil, nil), (0.05, nil, nil), (0.43, nil, nil), (0.01, nil, nil)],
        "GPT-2 bos-eos": [(0.44, nil, nil), (0.44, nil, nil), (0.25, nil, nil), (0.76, nil, nil), (0.21, nil, nil)],
    ]

    static func words(_ task: WordTask, _ model: TextEmbedder, _ variant: WordVariant) -> [PublishedFigure] {
        guard let name = self.model(model) else { return [] }
        // Each model's own frame is one of the paper's variants.
        let isGPT = name == "GPT-2"
        let spelled: WordVariant = variant == .word && isGPT ? .plain : variant == .bosEos && !isGPT ? .word : variant
        let order: [WordTask] = [.rg65, .ws353, .simlex999, .valnorm, .simverb3500]
        guard let row = wordRows["\(name) \(spelled.rawValue)"], let place = order.firstIndex(of: task) else {
            return []
        }
        let figure = row[place]
        var figures = [
            PublishedFigure(
                model: name, source: wolfe, metric: task.metric, value: figure.best, place: "best", layer: figure.layer)
        ]
        if let top = figure.top {
            figures.append(PublishedFigure(model: name, source: wolfe, metric: task.metric, value: top, place: "top"))
        }
        return figures
    }

    static func geometry(_ what: GeometryRecord.What, _ model: TextEmbedder) -> String? {
        switch (self.model(model), what) {
        case ("CLIP ViT-B/32", .words):
            "\(wolfe): self-similarity below .25 in every layer, .24 in the top one, .06 in layer 4; top-5 share 39 %."
        case ("CLIP ViT-B/32", .sentences): "\(wolfe): self-similarity from .98 down to .25 in the top layer."
        case ("GPT-2", .words): "\(wolfe): self-similarity at least .55, .96 in the top layer; top-5 share above 97 %."
        case ("GPT-2", .sentences): "\(wolfe): self-similarity of end tokens at least .97 in every layer."
        default: nil
        }
    }
}
