import SynStatistics

extension CompositionRecord {
    package var terminal: String { section.terminal }

    package var section: ReportSection {
        ReportSection(
            "Scenes of two objects",
            parts.flatMap { [ReportSection.Part.table(choices($0)), .table(orders($0))] } + [
                .sentence(
                    "Every caption is right once and wrong once, so that a judge who sees no picture scores one half; "
                        + "Winoground's scores are one quarter, one quarter and one sixth by chance.")
            ])
    }

    private func share(_ value: Double, _ interval: Interval?) -> String {
        GapRecord.text(value, 3)
            + (interval.map { " [\(GapRecord.text($0.lower, 3)), \(GapRecord.text($0.upper, 3))]" } ?? "")
    }

    private func choices(_ part: Part) -> TextTable {
        TextTable(
            "\(source), \(part.combinations): \(items) items of each kind",
            columns: [
                .init("Captions differ by"), .init("Picture right", .right), .init("Text only", .right),
                .init("Equal words", .right), .init("Text score", .right), .init("Image score", .right),
                .init("Group score", .right),
            ],
            rows: part.choices.map { choice in
                [
                    choice.kind, share(choice.accuracy, choice.interval), GapRecord.text(choice.textOnly, 3),
                    NumberText.percent(choice.equalWords, decimals: 0), share(choice.text.value, choice.text.interval),
                    share(choice.image.value, choice.image.interval), share(choice.group.value, choice.group.interval),
                ]
            }, notes: ["In brackets: 95 %."])
    }

    private func orders(_ part: Part) -> TextTable {
        TextTable(
            "Captions in another order, \(part.combinations)",
            columns: [
                .init("Shuffled"), .init("Proper one nearer", .right), .init("Text only", .right),
                .init("R@1 proper", .right), .init("R@1 shuffled", .right),
            ],
            rows: part.orders.map { order in
                [
                    order.shuffled, share(order.prefersProper.value, order.prefersProper.interval),
                    GapRecord.text(order.textOnly, 3), GapRecord.text(order.recallBefore, 3),
                    GapRecord.text(order.recallAfter, 3),
                ]
            },
            notes: [
                "Text only: the proper caption nearer to the mean picture; where that is high too, the order was told "
                    + "from the words and not from the picture."
            ])
    }
}
