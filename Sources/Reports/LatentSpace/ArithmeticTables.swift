extension ArithmeticRecord {
    package var terminal: String { section.terminal }

    package var section: ReportSection {
        ReportSection("Picture + text − text", changes.map { .table(table($0)) } + [.table(additive)])
    }

    private func table(_ change: Change) -> TextTable {
        TextTable(
            "\(source): + \"\(change.plus)\" − \"\(change.minus)\", from \(change.starts) portraits without it",
            columns: [
                .init("Vectors"), .init("Search with"), .init("Changed", .right), .init("More than alone", .right),
                .init("Kept", .right), .init("Counterpart R@1", .right), .init("R@10", .right),
                .init("Median rank", .right),
            ],
            rows: change.treated.flatMap { treated in
                treated.queries.map { figures in
                    [
                        treated.vectors, figures.query, GapRecord.text(figures.changed, 3),
                        figures.interval.map {
                            "\(GapRecord.text(figures.changedMoreThanAlone, 3)) [\(GapRecord.text($0.lower, 3)), "
                                + "\(GapRecord.text($0.upper, 3))]"
                        } ?? "", GapRecord.text(figures.kept, 3), GapRecord.text(figures.r1, 3),
                        GapRecord.text(figures.r10, 3), GapRecord.text(figures.medianRank, 1),
                    ]
                }
            },
            notes: [
                "Of the \(nearest) nearest: changed, the share that has it (of all portraits "
                    + "\(GapRecord.text(change.share, 3)) have); kept, the share of other attributes as at the start. "
                    + "Counterpart: the same face drawn with it, among it and all other portraits. In brackets: 95 %."
            ])
    }

    private var additive: TextTable {
        TextTable(
            "How much of the vectors is a sum over attributes",
            columns: [
                .init("Vectors"), .init("R² fitted", .right), .init("R² held out", .right), .init("Fitted", .right),
                .init("Held out", .right),
            ],
            rows: additivity.map {
                [
                    $0.vectors, GapRecord.text($0.fitted, 3), GapRecord.text($0.heldOut, 3), String($0.fittedCount),
                    String($0.heldOutCount),
                ]
            },
            notes: ["Held out are a fifth of all combinations of attributes. The last line is what chance gives."])
    }
}
