/// The tables of a fine-tuning study; every rendering shows the same cells. Scores stand in hundredths, as in Table 1
/// of the paper.
extension GLUEReport {
    static func hundredths(_ value: Double?) -> String {
        value.map { NumberText.fixed(100 * $0, decimals: 2) } ?? "undefined"
    }

    func quoted(_ encoder: String, _ task: String) -> GLUEScore? {
        scores.first { $0.encoder == encoder && $0.task == task && $0.isQuoted }
    }

    /// The mean of an encoder's quoted scores over the tasks that count; nil unless it has them all.
    package func average(_ encoder: String) -> Double? {
        let counted = tasks.filter(\.countsInAverage)
        let means = counted.compactMap { quoted(encoder, $0.name)?.mean }
        return means.count == counted.count && means.count > 1 ? means.reduce(0, +) / Double(means.count) : nil
    }

    /// Whether tests put an encoder above every other one on a task.
    func isClearlyBest(_ encoder: String, _ task: String) -> Bool {
        let own = comparisons.filter { $0.task == task && ($0.a == encoder || $0.b == encoder) }
        return !own.isEmpty
            && own.allSatisfy { $0.pHolm < 0.05 && ($0.a == encoder ? $0.difference > 0 : $0.difference < 0) }
            && own.count == encoders.count { $0.name != encoder && quoted($0.name, task) != nil }
    }

    /// Encoders against tasks, as in Table 1; nil where nothing was fine-tuned.
    package var summaryTable: TextTable? {
        guard !scores.isEmpty else { return nil }
        let hasAverage = encoders.contains { average($0.name) != nil }
        let hasPublished = scores.contains { $0.published != nil }
        var table = TextTable(
            "All tasks",
            columns: [.init("Encoder")] + tasks.map { .init("\($0.title), \($0.metric)", .right) }
                + (hasAverage ? [.init("Average", .right)] : []) + (hasPublished ? [.init("Published", .right)] : []),
            rows: encoders.map { encoder in
                [encoder.name]
                    + tasks.map { task in
                        quoted(encoder.name, task.name).map {
                            NumberText.plusMinus(100 * $0.mean, $0.deviation.map { 100 * $0 }, decimals: 2)
                        } ?? ""
                    } + (hasAverage ? [average(encoder.name).map { Self.hundredths($0) } ?? ""] : [])
                    + (hasPublished
                        ? [scores.first { $0.encoder == encoder.name }?.published.map(Self.hundredths) ?? ""] : [])
            })
        if tasks.contains(where: { $0.floor != nil }) {
            table.rows.append(
                [Self.floorName]
                    + tasks.map { task in task.floor.map { Self.hundredths($0) } ?? "" }
                    + (hasAverage ? [""] : []) + (hasPublished ? [""] : []))
        }
        table.notes = summaryNotes(hasAverage, hasPublished)
        let marks = encoders.enumerated().flatMap { row, encoder in
            tasks.indices.filter { isClearlyBest(encoder.name, tasks[$0].name) }.map { [row, $0 + 1] }
        }
        if !marks.isEmpty {
            table.marks = marks
            table.notes.append(
                "Bold on pages: above every other encoder by more than chance (paired bootstrap over examples, Holm's "
                    + "correction over tasks, p below 0.05).")
        }
        return table
    }

    static let floorName = "always the commonest label"

    private func summaryNotes(_ hasAverage: Bool, _ hasPublished: Bool) -> [String] {
        let seeds = Set(scores.map(\.seeds.count)).sorted()
        return [
            "Scores × 100 of the development sets"
                + (seeds == [1] ? ", one seed." : "; mean ± deviation over \(seeds.last ?? 1) seeds."),
            hasAverage
                ? "Average: over \(tasks.filter(\.countsInAverage).map(\.title).joined(separator: ", "))." : nil,
            hasPublished ? "Published: the paper's average over eight tasks for the model of that name." : nil,
        ].compactMap(\.self)
    }

    /// One task: every part and measure.
    package func table(of task: GLUETaskRecord) -> TextTable {
        let own = scores.filter { $0.task == task.name }
        let parts = Set(own.map(\.part))
        var table = TextTable(
            "\(task.title): \(task.question)",
            columns: [
                .init("Encoder"), .init(parts.count > 1 ? "Part" : ""), .init("Measure"), .init("Score", .right),
                .init("over seeds", .right), .init("95 % interval", .right), .init("Examples", .right),
                .init("Cut", .right),
            ],
            rows: own.map { score in
                [
                    score.encoder, parts.count > 1 ? score.part : "", score.metric, Self.hundredths(score.mean),
                    score.deviation.map { "± " + Self.hundredths($0) } ?? "",
                    score.interval.map { "\(Self.hundredths($0.lower)) to \(Self.hundredths($0.upper))" } ?? "",
                    String(score.n), score.cut > 0 ? String(score.cut) : "",
                ]
            })
        table.notes = ["\(task.train) examples to learn from."]
        if own.contains(where: { $0.cut > 0 }) {
            table.notes.append("Cut: examples of training and development that were longer than is read.")
        }
        for score in own {
            for seed in score.seeds {
                if let reason = seed.undefined {
                    table.notes.append(
                        "\(score.encoder), seed \(seed.seed), \(score.metric): \(reason) It counts as 0, as in "
                            + "scikit-learn.")
                }
            }
        }
        return table.withoutEmptyColumns
    }

    /// Which differences are more than chance; nil for one encoder.
    package func comparisonTable(of task: GLUETaskRecord) -> TextTable? {
        let own = comparisons.filter { $0.task == task.name }
        guard !own.isEmpty else { return nil }
        let hasCounts = own.contains { $0.mcnemar != nil }
        return TextTable(
            "Differences between encoders",
            columns: [
                .init("Comparison"), .init("Difference", .right), .init("95 % interval", .right),
                .init("p (Holm)", .right), .init("p", .right),
            ]
                + (hasCounts
                    ? [
                        .init("Only first right", .right), .init("Only second", .right),
                        .init("McNemar's p", .right),
                    ] : []),
            rows: own.map { one in
                [
                    "\(one.a) − \(one.b)", Self.hundredths(one.difference),
                    "\(Self.hundredths(one.interval.lower)) to \(Self.hundredths(one.interval.upper))",
                    NumberText.pValue(one.pHolm), NumberText.pValue(one.p),
                ]
                    + (hasCounts
                        ? one.mcnemar.map { [String($0.onlyA), String($0.onlyB), NumberText.pValue($0.p)] }
                            ?? ["", "", ""] : [])
            },
            notes: [
                "Paired bootstrap over examples, means over seeds; Holm over the tasks of two encoders."
                    + (hasCounts ? " McNemar's exact test is of the first seed's answers, uncorrected." : "")
            ])
    }

    /// The best layer's probe of every encoder and task; nil where none were made.
    package var probeSummary: TextTable? {
        guard !probes.isEmpty else { return nil }
        return TextTable(
            "Frozen: a linear probe on the best layer, and which it is",
            columns: [.init("Encoder")] + tasks.map { .init("\($0.title), \($0.metric)", .right) },
            rows: encoders.map { encoder in
                [encoder.name]
                    + tasks.map { task in
                        guard
                            let probe = probes.first(where: { $0.encoder == encoder.name && $0.task == task.name }),
                            let best = probe.best
                        else { return "" }
                        return "\(Self.hundredths(best.value)) (\(best.layer) of \(probe.layers.count - 1))"
                    }
            },
            notes: [
                "Scores × 100 of the development sets, on which the best layer was chosen: somewhat too high. Layer 0 "
                    + "is the embedding output."
            ])
    }

    /// Probes of every layer, encoders side by side; nil where none were made.
    package func probeTable(of task: GLUETaskRecord) -> TextTable? {
        let own = probes.filter { $0.task == task.name }
        guard let deepest = own.map(\.layers.count).max() else { return nil }
        var table = TextTable(
            "Linear probes on frozen vectors, \(task.metric)",
            columns: [.init("Layer", .right)] + own.map { .init($0.encoder, .right) },
            rows: (0..<deepest).map { layer in
                [String(layer)]
                    + own.map { layer < $0.layers.count ? Self.hundredths($0.layers[layer].value) : "" }
            },
            notes: ["Layer 0 is the embedding output. Learnt from \(own[0].train) examples."])
        table.notes += Set(own.map { "\($0.encoder): \($0.reading)." }).sorted()
        return table
    }
}
