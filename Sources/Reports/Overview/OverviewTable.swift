import SynStatistics

/// Encoders against studies.
extension ReportCollection {
    /// Every encoder of every study, in the order of first appearance.
    var encoders: [String] {
        entries.flatMap { names($0) }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    func names(_ entry: Entry) -> [String] {
        EncoderSummary.of(entry.probe?.scores ?? []).map(\.encoder) + (entry.text?.encoders.map(\.name) ?? [])
    }

    /// A column: its heading, a cell for each encoder that was measured, and the encoder that tests call the best.
    private struct Column {
        let heading: String
        let cells: [String: String]
        let best: String?
    }

    /// One row an encoder, one column a score; a cell is bold only where a test says that it is the best.
    package var overviewTable: TextTable {
        let columns = entries.flatMap { entry in
            (entry.probe.map { [clipColumn($0, entry.name)] } ?? [])
                + (entry.text.map { taskColumns($0, entry.name) } ?? [])
        }
        let rows = encoders
        var table = TextTable(
            "Overview", columns: [.init("Encoder")] + columns.map { .init($0.heading, .right) },
            rows: rows.map { row in [row] + columns.map { $0.cells[row] ?? "–" } },
            notes: [
                "Higher is better everywhere. CLIP-Score: mean ± standard deviation over seeds. Tasks: correlation "
                    + "× 100 with its 95 % interval, of the encoder's output, else of its best layer; of an encoder read in "
                    + "several ways, the way that was tested. –: not measured.",
                "Bold on pages: above every other encoder of the column by more than chance. CLIP-Score: Welch's "
                    + "test over the seeds of these encoders; tasks: Williams' test; Holm's correction, p below 0.05. "
                    + "Nothing is bold where no test says so.",
            ])
        let marks = columns.enumerated().compactMap { index, column in
            column.best.flatMap(rows.firstIndex).map { [$0, index + 1] }
        }
        table.marks = marks.isEmpty ? nil : marks
        return table
    }

    private func clipColumn(_ report: ProbeReport, _ name: String) -> Column {
        let all = EncoderSummary.of(report.scores)
        let cells = all.map { one in
            (one.encoder, one.clipScore.map { NumberText.plusMinus($0.mean, $0.sd, decimals: 2) } ?? "undefined")
        }
        return Column(
            heading: "\(name): CLIP-Score", cells: Dictionary(cells) { first, _ in first }, best: Self.best(all))
    }

    /// The encoder above every other one by Welch's test over seeds, corrected over all pairs; nil where a single seed
    /// or a test leaves it open.
    static func best(_ all: [EncoderSummary]) -> String? {
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
        }.map { all[$0].encoder }
    }

    private func taskColumns(_ report: TextStudyReport, _ name: String) -> [Column] {
        report.tasks.map { task in
            // Of an encoder that was read in several ways, the one that was tested; else all with their names.
            let all = report.scores(of: task)
            let tests = report.comparisons.filter { $0.task == task }
            let tested = all.filter { score in
                tests.contains {
                    ($0.a, $0.variantA) == (score.encoder, score.variant)
                        || ($0.b, $0.variantB) == (score.encoder, score.variant)
                }
            }
            let scores = all.filter { score in
                !tested.contains { $0.encoder == score.encoder } || tested.contains(score)
            }
            let several = Dictionary(grouping: scores, by: \.encoder).contains { $1.count > 1 }
            var cells: [String: [String]] = [:]
            for score in scores {
                let figure = score.headline.flatMap(score.figure)
                let interval = figure.map { $0.bootstrap ?? $0.interval }
                let range = interval.map {
                    " (\(TextStudyReport.hundredths($0.lower)) to \(TextStudyReport.hundredths($0.upper)))"
                }
                cells[score.encoder, default: []].append(
                    TextStudyReport.hundredths(figure?.value) + (range ?? "") + (several ? " \(score.variant)" : ""))
            }
            return Column(
                heading: "\(name): \(task)", cells: cells.mapValues { $0.joined(separator: "; ") },
                best: scores.first(where: report.isClearlyBest)?.encoder)
        }
    }

    /// Which encoders a study lacks, and which were measured too seldom for an interval.
    var missingSentences: [String] {
        entries.flatMap { entry -> [String] in
            let own = Set(names(entry))
            let lacking = encoders.filter { !own.contains($0) }
            let single = EncoderSummary.of(entry.probe?.scores ?? []).filter { $0.scores.count == 1 }.map(\.encoder)
            return [
                lacking.isEmpty ? nil : "\(entry.name) has no \(StyleVerdict.listed(lacking)).",
                single.isEmpty ? nil : "\(entry.name) has one seed of \(StyleVerdict.listed(single)), so no spread.",
            ].compactMap(\.self)
        }
    }
}
