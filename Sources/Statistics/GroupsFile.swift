import Foundation

/// The file behind `synesthesia significance --groups`: a CSV or TSV with a header, in one of two forms.
///
/// - Scores: columns `group` and `score`, and if there are any `encoder` and `seed`.
///   A run's `scores.csv` is of this form too: without a column `group` the styles are the groups, without a column
///   `score` the CLIP-Scores are the scores.
/// - Summaries: columns `group`, `mean`, `sd` (sample standard deviation, divisor n − 1) and `n`.
///
/// Columns are found by name, in any order and case; others are ignored. Fields may be quoted as in RFC 4180; tabs
/// separate instead of commas when the header has a tab. At least two groups.
package enum GroupsFile: Equatable, Sendable {
    case scores([Observation])
    case summaries([SummaryRow])

    /// Reads a file.
    package init(contentsOf url: URL, score: String? = nil) throws(DataFileError) {
        try self.init(readBytes(of: url), file: url.relativePath, score: score)
    }

    /// Reads the bytes of a file.
    ///
    /// - Parameters:
    ///   - file: its name in errors.
    ///   - score: the column that holds the scores; nil for `score`, else `clip_score`.
    ///   - isPart: other files hold the other groups, so that one group is enough here.
    package init(
        _ bytes: some Collection<UInt8>, file: String, score: String? = nil, isPart: Bool = false
    ) throws(DataFileError) {
        let header = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let delimiter: Unicode.Scalar = header.contains(UInt8(ascii: "\t")) ? "\t" : ","
        let text = try DelimitedText(bytes, delimiter: delimiter, quoting: .rfc4180, file: file)
        let table = try Table(text, file: file)
        let scores = score?.lowercased() ?? ["score", "clip_score"].first(where: table.has)
        switch (scores, score == nil && table.has("mean")) {
        case (.some, true):
            throw DataFileError(
                file: file, line: table.headerLine,
                "there is a column score and a column mean; keep the scores or the summaries, not both.")
        case (let scores?, false): self = .scores(try table.observations(scores))
        case (nil, true): self = .summaries(try table.summaries())
        case (nil, false):
            throw DataFileError(
                file: file, line: table.headerLine,
                "the header must name the columns group,score (and perhaps encoder,seed) or group,mean,sd,n, or be "
                    + "that "
                    + "of a run's scores.csv; it names \(table.names.joined(separator: ",")).")
        }
        if !isPart { try requireTwoGroups(file) }
    }

    private func requireTwoGroups(_ file: String) throws(DataFileError) {
        let groups: [String]
        switch self {
        case .scores(let scores): groups = scores.map(\.group)
        case .summaries(let rows): groups = rows.map(\.group)
        }
        if let first = groups.first, groups.allSatisfy({ $0 == first }) {
            throw DataFileError(
                file: file, "all rows belong to group \(first); a comparison needs at least two groups.")
        }
    }
}

/// Rows whose fields are found by the header's names.
private struct Table {
    let file: String
    let headerLine: Int
    let names: [String]
    private let rows: ArraySlice<DelimitedText.Row>

    init(_ text: DelimitedText, file: String) throws(DataFileError) {
        guard let header = text.rows.first else { throw DataFileError(file: file, "the file is empty.") }
        self.file = file
        headerLine = header.line
        names = header.fields.map { trimmed($0).lowercased() }
        rows = text.rows.dropFirst()
        for (index, name) in names.enumerated() where names[..<index].contains(name) && !name.isEmpty {
            throw DataFileError(file: file, line: headerLine, column: name, "the header names this column twice.")
        }
        // A table for a country where commas stand in numbers.
        if names.count == 1, let mark = names[0].first(where: { $0 == ";" || $0 == "|" }) {
            throw DataFileError(
                file: file, line: headerLine,
                "the columns are separated by \"\(mark)\"; save the table with commas or tabs between them, and with "
                    + "points in numbers."
            )
        }
        guard !rows.isEmpty else {
            throw DataFileError(file: file, line: headerLine, "there is a header, but no row below it.")
        }
        for row in rows where row.fields.count != names.count {
            throw DataFileError(
                file: file, line: row.line,
                "the row has \(row.fields.count) fields, but the header has \(names.count).")
        }
    }

    func has(_ name: String) -> Bool { names.contains(name) }

    func observations(_ name: String) throws(DataFileError) -> [Observation] {
        let group = try column(!has("group") && has("style") ? "style" : "group")
        let score = try column(name)
        let encoder = names.firstIndex(of: "encoder")
        let seed = names.firstIndex(of: "seed")
        var observations: [Observation] = []
        var lines: [Key: Int] = [:]
        for row in rows {
            var one = try Observation(group: text(row, group), score: number(row, score))
            if let encoder { one.encoder = try text(row, encoder) }
            if let seed { one.seed = try whole(row, seed, "a seed") }
            if encoder != nil, seed != nil {
                let key = Key(group: one.group, encoder: one.encoder, seed: one.seed)
                if let earlier = lines.updateValue(row.line, forKey: key) {
                    throw DataFileError(
                        file: file, line: row.line,
                        "group \(one.group), encoder \(one.encoder ?? ""), seed \(one.seed ?? 0) "
                            + "already has a score on line \(earlier).")
                }
            }
            observations.append(one)
        }
        return observations
    }

    func summaries() throws(DataFileError) -> [SummaryRow] {
        let (group, mean, deviation, count) = try (column("group"), column("mean"), column("sd"), column("n"))
        var summaries: [SummaryRow] = []
        var known: Set<String> = []
        for row in rows {
            let name = try text(row, group)
            guard known.insert(name).inserted else {
                throw failure(row, group, "group \(name) already has a row; a summary has one row per group.")
            }
            let n = try whole(row, count, "a count")
            guard n > 0, n <= 1_000_000_000 else {
                throw failure(row, count, "a count is a whole number from 1 to 1,000,000,000.")
            }
            var spread: Double?
            if n > 1 || !trimmed(row.fields[deviation]).isEmpty { spread = try number(row, deviation) }
            if let spread, spread < 0 {
                throw failure(row, deviation, "a standard deviation cannot be negative.")
            }
            summaries.append(
                SummaryRow(group: name, mean: try number(row, mean), deviation: n > 1 ? spread : nil, count: n))
        }
        return summaries
    }

    private struct Key: Hashable {
        let group: String
        let encoder: String?
        let seed: Int?
    }

    private func column(_ name: String) throws(DataFileError) -> Int {
        if let index = names.firstIndex(of: name) { return index }
        throw DataFileError(
            file: file, line: headerLine, column: name,
            "the header does not name this column; it names \(names.joined(separator: ",")).")
    }

    private func text(_ row: DelimitedText.Row, _ index: Int) throws(DataFileError) -> String {
        let text = trimmed(row.fields[index])
        if text.isEmpty { throw failure(row, index, "the field is empty.") }
        return text
    }

    private func number(_ row: DelimitedText.Row, _ index: Int) throws(DataFileError) -> Double {
        let text = try text(row, index)
        guard let value = decimalNumber(text) else {
            throw failure(row, index, "\"\(text.prefix(40))\" is not a number (write 22.41, with a point).")
        }
        guard abs(value) <= 1e100 else { throw failure(row, index, "\(text.prefix(40)) is too large a number.") }
        return value
    }

    private func whole(_ row: DelimitedText.Row, _ index: Int, _ what: String) throws(DataFileError) -> Int {
        let text = try text(row, index)
        guard let value = Int(text) else {
            throw failure(row, index, "\"\(text.prefix(40))\" is not \(what): a whole number is expected.")
        }
        return value
    }

    private func failure(_ row: DelimitedText.Row, _ index: Int, _ message: String) -> DataFileError {
        DataFileError(file: file, line: row.line, column: names[index], message)
    }
}

private func trimmed(_ text: String) -> String {
    text.trimmingCharacters(in: .whitespaces)
}
