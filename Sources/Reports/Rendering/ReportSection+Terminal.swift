extension ReportSection {
    /// The section on a terminal: its heading in capitals, then its parts, a blank line between them.
    package var terminal: String {
        let blocks = parts.map { part in
            switch part {
            case .sentence(let text): TerminalText.paragraph(text)
            case .warning(let text): TerminalText.paragraph("Warning: " + text)
            case .table(let table): table.terminal
            case .terms(let terms): terms.map { TerminalText.paragraph("\($0.name): \($0.text)") }.joined()
            }
        }
        return ([TerminalText.safe(heading).uppercased() + "\n"] + blocks).joined(separator: "\n")
    }
}
