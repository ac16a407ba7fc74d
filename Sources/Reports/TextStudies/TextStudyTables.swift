/// The tables of a text study; every rendering shows the same cells. Correlations stand in hundredths, as the papers
/// print them.
extension TextStudyReport {
    /// The tasks in the order they were measured.
    package var tasks: [String] {
        scores.reduce(into: []) { names, score in
            if !names.contains(score.task) { names.append(score.task) }
        }
    }

    func scores(of task: String) -> [TextScore] { scores.filter { $0.task == task } }

    /// A correlation in hundredths.
    static func hundredths(_ value: Double?) -> String {
        value.map { NumberText.fixed(100 * $0, decimals: 2) } ?? "undefined"
    }

    private static func text(_ record: CorrelationRecord?) -> String { hundredths(record?.value) }

    private static func interval(_ record: CorrelationRecord?) -> String {
        guard let record else { return "" }
        let interval = record.bootstrap ?? record.interval
        return "\(hundredths(interval.lower)) to \(hundredths(interval.upper))"
    }

    private static func layered(_ score: TextScore, _ layer: LayerScore?) -> String {
        guard let layer, let figure = score.figure(layer), let place = layer.layer else { return "" }
        return "\(hundredths(figure.value)) (layer \(place))"
    }

    // MARK: One task

    /// Encoders and readings against the figures of a task.
    package func table(of task: String) -> TextTable {
        let scores = scores(of: task)
        let metric = scores.first?.metric ?? .spearman
        let other: TextScore.Metric = metric == .spearman ? .pearson : .spearman
        var table = TextTable(
            scores.first?.taskTitle,
            columns: [
                .init("Encoder"), .init("Vector"), .init(metric.name, .right), .init("95 % interval", .right),
                .init(other.name, .right), .init("Best layer, cross-validated", .right),
                .init("95 % interval", .right), .init("Best layer", .right), .init("95 % interval", .right),
                .init("Top layer", .right), .init("n", .right), .init("Published", .right),
            ],
            rows: scores.map { score in
                let output = score.output
                let figures = output.map { ($0.spearman, $0.pearson) }
                let best = score.output == nil && score.crossValidated == nil ? score.best : nil
                return [
                    score.encoder, score.variant,
                    output == nil ? "" : Self.text(output.flatMap(score.figure)),
                    Self.interval(output.flatMap(score.figure)),
                    output == nil ? "" : Self.text(metric == .spearman ? figures?.1 : figures?.0),
                    score.crossValidated.map { Self.text(score.figure($0)) } ?? "",
                    Self.interval(score.crossValidated.flatMap(score.figure)),
                    score.layers.isEmpty ? "" : (score.best == nil ? "undefined" : Self.layered(score, score.best)),
                    Self.interval(best.flatMap(score.figure)), Self.layered(score, score.top), String(score.n),
                    score.published.filter { $0.metric == metric }.map(Self.text).joined(separator: "; "),
                ]
            })
        table.notes = notes(scores)
        if let row = scores.firstIndex(where: { isClearlyBest($0) }) {
            let isValidated = scores[row].crossValidated != nil
            table.marks = [[row, scores[row].output != nil ? 2 : isValidated ? 5 : 7]]
            table.notes.append(Self.markNote)
        }
        return table.withoutEmptyColumns
    }

    /// Whether a reading has the highest figure of its task, and tests put it above every other encoder: above the
    /// highest of that encoder's readings, by a test of the two or by tests of both with a reading that stands between
    /// them. The highest number alone says nothing of other texts. Readings of one encoder are not tested against each
    /// other.
    func isClearlyBest(_ score: TextScore) -> Bool {
        func figure(_ score: TextScore) -> Double? { score.headline.flatMap(score.figure)?.value }
        let all = scores(of: score.task)
        guard let own = figure(score), all.allSatisfy({ (figure($0) ?? own) <= own }) else { return false }
        let rivals = Dictionary(
            grouping: all.filter { $0.encoder != score.encoder && figure($0) != nil }, by: \.encoder
        )
        .values.flatMap { readings in
            let highest = readings.compactMap(figure).max()
            return readings.filter { figure($0) == highest }
        }
        var below: Set<[String]> = []
        var open = [[score.encoder, score.variant]]
        while let next = open.popLast() {
            for test in comparisons where test.task == score.task && test.pHolm < 0.05 {
                let (a, b) = ([test.a, test.variantA], [test.b, test.variantB])
                let (higher, lower) = test.valueA > test.valueB ? (a, b) : (b, a)
                if higher == next, below.insert(lower).inserted { open.append(lower) }
            }
        }
        return !below.isEmpty && rivals.allSatisfy { below.contains([$0.encoder, $0.variant]) }
            && encoders.allSatisfy { other in other.name == score.encoder || below.contains { $0[0] == other.name } }
    }

    private static let markNote =
        "Bold on pages: above every other encoder by more than chance (Williams' test, Holm's correction, p below "
        + "0.05); nothing is bold where the tests do not say so."

    private static func text(_ figure: PublishedFigure) -> String {
        let layer = figure.layer.map { " (layer \($0))" } ?? ""
        return "\(figure.model) \(hundredths(figure.value))"
            + (figure.place == "output" ? "" : " \(figure.place)\(layer)")
    }

    private func notes(_ scores: [TextScore]) -> [String] {
        let isOfWords = scores.contains { $0.crossValidated != nil }
        var notes = [
            "Correlations × 100; the interval is the bootstrap's"
                + (isOfWords && scores.first?.metric == .spearman ? ", which draws words and not pairs." : ".")
        ]
        if isOfWords {
            notes.append(
                "Best layer, cross-validated: each tenth of the pairs is read from the layer that is best on the "
                    + "rest; encoders are compared by this. Best layer: picked by the same scores, so somewhat too "
                    + "high."
            )
        } else if scores.contains(where: { !$0.layers.isEmpty }) {
            notes.append("Best layer: picked by the same scores, so its figure is somewhat too high.")
        }
        let readings = Dictionary(scores.map { ($0.variant, $0.reading) }, uniquingKeysWith: { first, _ in first })
        notes.append(
            "Vector: " + readings.sorted { $0.key < $1.key }.map { "\($0.key), \($0.value)" }.joined(separator: "; ")
                + ".")
        let sources = Set(scores.flatMap(\.published).map(\.source)).sorted()
        if !sources.isEmpty {
            notes.append("Published: \(sources.joined(separator: "; ")); of the model named, by its sizes.")
        }
        for score in scores {
            let all = [score.output].compactMap(\.self) + score.layers
            for reason in Set(all.compactMap(\.undefined)).sorted() {
                let places = all.filter { $0.undefined == reason }.map { $0.layer.map { "layer \($0)" } ?? "output" }
                notes.append(
                    "\(score.encoder), \(score.variant), \(places.joined(separator: ", ")): undefined, \(reason)")
            }
            if score.tooLong > 0 {
                notes.append("\(score.encoder): \(score.tooLong) pairs left out, a text is longer than its context.")
            }
            if score.truncated > 0 {
                notes.append("\(score.encoder): \(score.truncated) texts were cut to its context.")
            }
            if score.unknown > 0 {
                notes.append("\(score.encoder): \(score.unknown) texts hold something its vocabulary does not spell.")
            }
        }
        return notes.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The figure of every layer, encoders side by side; nil where no layers were read.
    package func layerTable(of task: String) -> TextTable? {
        let scores = scores(of: task).filter { !$0.layers.isEmpty }
        guard let deepest = scores.map(\.layers.count).max() else { return nil }
        return TextTable(
            "\(scores[0].metric.name) of every layer",
            columns: [.init("Layer", .right)] + scores.map { .init("\($0.encoder), \($0.variant)", .right) },
            rows: (0..<deepest).map { layer in
                [String(layer)] + scores.map { layer < $0.layers.count ? Self.text($0.figure($0.layers[layer])) : "" }
            },
            notes: ["Layer 0 is the embedding output."])
    }

    // MARK: All tasks

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

    package var encoderTable: TextTable {
        TextTable(
            "Encoders",
            columns: [
                .init("Encoder"), .init("Type"), .init("Layers", .right), .init("Width", .right), .init("Letters"),
            ],
            rows: encoders.map {
                [$0.name, $0.modelType, String($0.layers), String($0.width), $0.isCased ? "cased" : "uncased"]
            })
    }

    var settingsTable: TextTable? { .settings(settings) }

    var provenanceTable: TextTable { provenance.table }
}
