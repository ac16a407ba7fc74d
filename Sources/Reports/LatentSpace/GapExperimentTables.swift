extension GapExperimentRecord {
    package var terminal: String { section.terminal }

    package static func text(_ value: Double) -> String { GapRecord.text(value, 3) }

    package var section: ReportSection {
        let isPublished = columns.indices.map { c in rows.contains { c < $0.published.count && $0.published[c] != nil }
        }
        func cell(_ values: [Double?], _ c: Int) -> String {
            c < values.count ? values[c].map { GapRecord.text($0, 4) } ?? "" : ""
        }
        let table = TextTable(
            source,
            columns: [.init(rowName, .right)]
                + columns.indices.flatMap { c in
                    [TextTable.Column(columns[c], .right)] + (isPublished[c] ? [.init("published", .right)] : [])
                },
            rows: rows.map { row in
                [row.label]
                    + columns.indices.flatMap { c in
                        [cell(row.values, c)] + (isPublished[c] ? [cell(row.published, c)] : [])
                    }
            }, notes: notes + ["Rule: \(rule). \(passes ? "It holds here." : "It does not hold here.")"])
        return ReportSection("Experiment: \(experiment)", [.table(table)])
    }
}
