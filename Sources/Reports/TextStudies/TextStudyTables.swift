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

    static func text(_ record: CorrelationRecord?) -> String { hundredths(record?.value) }

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

    static let markNote =
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

    // MARK: What was measured

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
