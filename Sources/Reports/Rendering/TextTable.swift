/// A table of words and numbers, for the terminal, for Markdown and (see `TextTable+Markup`) for the page.
///
/// Cells are finished text: the table aligns and escapes, it does not format. Rows shorter than the heading
/// are filled with empty cells, longer ones are cut.
package struct TextTable: Codable, Sendable, Equatable {
    package var title: String?
    package var columns: [Column]
    package var rows: [[String]]
    /// Sentences below the table: units, what ± means, what is missing and why.
    package var notes: [String]
    /// Cells that stand out because a test says that they are the best, as [row, column]; nil where none does.
    var marks: [[Int]]?

    package struct Column: Codable, Sendable, Equatable {
        package var heading: String
        package var alignment: Alignment

        package init(_ heading: String, _ alignment: Alignment = .left) {
            self.heading = heading
            self.alignment = alignment
        }
    }

    package enum Alignment: String, Codable, Sendable { case left, right }

    package init(_ title: String? = nil, columns: [Column], rows: [[String]] = [], notes: [String] = []) {
        self.title = title
        self.columns = columns
        self.rows = rows
        self.notes = notes
    }

    /// Without the columns in which no row says anything.
    package var withoutEmptyColumns: TextTable {
        let kept = columns.indices.filter { column in squareRows.contains { !$0[column].isEmpty } }
        var copy = self
        copy.columns = kept.map { columns[$0] }
        copy.rows = squareRows.map { row in kept.map { row[$0] } }
        copy.marks = marks?.compactMap { mark in kept.firstIndex(of: mark[1]).map { [mark[0], $0] } }
        return copy
    }

    /// Whether a cell stands out.
    func isMarked(_ cell: String, _ row: Int, _ column: Int) -> Bool {
        marks?.contains([row, column]) == true || isBest(cell, column)
    }

    /// Whether a cell has the best number of its column. Only columns that say which way is better (↑, ↓) have a best,
    /// and real pairs do not compete.
    func isBest(_ cell: String, _ column: Int) -> Bool {
        guard let sign = Self.sign(of: columns[column].heading), let own = Self.number(cell) else { return false }
        let rivals = squareRows.filter { !Self.ceilings.contains($0[0]) }.compactMap { Self.number($0[column]) }
        return rivals.count > 1 && Set(rivals).count > 1 && rivals.map { sign * $0 }.max() == sign * own
            && rivals.contains(own)
    }

    static let realPairs = "real pairs"
    static let reconstructions = "their reconstructions"
    /// Rows that no encoder competes with.
    private static let ceilings = [realPairs, reconstructions]

    private static func sign(of heading: String) -> Double? {
        heading.contains("↑") ? 1 : heading.contains("↓") ? -1 : nil
    }

    /// The number a cell begins with.
    private static func number(_ cell: String) -> Double? {
        let text = cell.replacing("−", with: "-").prefix { $0.isASCII && ($0.isNumber || "-.e".contains($0)) }
        return Double(text)
    }

    /// Every row exactly as long as the heading.
    var squareRows: [[String]] {
        rows.map { row in
            columns.indices.map { $0 < row.count ? row[$0] : "" }
        }
    }

    // MARK: Terminal

    /// Aligned columns with a rule under the heading; lines carry no trailing blanks; ends with a newline.
    package var terminal: String {
        let headings = columns.map { TerminalText.safe($0.heading) }
        let body = squareRows.map { $0.map { TerminalText.safe($0, limit: 300) } }
        let widths = columnWidths([headings] + body)
        var lines: [String] = title.map { [TerminalText.safe($0)] } ?? []
        lines.append(line(headings, widths))
        lines.append(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "))
        lines += body.map { line($0, widths) }
        lines += notes.flatMap { TerminalText.wrapped($0, indent: "  ") }
        return lines.map(TerminalText.trimmedRight).joined(separator: "\n") + "\n"
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        padded(cells, widths).joined(separator: "  ")
    }

    // MARK: Markdown

    /// A pipe table whose source is aligned too, so that it reads well as plain text.
    package var markdown: String {
        let headings = columns.map { Markdown.escaped($0.heading) }
        let body = squareRows.enumerated().map { place, row in
            row.enumerated().map { column, cell in
                isMarked(cell, place, column) ? "**\(Markdown.escaped(cell))**" : Markdown.escaped(cell)
            }
        }
        let widths = columnWidths([headings] + body).map { max($0, 3) }
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        var lines: [String] = title.map { ["**\(Markdown.escaped($0))**", ""] } ?? []
        lines.append(line(padded(headings, widths)))
        lines.append(
            line(
                zip(columns, widths).map { column, width in
                    let dashes = String(repeating: "-", count: width)
                    return column.alignment == .right ? dashes.dropLast() + ":" : dashes
                }))
        lines += body.map { line(padded($0, widths)) }
        if !notes.isEmpty { lines += [""] + notes.map { "_\(Markdown.escaped($0))_  " } }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Alignment

    private func columnWidths(_ lines: [[String]]) -> [Int] {
        columns.indices.map { column in lines.lazy.map { TerminalText.width($0[column]) }.max() ?? 0 }
    }

    private func padded(_ cells: [String], _ widths: [Int]) -> [String] {
        columns.indices.map { i in
            let blanks = String(repeating: " ", count: max(0, widths[i] - TerminalText.width(cells[i])))
            return columns[i].alignment == .right ? blanks + cells[i] : cells[i] + blanks
        }
    }
}
