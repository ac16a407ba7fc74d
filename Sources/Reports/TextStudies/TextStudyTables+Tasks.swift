/// What all tasks of a text study say together, and which differences between encoders are more than chance.
extension TextStudyReport {
    /// Encoders against tasks, best layer and top layer, as in the papers' Table 1; nil for a single task.
    package var summaryTable: TextTable? {
        guard tasks.count > 1 else { return nil }
        var rows: [(key: String, cells: [String: String])] = []
        for score in scores {
            let key = "\(score.encoder)\u{0}\(score.variant)"
            if !rows.contains(where: { $0.key == key }) { rows.append((key, [:])) }
            guard let place = rows.firstIndex(where: { $0.key == key }) else { continue }
            let cell =
                score.output.map { Self.text(score.figure($0)) }
                ?? score.best.map { best in
                    let own = score.crossValidated.flatMap(score.figure) ?? score.figure(best)
                    let layer = score.crossValidated == nil ? best.layer : score.chosenLayers?.first
                    return "\(Self.text(own)) (\(layer ?? 0)) / "
                        + "\(Self.hundredths(score.top.flatMap(score.figure)?.value))"
                }
                ?? "undefined"
            rows[place].cells[score.task] = cell
        }
        var table = TextTable(
            "All tasks", columns: [.init("Encoder"), .init("Vector")] + tasks.map { .init($0, .right) },
            rows: rows.map { row in
                row.key.split(separator: "\u{0}").map(String.init) + tasks.map { row.cells[$0] ?? "" }
            },
            notes: [
                "Spearman × 100, for valnorm Pearson × 100. Sentence tasks: the encoder's output. "
                    + "Word tasks: best layer, cross-validated (the number most often chosen) / top layer."
            ])
        table.marks = scores.filter(isClearlyBest).compactMap { score in
            guard let row = rows.firstIndex(where: { $0.key == "\(score.encoder)\u{0}\(score.variant)" }),
                let column = tasks.firstIndex(of: score.task)
            else { return nil }
            return [row, column + 2]
        }
        if table.marks?.isEmpty == false { table.notes.append(Self.markNote) } else { table.marks = nil }
        return table
    }

    /// Which differences are more than chance.
    package func comparisonTable(of task: String) -> TextTable? {
        let found = comparisons.filter { $0.task == task }
        guard let first = found.first else { return nil }
        let variants = Set(found.flatMap { [$0.variantA, $0.variantB] })
        func name(_ encoder: String, _ variant: String) -> String {
            variants.count > 1 ? "\(encoder), \(variant)" : encoder
        }
        return TextTable(
            "Differences between encoders, \(first.place)",
            columns: [
                .init("Comparison"), .init("Difference", .right), .init("95 % interval", .right),
                .init("No difference", .right), .init("p (Holm)", .right),
                .init("Williams' t", .right), .init("df", .right), .init("p", .right), .init("Steiger's Z", .right),
                .init("p", .right), .init("Between", .right), .init("n", .right),
            ],
            rows: found.map { row in
                [
                    name(row.a, row.variantA) + " − " + name(row.b, row.variantB),
                    Self.hundredths(row.valueA - row.valueB),
                    row.differenceInterval.map { "\(Self.hundredths($0.lower)) to \(Self.hundredths($0.upper))" } ?? "",
                    row.equivalence.map { $0.isShown ? "shown" : "not shown" } ?? "",
                    NumberText.pValue(row.pHolm), NumberText.fixed(row.williamsT, decimals: 2),
                    String(row.degreesOfFreedom), NumberText.pValue(row.williamsP),
                    NumberText.fixed(row.steigerZ, decimals: 2), NumberText.pValue(row.steigerP),
                    Self.hundredths(row.between), String(row.n),
                ]
            },
            notes: [
                "Both correlations are with the same scores, so they are dependent; Between: how the two encoders "
                    + "agree. "
                    + (first.metric == .spearman ? "Of ranks. " : "")
                    + (first.place == "best layer"
                        ? "The best layer was picked by the same scores: read p with that in mind. " : "")
                    + (first.place == TextComparison.crossValidated
                        ? "No pair helped to choose the layer it is read from. " : "")
                    + "The interval is Zou's."
            ] + equivalenceNote(found)
        ).withoutEmptyColumns
    }

    /// What "No difference" means.
    private func equivalenceNote(_ rows: [TextComparison]) -> [String] {
        guard let margin = rows.compactMap(\.equivalence).first?.margin else { return [] }
        return [
            "No difference: whether two one-sided tests at .05 rule a difference of \(Self.hundredths(margin)) or "
                + "more out, which is so where Zou's 90 % interval lies within it; pairs are taken as independent, "
                + "which those that share a word are not. \"Not shown\" does not mean that there is one."
        ]
    }
}
