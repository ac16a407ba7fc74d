extension RetrievalRecord {
    package var terminal: String { section.terminal }

    var section: ReportSection {
        var parts: [ReportSection.Part] = [.table(table)]
        if let falseNegatives, !falseNegatives.isEmpty {
            parts.append(
                .table(
                    TextTable(
                        "Captions of a batch that count as wrong and are true",
                        columns: [.init("Batch", .right), .init("Share", .right)],
                        rows: falseNegatives.map { [String($0.batch), NumberText.percent($0.share, decimals: 2)] },
                        notes: ["Mean over pictures, of the other captions of their batch; batches in order."])))
        }
        return ReportSection("Searches by what is true", parts)
    }

    private var table: TextTable {
        func row(_ search: String, _ right: String, _ found: RecallRecord) -> [String] {
            [search, right] + [found.r1, found.r5, found.r10].map { GapRecord.text($0, 3) }
                + [GapRecord.text(found.median, 1), GapRecord.text(found.mean, 2)]
        }
        var rows = [
            row("picture to text", "own caption", own.imageToText),
            row("text to picture", "own picture", own.textToImage),
        ]
        if let everyTrue {
            rows += [
                row("picture to text", "any true caption", everyTrue.imageToText),
                row("text to picture", "any picture it is true of", everyTrue.textToImage),
            ]
        }
        return TextTable(
            "\(source): \(pairs) pairs",
            columns: [
                .init("Search"), .init("Right is"), .init("R@1", .right), .init("R@5", .right), .init("R@10", .right),
                .init("Median rank", .right), .init("Mean rank", .right),
            ], rows: rows, notes: ["Ties count against." + (truth.map { " True: \($0)." } ?? "")])
    }
}
