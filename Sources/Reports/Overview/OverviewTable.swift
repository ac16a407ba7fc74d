import SynStatistics

/// Encoders against studies: one row for each reading of an encoder, one column for each score.
struct OverviewTable {
    /// An encoder and the vector that was taken from it.
    struct Reading: Hashable {
        let encoder: String
        let vector: String
    }

    /// One score of one study: a cell for each reading that was measured.
    struct Column {
        let heading: String
        /// Which study it belongs to, from 0.
        let study: Int
        let cells: [(reading: Reading, text: String)]
        /// What tests call the best; empty where they leave it open.
        let best: Set<Reading>
    }

    let columns: [Column]
    /// Readings of one encoder stand together, encoders in the order of first appearance.
    let rows: [Reading]

    init(_ entries: [ReportCollection.Entry]) {
        var columns: [Column] = []
        for (place, entry) in entries.enumerated() {
            if let probe = entry.probe { columns.append(Self.clip(probe, place, entry.name)) }
            if let text = entry.text { columns += Self.tasks(text, place, entry.name) }
            if let glue = entry.glue { columns += Self.tuned(glue, place, entry.name) }
        }
        self.columns = columns
        let all: [Reading] = columns.flatMap { $0.cells.map(\.reading) }
        let encoders = all.map(\.encoder).uniqued
        rows = encoders.flatMap { name in all.filter { $0.encoder == name }.uniqued }
    }

    // MARK: Tables

    /// More columns than a printed page is wide are several tables: a study's columns together where they fit, else
    /// those together that were read in the same ways.
    static let most = 6

    var tables: [TextTable] {
        var groups: [[Column]] = []
        for own in Self.runs(columns, by: \.study) {
            if own.count <= Self.most {
                Self.pack(own, into: &groups)
                continue
            }
            var parts: [[Column]] = []
            for alike in Self.runs(own, by: { Set($0.cells.map(\.reading.vector)) }) {
                // 8 columns are 4 and 4, not 6 and 2.
                let count = (alike.count + Self.most - 1) / Self.most
                let size = (alike.count + count - 1) / count
                for start in stride(from: 0, to: alike.count, by: size) {
                    Self.pack(Array(alike[start..<min(start + size, alike.count)]), into: &parts)
                }
            }
            groups += parts
        }
        var tables = groups.map(table)
        if let last = tables.indices.last { tables[last].notes = notes }
        return tables
    }

    private static func pack(_ columns: [Column], into groups: inout [[Column]]) {
        if let last = groups.last, last.count + columns.count <= most {
            groups[groups.count - 1] += columns
        } else {
            groups.append(columns)
        }
    }

    /// Neighbours that agree.
    private static func runs<Key: Equatable>(_ columns: [Column], by key: (Column) -> Key) -> [[Column]] {
        columns.reduce(into: [[Column]]()) { runs, column in
            if let last = runs.last?.last, key(last) == key(column) {
                runs[runs.count - 1].append(column)
            } else {
                runs.append([column])
            }
        }
    }

    private func table(_ columns: [Column]) -> TextTable {
        let known = Set(columns.flatMap { $0.cells.map(\.reading) })
        let rows = rows.filter(known.contains)
        let saysVector = Set(self.rows.map(\.vector).filter { $0 != Self.noVector }).count > 1
        let first = [TextTable.Column("Encoder")] + (saysVector ? [.init("Vector")] : [])
        var table = TextTable(
            columns: first + columns.map { .init($0.heading, .right) },
            rows: rows.map { row in
                [row.encoder] + (saysVector ? [row.vector] : [])
                    + columns.map { column in column.cells.first { $0.reading == row }?.text ?? "–" }
            })
        let marks = columns.enumerated().flatMap { index, column in
            rows.indices.filter { column.best.contains(rows[$0]) }.map { [$0, first.count + index] }
        }
        table.marks = marks.isEmpty ? nil : marks
        return table
    }

    private var notes: [String] {
        let hasTasks = columns.contains { $0.cells.contains { $0.text.contains("(") } }
        return [
            "Higher is better everywhere; – is not measured. CLIP-Score: mean ± standard deviation over seeds."
                + (hasTasks
                    ? " Tasks: correlation × 100 with its 95 % interval, of the encoder's output, else of its best "
                        + "layer."
                    : ""),
            hasTasks
                ? "Vector: what was taken from the encoder; the studies below say it in words. A CLIP-Score stands "
                    + "beside the vector it was made from, for BERT-style encoders the mean over tokens (a "
                    + "sentence-transformers "
                    + "folder may say otherwise)." : nil,
            "Bold on pages: the best of its column, above the best of every other encoder by more than chance. "
                + "CLIP-Score: "
                + "Welch's test over the seeds of these encoders" + (hasTasks ? "; tasks: Williams' test" : "")
                + "; Holm's correction, p below 0.05. Nothing is bold where no test says so.",
        ].compactMap(\.self)
    }

    // MARK: Columns

    static let noVector = "–"

    private static func clip(_ report: ProbeReport, _ study: Int, _ name: String) -> Column {
        let all = EncoderSummary.of(report.scores)
        let poolings = JoinedReport.named(report.settings)
        func reading(_ one: EncoderSummary) -> Reading {
            let pooling = poolings.first { $0.key == "encoders.\(one.encoder).pooling" }?.value
            return switch (one.style, pooling) {
            case (.random, _), (.noCaption, _), (_, nil): Reading(encoder: one.encoder, vector: noVector)
            case (.bert, "probe"): Reading(encoder: one.encoder, vector: "mean")
            case (_, let pooling?): Reading(encoder: one.encoder, vector: pooling)
            }
        }
        return Column(
            heading: "\(name): CLIP-Score", study: study,
            cells: all.map { one in
                (reading(one), one.clipScore.map { NumberText.plusMinus($0.mean, $0.sd, decimals: 2) } ?? "undefined")
            }, best: best(all).map { [reading($0)] } ?? [])
    }

    /// The encoder above every other one by Welch's test over seeds, corrected over all pairs; nil where a single seed
    /// or a test leaves it open.
    static func best(_ all: [EncoderSummary]) -> EncoderSummary? {
        guard all.count > 1 else { return nil }
        var pairs: [(a: Int, b: Int, test: TTest)] = []
        for a in all.indices {
            for b in all.indices where b > a {
                guard let test = try? TTest.welch(all[a].scores.map(\.clipScore), all[b].scores.map(\.clipScore)),
                    test.p.isFinite
                else { return nil }
                pairs.append((a, b, test))
            }
        }
        let p = holmCorrected(pairs.map(\.test.p))
        return all.indices.first { one in
            zip(pairs, p).allSatisfy { pair, p in
                (pair.a != one && pair.b != one) || (p < 0.05 && (pair.test.difference > 0) == (pair.a == one))
            }
        }.map { all[$0] }
    }

    /// What encoders answer after fine-tuning.
    private static func tuned(_ report: GLUEReport, _ study: Int, _ name: String) -> [Column] {
        guard !report.scores.isEmpty else { return [] }
        return report.tasks.map { task in
            func reading(_ encoder: String) -> Reading { Reading(encoder: encoder, vector: "fine-tuned") }
            let scores = report.scores.filter { $0.task == task.name && $0.isQuoted && $0.part == "dev" }
            return Column(
                heading: "\(name): \(task.title), \(task.metric)", study: study,
                cells: scores.map { score in
                    func short(_ value: Double) -> String { NumberText.fixed(100 * value, decimals: 1) }
                    let interval = score.interval.map { " (\(short($0.lower))\u{A0}to\u{A0}\(short($0.upper)))" }
                    return (reading(score.encoder), short(score.mean) + (interval ?? ""))
                },
                best: Set(
                    scores.filter { report.isClearlyBest($0.encoder, task.name) }.map { reading($0.encoder) }))
        }
    }

    private static func tasks(_ report: TextStudyReport, _ study: Int, _ name: String) -> [Column] {
        report.tasks.map { task in
            let scores = report.scores(of: task)
            return Column(
                heading: "\(name): \(task)", study: study,
                cells: scores.map { (Reading($0), cell($0)) },
                best: Set(scores.filter(report.isClearlyBest).map { Reading($0) }))
        }
    }

    /// "73.8 (72.2 to 75.2)"; the interval stays on one line.
    private static func cell(_ score: TextScore) -> String {
        guard let figure = score.headline.flatMap(score.figure) else { return "undefined" }
        func short(_ value: Double) -> String { NumberText.fixed(100 * value, decimals: 1) }
        let interval = figure.bootstrap ?? figure.interval
        return "\(short(figure.value)) (\(short(interval.lower))\u{A0}to\u{A0}\(short(interval.upper)))"
    }
}

extension OverviewTable.Reading {
    init(_ score: TextScore) { self.init(encoder: score.encoder, vector: score.variant) }
}

extension Sequence where Element: Hashable {
    /// Each element once, where it stands first.
    var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
