extension InterpolationRecord {
    package var terminal: String { section.terminal }

    package var section: ReportSection {
        ReportSection("From \"\(from)\" to \"\(to)\"", paths.map { .table(table($0)) })
    }

    private func table(_ path: Path) -> TextTable {
        func cells(_ shares: Shares) -> [String] {
            [shares.onlyA, shares.onlyB, shares.both, shares.neither].map { GapRecord.text($0, 2) }
        }
        return TextTable(
            "\(source), \(path.method): of the \(nearest) nearest of \(pictures) pictures",
            columns: ["t", "Only from", "Only to", "Both", "Neither", "Replaced", "Angle"].map { .init($0, .right) },
            rows: path.steps.map { step in
                [GapRecord.text(step.t, 2)] + cells(step.shares)
                    + [
                        step.replaced.map { GapRecord.text($0, 2) } ?? "",
                        step.angle.map { GapRecord.text($0, 2) } ?? "",
                    ]
            } + [["all"] + cells(all) + ["", ""]],
            notes: [
                "The last line is what pictures drawn at random would show. Largest step: "
                    + "\(GapRecord.text(path.largestAngle, 2)) degrees, and \(GapRecord.text(path.largestReplaced, 2)) "
                    + "of the nearest replaced. True: \(truth)."
            ])
    }
}
