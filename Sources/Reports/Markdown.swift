/// Plain text inside Markdown.
public enum Markdown {
    /// Text that no Markdown reader takes for markup: one line, with the special characters escaped and
    /// angle brackets and ampersands as entities, so that a caption can bring neither emphasis nor HTML.
    public static func escaped(_ text: String) -> String {
        var out = ""
        for character in TerminalText.safe(text) {
            switch character {
            case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "$": out += "\\" + String(character)
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "&": out += "&amp;"
            default: out.append(character)
            }
        }
        return out
    }

    /// A section: heading, sentences, warnings as quotations, tables.
    public static func section(_ section: ReportSection, level: Int = 2) -> String {
        let heading = String(repeating: "#", count: level) + " " + escaped(section.heading) + "\n"
        let parts = section.parts.map { part in
            switch part {
            case .sentence(let text): escaped(text) + "\n"
            case .warning(let text): "> **Warning.** " + escaped(text) + "\n"
            case .table(let table): table.markdown
            case .terms(let terms):
                terms.map { "- **\(escaped($0.name)).** \(escaped($0.text))\n" }.joined()
            }
        }
        return ([heading] + parts).joined(separator: "\n")
    }
}
