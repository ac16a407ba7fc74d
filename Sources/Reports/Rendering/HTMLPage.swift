import Foundation
import SynFiles

/// One HTML file that needs nothing else: no network, style and pictures inside; read whole without its one small
/// script, which sorts tables and opens what is folded before printing.
package struct HTMLPage: Sendable {
    package var title: String
    package var header: [Markup]
    package var main: [Markup]
    package var footer: [Markup]

    package init(
        title: String, @MarkupBuilder header: () -> [Markup], @MarkupBuilder main: () -> [Markup],
        @MarkupBuilder footer: () -> [Markup] = { [] }
    ) {
        self.title = title
        self.header = header()
        self.main = main()
        self.footer = footer()
    }

    /// The file's text.
    ///
    /// The content policy forbids every request, so that even a mistake here could not make the page call out.
    package var rendered: String {
        let page = Tag.html(["lang": "en", "xmlns": "http://www.w3.org/1999/xhtml"]) {
            Tag.head {
                Tag.meta(["charset": "utf-8"])
                Tag.meta(["name": "viewport", "content": "width=device-width, initial-scale=1"])
                Tag.meta([
                    "http-equiv": "Content-Security-Policy",
                    "content": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
                        + "script-src 'sha256-\(PageScript.hash)'",
                ])
                Tag.meta(["name": "color-scheme", "content": "light dark"])
                Tag.title { title }
                Tag.style {
                    Markup.verbatim(PageStyle.css)
                    Markup.verbatim(PlotStyle.css)
                }
            }
            Tag.body {
                Tag.header { header }
                Tag.main { main }
                if !footer.isEmpty { Tag.footer { footer } }
                Tag.script { Markup.verbatim(PageScript.text) }
            }
        }
        return "<!DOCTYPE html>\n" + page.rendered
    }

    /// Under every page.
    static let footnote = "This page is complete in itself: it loads nothing, and its one small script sorts tables."

    /// Whether a link may name it: a file beside the page, whatever a record says.
    static func isPlainName(_ name: String) -> Bool {
        name.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]*\.html/) != nil
    }
}

extension TextTable {
    /// The table in a box that scrolls sideways when the page is narrow.
    var markup: Markup { markup(kind: "") }

    /// Few columns need not stretch over the page; many need all of it.
    private static func boxClass(_ columns: Int) -> String {
        switch columns {
        case ..<5: "box fit"
        case 5...7: "box"
        default: "box tight"
        }
    }

    func markup(kind: String) -> Markup {
        Tag.div {
            Tag.div(["class": kind.isEmpty ? Self.boxClass(columns.count) : "box", "tabindex": "0"]) {
                let sorts = rows.count > 1 ? " sortable" : ""
                Tag.table(["class": (kind + sorts).trimmingCharacters(in: .whitespaces)]) {
                    if let title { Tag.caption { title } }
                    Tag.thead {
                        Tag.tr {
                            for column in columns {
                                Tag.th(["scope": "col", "class": column.alignment == .right ? "right" : "left"]) {
                                    column.heading
                                }
                            }
                        }
                    }
                    Tag.tbody {
                        for (place, row) in squareRows.enumerated() {
                            Tag.tr {
                                for (index, cell) in row.enumerated() {
                                    self.cell(cell, columns[index], isBest: isMarked(cell, place, index))
                                }
                            }
                        }
                    }
                }
            }
            if !notes.isEmpty {
                Tag.ul(["class": "notes"]) {
                    for note in notes { Tag.li { note } }
                }
            }
        }
    }

    private func cell(_ text: String, _ column: Column, isBest: Bool) -> Markup {
        // Text that says itself where it may not break may break elsewhere.
        let right = text.contains("\u{A0}") && text.contains(" ") ? "right breaks" : "right"
        let kind = column.alignment == .right ? right : TerminalText.width(text) > 36 ? "long" : "left"
        return Tag.td(["class": kind]) { if isBest { Tag.strong { text } } else { text } }
    }
}
