/// Plain text and tables inside LaTeX. Tables need `\usepackage{booktabs}`, long ones `\usepackage{longtable}`; a
/// modern LaTeX reads the UTF-8 in them.
package enum LaTeX {
    /// One line of text that brings no command, comment, group or alignment: the ten special characters are escaped,
    /// and the signs that text fonts lack are written as mathematics.
    package static func escaped(_ text: String) -> String {
        var out = ""
        // Scalars, not characters: a special character with a combining mark behind it is one `Character`.
        for scalar in TerminalText.safe(text).unicodeScalars {
            switch scalar {
            case "\\": out += "\\textbackslash{}"
            case "~": out += "\\textasciitilde{}"
            case "^": out += "\\textasciicircum{}"
            case "&", "%", "$", "#", "_", "{", "}": out += "\\" + String(scalar)
            case "<": out += "\\textless{}"
            case ">": out += "\\textgreater{}"
            case "|": out += "\\textbar{}"
            case "\"": out += "''"   // \textquotedbl asks for another font encoding than the usual one
            case "-": out += out.hasSuffix("-") ? "{}-" : "-"   // two would be a dash
            case "[", "]": out += "{" + String(scalar) + "}"   // behind `\\` a bracket would be its length
            case "*": out += "{*}"
            case "±": out += "$\\pm$"
            case "×": out += "$\\times$"
            case "−": out += "$-$"
            case "↑": out += "$\\uparrow$"
            case "↓": out += "$\\downarrow$"
            case "√": out += "$\\surd$"
            case "≤": out += "$\\leq$"
            case "≥": out += "$\\geq$"
            case "→": out += "$\\to$"
            case "\u{A0}", "\u{202F}": out += "~"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

extension TextTable {
    /// A floating table with booktabs' rules, one that breaks over pages where it has more rows than a page; title as
    /// caption, notes below. Bold is what stands out on the page.
    package var latex: String {
        func line(_ cells: [String]) -> String { "    " + cells.joined(separator: " & ") + " \\\\" }
        let shape = columns.map { $0.alignment == .right ? "r" : "l" }.joined()
        let heading = ["    \\toprule", line(columns.map { LaTeX.escaped($0.heading) }), "    \\midrule"]
        let body = squareRows.enumerated().map { place, row in
            line(
                row.enumerated().map { column, cell in
                    isMarked(cell, place, column) ? "\\textbf{\(LaTeX.escaped(cell))}" : LaTeX.escaped(cell)
                })
        }
        let caption = title.map { "\\caption{\(LaTeX.escaped($0))}" }
        let told = notes.map { "    \(LaTeX.escaped($0))\\par" }
        let lines =
            rows.count > Self.rowsOfAPage
            ? ["\\begin{longtable}{\(shape)}"] + (caption.map { ["  \($0) \\\\"] } ?? []) + heading
                + ["    \\endhead", "    \\bottomrule", "    \\endfoot"] + body + ["\\end{longtable}"]
                + (told.isEmpty ? [] : ["{\\footnotesize"] + told + ["}"])
            : ["\\begin{table}", "  \\centering"] + (caption.map { ["  \($0)"] } ?? [])
                + ["  \\begin{tabular}{\(shape)}"] + heading + body + ["    \\bottomrule", "  \\end{tabular}"]
                + (told.isEmpty
                    ? []
                    : ["", "  \\par\\smallskip\\begin{minipage}{\\linewidth}\\footnotesize"] + told + [
                        "  \\end{minipage}"
                    ])
                + ["\\end{table}"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static let rowsOfAPage = 40

    /// The cells as they are shown, one line a row, as programs read them: negative numbers with a hyphen, nothing
    /// where nothing was measured. Every column keeps its heading; titles and notes are left out.
    package var csv: String {
        func plain(_ cell: String) -> CSV.Field {
            if cell == "–" { return .absent }
            let ascii = cell.replacing("−", with: "-").replacing("\u{A0}", with: " ")
            return .text(Double(ascii) == nil ? cell.replacing("\u{A0}", with: " ") : ascii)
        }
        return CSV.text(heading: columns.map(\.heading), rows: squareRows.map { $0.map(plain) })
    }
}

extension StudyReport {
    /// Every table with a title that says its section, from top to bottom; facts last.
    package var tables: [TextTable] {
        numbers.flatMap(\.tables) + facts
    }
}

extension ReportSection {
    /// Its tables, each with a title that names the section.
    package var tables: [TextTable] {
        parts.compactMap { part in
            guard case .table(var table) = part else { return nil }
            table.title = table.title.map { "\(heading): \($0)" } ?? heading
            return table
        }
    }
}
