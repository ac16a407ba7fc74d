import SynStatistics

extension ClassificationRecord {
    package var terminal: String { section.terminal }

    package var section: ReportSection {
        var parts: [ReportSection.Part] = [.table(table)]
        parts += changes.map { .sentence(sentence($0)) }
        if classes.count <= 12 { parts.append(.table(classTable)) }
        return ReportSection("Zero-shot classes: \(task)", parts)
    }

    private var table: TextTable {
        func text(_ value: Double, _ interval: Interval) -> String {
            "\(GapRecord.text(value, 3)) [\(GapRecord.text(interval.lower, 3)), \(GapRecord.text(interval.upper, 3))]"
        }
        return TextTable(
            "\(source): \(pictures) pictures of \(classes.count) classes",
            columns: [
                .init("Class is named by"), .init("Texts", .right), .init("Top-1", .right), .init("Top-5", .right),
                .init("Mean per class", .right),
            ],
            rows: readings.map { reading in
                [
                    reading.wording, String(reading.templates.count), text(reading.top1.value, reading.top1.interval),
                    reading.top5.map { text($0.value, $0.interval) } ?? "",
                    text(reading.meanPerClass, reading.meanPerClassInterval),
                ]
            },
            notes: [
                "Guessing would be right in \(GapRecord.text(chance, 3)), always naming the largest class in "
                    + "\(GapRecord.text(largestClass, 3)) of the cases. In brackets: 95 % (Wilson; resampled within "
                    + "classes for the mean)."
            ]
        ).withoutEmptyColumns
    }

    private func sentence(_ change: Change) -> String {
        "\(change.to) instead of \(change.from): \(change.gained) pictures gained, \(change.lost) lost (McNemar's "
            + "exact test, p = \(NumberText.pValue(change.p)))."
    }

    private var classTable: TextTable {
        TextTable(
            "By class, \(readings.last?.wording ?? "")",
            columns: [.init("Class"), .init("Pictures", .right), .init("Recall", .right)],
            rows: classes.indices.map { c in
                [classes[c], String(counts[c]), recallOfLast[c].map { GapRecord.text($0, 3) } ?? "none"]
            })
    }
}
