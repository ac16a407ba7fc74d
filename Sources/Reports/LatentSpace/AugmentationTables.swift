extension AugmentationRecord {
    package var terminal: String { section.terminal }

    package var section: ReportSection {
        ReportSection("One picture changed", [.table(summary)] + changes.map { .table(Self.steps($0)) })
    }

    var summary: TextTable {
        TextTable(
            source + (caption.map { ", \"\($0)\"" } ?? ""),
            columns: [
                .init("Change"), .init("Steps", .right), .init("Least cosine", .right), .init("at", .right),
                .init("Settled at", .right), .init("Opposite turns", .right), .init("Quarter turns", .right),
                .init("Caption, start", .right), .init("Caption, least", .right),
            ],
            rows: changes.map { change in
                let least = change.toStart.indices.min { change.toStart[$0] < change.toStart[$1] } ?? 0
                return [
                    change.change, String(change.amounts.count), GapRecord.text(change.toStart[least], 3),
                    "\(GapRecord.text(change.amounts[least], 2)) \(change.unit)",
                    change.settledAt.map { GapRecord.text(change.amounts[$0], 2) } ?? "never",
                    change.mirrored.map { GapRecord.text($0, 3) } ?? "",
                    change.quarterTurns.map { GapRecord.text($0, 3) } ?? "",
                    change.toCaption.map { GapRecord.text($0[change.start], 3) } ?? "",
                    change.toCaption.map { GapRecord.text($0.min() ?? 0, 3) } ?? "",
                ]
            },
            notes: [
                "Cosines are with the unchanged picture, or with the step nearest to it where an even number of shifts "
                    + "has none. Settled: the first step whose picture has a cosine above 0.95 "
                    + "with all later ones. Opposite turns: mean cosine of a turn and the same turn the other way. "
                    + "Quarter turns: mean cosine at 90, 180 and 270 degrees less that of all other turns. One picture "
                    + "says nothing about others."
            ]
        ).withoutEmptyColumns
    }

    /// At most eleven steps, evenly chosen.
    private static func steps(_ change: Change) -> TextTable {
        let last = change.amounts.count - 1
        let shown = last <= 10 ? Array(0...last) : (0...10).map { $0 * last / 10 }
        return TextTable(
            "\(change.change), in \(change.unit)",
            columns: [.init("Step", .right), .init("Amount", .right), .init("To start", .right)]
                + (change.toCaption == nil ? [] : [.init("To caption", .right)]),
            rows: shown.map { i in
                [String(i), GapRecord.text(change.amounts[i], 2), GapRecord.text(change.toStart[i])]
                    + (change.toCaption.map { [GapRecord.text($0[i])] } ?? [])
            })
    }
}
