import SynStatistics

extension GapRecord {
    /// On a terminal: the figures before and after, then the searches.
    package var terminal: String { sections.map(\.terminal).joined(separator: "\n") }

    var sections: [ReportSection] {
        [
            ReportSection("The gap", [.table(figuresTable), .terms(Self.terms)]),
            ReportSection("Searches", [.table(searchTable)]),
            ReportSection("Loss along the gap", [.table(landscapeTable)]),
        ]
    }

    private var treatments: [(name: String, figures: GapFigures)] {
        [("as trained", asTrained), ("closed", closed), ("centred", centred)]
    }

    var figuresTable: TextTable {
        TextTable(
            "\(source): \(pairs) pairs, scale \(NumberText.significant(scale, digits: 6)), batches of \(batch)",
            columns: [
                .init("Vectors"), .init("Distance", .right), .init("Loss", .right), .init("As published", .right),
                .init("In-modal difference", .right),
            ],
            rows: treatments.map { name, figures in
                [
                    name, Self.text(figures.distance), Self.text(figures.loss),
                    figures.lossAsPublished.map { Self.text($0) } ?? "no whole batch",
                    Self.text(figures.rmsInModalDifference),
                ]
            })
    }

    var searchTable: TextTable {
        func cells(_ record: RecallRecord) -> [String] {
            [Self.text(record.r1, 3), Self.text(record.r5, 3), Self.text(record.r10, 3), Self.text(record.median, 1)]
        }
        let ways:
            [(String, (KeyPath<ByTreatment<BothWays>, BothWays>, KeyPath<ByTreatment<RecallRecord>, RecallRecord>))] = [
                ("as trained", (\.asTrained, \.asTrained)), ("closed", (\.closed, \.closed)),
                ("centred", (\.centred, \.centred)),
            ]
        return TextTable(
            "How often the partner is among the first",
            columns: [
                .init("Search"), .init("Vectors"), .init("R@1", .right), .init("R@5", .right), .init("R@10", .right),
                .init("Median rank", .right),
            ],
            rows: ways.flatMap { name, paths in
                [
                    ["picture to text", name] + cells(retrieval[keyPath: paths.0].imageToText),
                    ["text to picture", name] + cells(retrieval[keyPath: paths.0].textToImage),
                    ["among both", name] + cells(mixed[keyPath: paths.1]),
                ]
            }.sorted { $0[0] < $1[0] },
            notes: [
                "Among both: the partner among all other pictures and texts together. Ties count against."
            ])
    }

    var landscapeTable: TextTable {
        TextTable(
            "Both sides moved towards each other along the difference of their means",
            columns: [
                .init("λ", .right), .init("Distance", .right), .init("Loss", .right), .init("As published", .right),
                .init("Least loss", .right), .init("at scale", .right),
            ],
            rows: landscape.map { step in
                [
                    Self.text(step.lambda, 2), Self.text(step.distance), Self.text(step.loss),
                    step.lossAsPublished.map { Self.text($0) } ?? "", Self.text(step.bestLoss),
                    Self.text(step.bestScale, 1),
                ]
            })
    }

    static func text(_ value: Double, _ decimals: Int = 4) -> String { NumberText.fixed(value, decimals: decimals) }

    static let terms = [
        ReportSection.Term("Distance", "of the mean picture from the mean text."),
        ReportSection.Term(
            "Loss", "cross-entropy of the own partner within batches, mean of both directions, every pair."),
        ReportSection.Term(
            "As published", "pictures to texts only, and pairs that do not fill a batch left out, as Amumo's code."),
        ReportSection.Term(
            "In-modal difference",
            "root mean square of picture-picture less text-text cosines: 0 where both modalities are arranged alike."),
        ReportSection.Term("Closed", "each side moved by half the difference of the means, lengths made 1 again."),
        ReportSection.Term("Centred", "each modality less its own mean, lengths made 1 again."),
    ]
}
