extension ReportSection {
    /// A heading of the second level, then the parts; warnings are quotations, terms a list.
    package var markdown: String { markdown(under: "##") }

    /// - Parameter mark: the heading's, of its level.
    func markdown(under mark: String) -> String {
        let told = parts.map { part in
            switch part {
            case .sentence(let text): Markdown.escaped(text) + "\n"
            case .warning(let text): "> **Warning.** " + Markdown.escaped(text) + "\n"
            case .table(let table): table.markdown
            case .terms(let terms):
                terms.map { "- **\(Markdown.escaped($0.name)).** \(Markdown.escaped($0.text))\n" }.joined()
            }
        }
        return (["\(mark) \(Markdown.escaped(heading))\n"] + told).joined(separator: "\n")
    }
}
