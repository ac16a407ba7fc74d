import Foundation

/// The sentences of a fine-tuning study, and its renderings made of text.
extension GLUEReport: StudyReport {
    package var kind: String { "fine-tuned text encoders" }
    package var warning: String? {
        partial == true
            ? "Only part of the examples was used (--limit): these are not the numbers of the whole study." : nil
    }

    package var subtitle: String {
        [
            dataset, StyleVerdict.counted(encoders.count, "encoder"), StyleVerdict.counted(tasks.count, "task"),
            scores.isEmpty
                ? "frozen" : StyleVerdict.counted(scores.map(\.seeds.count).max() ?? 1, "seed"),
        ].joined(separator: " · ")
    }

    package var lead: String {
        scores.isEmpty
            ? "No encoder is trained here. A linear layer learns each task from the frozen vectors of every layer: "
                + "what it finds stands there plainly; what it does not find may still be there in another form."
            : "Each encoder and a new head are trained together on each task's examples and measured on the "
                + "development set. Encoders that learnt from text alone and those that learnt from pictures with "
                + "captions stand side by side, and each difference is tested on the same examples."
    }

    /// First how many tasks tell encoders apart, then each task's two best. Where some learnt from pictures and some
    /// did not, the best of either kind are set against each other.
    package var findings: [String] {
        guard encoders.count > 1, !comparisons.isEmpty else { return [] }
        let told = tasks.map { (task: $0, test: best($0.name)) }
        let tests = told.compactMap(\.test)
        let clear = told.filter { ($0.test?.pHolm ?? 1) < 0.05 }.map(\.task.title)
        let rivals =
            hasBothStyles
            ? "The best encoder of text alone and the best that learnt from pictures" : "The two best encoders"
        let count = StyleVerdict.counted(tests.count, "task")
        let first =
            clear.isEmpty
            ? "\(rivals): no clear difference in any of \(count); other examples may order them otherwise."
            : "\(rivals) differ by more than chance in \(clear.count) of \(count): \(StyleVerdict.listed(clear)) "
                + "(paired bootstrap over examples, Holm's correction; it speaks of other examples, not of other "
                + "encoders of their kind)."
        return [first] + told.compactMap { task, test in test.map { sentence(task, $0) } }
    }

    private func learntFromPictures(_ encoder: String) -> Bool {
        let type = encoders.first { $0.name == encoder }?.modelType ?? ""
        return type.hasPrefix("clip") || type.hasPrefix("siglip")
    }

    private var hasBothStyles: Bool { Set(encoders.map { learntFromPictures($0.name) }).count == 2 }

    /// The test of the best encoder with the next best, or of the best of either kind.
    private func best(_ task: String) -> GLUEComparison? {
        func mean(_ encoder: String) -> Double { quoted(encoder, task)?.mean ?? 0 }
        let own = comparisons.filter { test in
            test.task == task && (!hasBothStyles || learntFromPictures(test.a) != learntFromPictures(test.b))
        }
        return own.max {
            (max(mean($0.a), mean($0.b)), min(mean($0.a), mean($0.b)))
                < (max(mean($1.a), mean($1.b)), min(mean($1.a), mean($1.b)))
        }
    }

    private func sentence(_ task: GLUETaskRecord, _ test: GLUEComparison) -> String {
        let (high, low) = test.difference >= 0 ? (test.a, test.b) : (test.b, test.a)
        let ends =
            test.difference >= 0
            ? (test.interval.lower, test.interval.upper) : (-test.interval.upper, -test.interval.lower)
        let p = NumberText.pValue(test.pHolm)
        func score(_ encoder: String) -> String { "\(encoder) \(Self.hundredths(quoted(encoder, task.name)?.mean))" }
        return
            "\(task.title) (\(task.question)): \(test.pHolm < 0.05 ? "a clear difference" : "no clear difference"), "
            + "\(score(high)) and \(score(low)): \(Self.hundredths(abs(test.difference))), 95 % interval "
            + "\(Self.hundredths(ends.0)) to \(Self.hundredths(ends.1)), p \(p.hasPrefix("<") ? p : "= " + p)."
    }

    package var numbers: [ReportSection] {
        [ReportSection("All tasks", [summaryTable?.untitled, probeSummary].compactMap { $0.map { .table($0) } })]
            + tasks.map { task in
                let table = table(of: task)
                return ReportSection(
                    table.title ?? task.title,
                    [
                        table.rows.isEmpty ? nil : table.untitled, comparisonTable(of: task), probeTable(of: task),
                    ].compactMap { $0.map { .table($0) } })
            }
    }

    package var facts: [TextTable] {
        let encoderTable = TextTable(
            "Encoders",
            columns: [
                .init("Encoder"), .init("Kind"), .init("Layers", .right), .init("Width", .right), .init("Cased"),
            ],
            rows: encoders.map {
                [$0.name, $0.modelType, String($0.layers), String($0.width), $0.isCased ? "yes" : "no"]
            })
        return [encoderTable, TextTable.settings(settings), timeTable, provenance.table].compactMap(\.self)
    }

    private var timeTable: TextTable? {
        guard !curves.isEmpty else { return nil }
        return TextTable(
            "Training time",
            columns: [
                .init("Encoder"), .init("Task"), .init("Seed", .right), .init("Steps", .right), .init("Time", .right),
            ],
            rows: curves.map {
                [$0.encoder, $0.task, String($0.seed), String($0.steps), NumberText.duration($0.seconds)]
            }, notes: ["Of the steps alone."])
    }

    package func pageSections(picturesBelow folder: URL?) -> [PageSection] { GLUEPage(self).sections }

    /// What a command prints; `caveats` are for whole studies.
    package func terminal(caveats: Bool) -> String {
        let told = [warning.map { "Warning: " + $0 }, caveats ? findings.first : nil].compactMap(\.self)
        return
            (told.map(TerminalText.paragraph) + (numbers + (caveats ? caveatSections : [])).map(\.terminal))
            .joined(separator: "\n")
    }

    /// Every score, one a line.
    package var csv: String {
        var rows: [[CSV.Field]] = []
        for score in scores {
            for seed in score.seeds {
                rows.append([
                    .text(score.encoder), .text(score.task), .text(score.part), .text(score.metric),
                    .count(seed.seed), .number(seed.value), .text(seed.undefined ?? ""), .count(score.n),
                    .count(score.cut),
                ])
            }
        }
        for probe in probes {
            for layer in probe.layers {
                rows.append([
                    .text(probe.encoder), .text(probe.task), .text("dev, frozen layer \(layer.layer)"),
                    .text(probe.metric), .absent, .number(layer.value), .text(layer.undefined ?? ""), .absent,
                    .absent,
                ])
            }
        }
        return CSV.text(
            heading: ["encoder", "task", "part", "measure", "seed", "value", "undefined", "examples", "cut"], rows: rows
        )
    }

    /// Writes `glue.html`, `glue.md`, `glue.csv` and `glue.json` into `folder`; the page comes first in what is
    /// returned. `home` is the page this one belongs to, in the same folder.
    @discardableResult
    package func write(to folder: URL, home: String? = nil) throws -> [URL] {
        let page = StudyPage(study: self, before: home.map(StudyPage.Link.init(home:)))
        let files = [("glue.html", page.rendered), ("glue.md", markdown), ("glue.csv", csv)]
        for (name, text) in files { try RecordFile.write(text, to: folder.appending(path: name)) }
        let json = folder.appending(path: "glue.json")
        try RecordFile.write(self, to: json)
        return files.map { folder.appending(path: $0.0) } + [json]
    }
}

extension GLUEReport: VersionedRecord {}
