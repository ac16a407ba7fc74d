/// Plain text and tables inside LaTeX. Tables need `\usepackage{booktabs}`; a modern LaTeX reads the UTF-8 in them.
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
            case "\"": out += "\\textquotedbl{}"
            case "[", "]": out += "{" + String(scalar) + "}"   // behind `\\` a bracket would be its length
            case "*": out += "{*}"
            case "±": out += "$\\pm$"
            case "×": out += "$\\times$"
            case "−": out += "$-$"
            case "↑": out += "$\\uparrow$"
            case "↓": out += "$\\downarrow$"
            case "√": out += "$\\surd$"
            case "\u{A0}", "\u{202F}": out += "~"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

extension TextTable {
    /// A floating table with booktabs' rules; title as caption, notes below. Bold is what stands out on the page.
    package var latex: String {
        func line(_ cells: [String]) -> String { "    " + cells.joined(separator: " & ") + " \\\\" }
        let body = squareRows.enumerated().map { place, row in
            line(
                row.enumerated().map { column, cell in
                    isMarked(cell, place, column) ? "\\textbf{\(LaTeX.escaped(cell))}" : LaTeX.escaped(cell)
                })
        }
        let caption = title.map { ["  \\caption{\(LaTeX.escaped($0))}"] } ?? []
        let below = notes.isEmpty
            ? [] : ["", "  \\par\\smallskip\\begin{minipage}{\\linewidth}\\footnotesize"]
                + notes.map { "    \(LaTeX.escaped($0))\\par" } + ["  \\end{minipage}"]
        return (["\\begin{table}", "  \\centering"] + caption
            + ["  \\begin{tabular}{\(columns.map { $0.alignment == .right ? "r" : "l" }.joined())}", "    \\toprule"]
            + [line(columns.map { LaTeX.escaped($0.heading) }), "    \\midrule"] + body
            + ["    \\bottomrule", "  \\end{tabular}"] + below + ["\\end{table}"]).joined(separator: "\n") + "\n"
    }

    /// The cells as they are shown, one line a row. Every column keeps its heading, titles and notes are left out.
    package var csv: String {
        CSV.text(heading: columns.map(\.heading), rows: squareRows.map { $0.map(CSV.Field.text) })
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
