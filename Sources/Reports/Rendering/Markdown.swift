/// Plain text inside Markdown.
package enum Markdown {
    /// Text that no Markdown reader takes for markup: one line, with the special characters escaped and
    /// angle brackets and ampersands as entities, so that a caption can bring neither emphasis nor HTML.
    package static func escaped(_ text: String) -> String {
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
}
