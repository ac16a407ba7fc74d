/// How vectors lie in their space, layer by layer.
extension TextStudyReport {
    package func table(of record: GeometryRecord) -> TextTable {
        func number(_ value: Double?, _ decimals: Int = 3) -> String {
            value.map { NumberText.fixed($0, decimals: decimals) } ?? "undefined"
        }
        func share(_ value: Double?) -> String { value.map { NumberText.percent($0) } ?? "undefined" }
        var notes: [String] = []
        if let published = record.published { notes.append(published) }
        if record.leftOut > 0 {
            notes.append("\(record.leftOut) left out: too long, or spelled differently in the sentence.")
        }
        return TextTable(
            "\(record.encoder): \(record.n) vectors, \(record.reading)",
            columns: [
                .init("Layer", .right), .init("Self-similarity", .right), .init("− mean", .right),
                .init("− top 1", .right),
                .init("− top 5", .right), .init("Top-5 share", .right), .init("Top-8 share", .right),
                .init("Top-5 as released", .right), .init("Effective rank", .right), .init("IsoScore", .right),
                .init("First component", .right), .init("For 90 %", .right),
            ],
            rows: record.layers.map { layer in
                [
                    String(layer.layer), number(layer.selfSimilarity), number(layer.centredSelfSimilarity),
                    number(layer.withoutTop1), number(layer.withoutTop5), share(layer.top5), share(layer.top8),
                    share(layer.top5AsReleased), number(layer.effectiveRank, 1), number(layer.isoScore),
                    share(layer.spectrum?.first), layer.componentsForNinety.map(String.init) ?? "",
                ]
            },
            notes: notes)
    }

    /// What the columns of geometry mean.
    static let geometryTerms = [
        ReportSection.Term(
            "Self-similarity",
            "mean cosine of all pairs of vectors; 0 where directions are spread evenly, 1 where all point one way."),
        ReportSection.Term(
            "− mean, − top 1, − top 5",
            "the same after removing the mean vector, and then the first principal component, or the first five."),
        ReportSection.Term(
            "Top-5, top-8 share",
            "mean share of a vector's squared length in its largest components; as released: the mean length of the "
                + "five largest values over the mean length, as the paper's code computes it."),
        ReportSection.Term(
            "Effective rank",
            "exp of the entropy of the singular values of the centred vectors (Roy and Vetterli 2007)."),
        ReportSection.Term(
            "IsoScore",
            "1 where the variance is the same in all directions, 0 where it lies in one (Rudman et al. 2022)."),
        ReportSection.Term(
            "First component, for 90 %",
            "the first principal component's share of the variance, and how many components hold 90 % of it."),
    ]
}
