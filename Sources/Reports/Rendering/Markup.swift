/// A tree of HTML or SVG elements that escapes by default.
///
/// Text and attribute values are escaped when the tree is written, so no caption, path or encoder name can
/// become markup. Element names are cases of `Tag`: a misspelt one does not compile. What is written is both
/// HTML 5 and well-formed XML, so that a strict parser can check a whole page.
///
///     Tag.p(["class": "lead"]) {
///         "Ampersands & <angles> are safe; "
///         Tag.strong { "so is this." }
///     }
package indirect enum Markup: Sendable {
    case element(Tag, [Attribute], [Markup])
    case text(String)
    /// Text written as it is: for our own style sheets and scripts only, never for anything from outside.
    case verbatim(StaticString)

    package struct Attribute: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The tree as text.
    package var rendered: String {
        var out = ""
        write(to: &out)
        return out
    }

    private func write(to out: inout String) {
        switch self {
        case .text(let text): out += Markup.escaped(text)
        case .verbatim(let text): out += "\(text)"
        case .element(let tag, let attributes, let children):
            out += "<\(tag.rawValue)"
            for attribute in attributes { out += " \(attribute.name)=\"\(Markup.escaped(attribute.value))\"" }
            if children.isEmpty, tag.standsAlone {
                out += "/>"
            } else {
                out += ">"
                for child in children { child.write(to: &out) }
                out += "</\(tag.rawValue)>"
            }
            if tag.endsLine { out += "\n" }
        }
    }

    /// Text with the five special characters as entities, and without what XML forbids.
    ///
    /// Works on scalars: a quote followed by a combining mark is one `Character` and would slip through.
    package static func escaped(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out.append(contentsOf: "&amp;".unicodeScalars)
            case "<": out.append(contentsOf: "&lt;".unicodeScalars)
            case ">": out.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": out.append(contentsOf: "&quot;".unicodeScalars)
            case "'": out.append(contentsOf: "&#39;".unicodeScalars)
            case "\t", "\n", "\r": out.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                out.append("\u{FFFD}")
            default: out.append(scalar)
            }
        }
        return String(out)
    }
}

/// The elements our pages and plots are made of.
package enum Tag: String, Sendable {
    case html, head, meta, title, style, script, noscript, body
    case header, main, section, footer, figure, figcaption, details, summary, nav, a
    case h1, h2, h3, p, div, span, strong, em, small, ul, li, dl, dt, dd, code, img, br, aside
    case table, caption, colgroup, col, thead, tbody, tr, th, td
    case svg, g, line, rect, circle, path, polyline, polygon, text, tspan, defs, clipPath, desc

    package func callAsFunction(
        _ attributes: KeyValuePairs<String, String> = [:], @MarkupBuilder _ content: () -> [Markup] = { [] }
    ) -> Markup {
        .element(self, attributes.map { Markup.Attribute($0.key, $0.value) }, content())
    }

    /// HTML's void elements, and SVG's shapes, which may be closed at once.
    var standsAlone: Bool {
        switch self {
        case .meta, .img, .br, .col, .line, .rect, .circle, .path, .polyline, .polygon: true
        default: false
        }
    }

    /// Whether a line break after the element changes nothing for the reader.
    var endsLine: Bool {
        switch self {
        case .a, .span, .strong, .em, .small, .code, .img, .br, .tspan, .text: false
        default: true
        }
    }
}

/// Lets an element's content be written as statements: strings, elements, `if` and `for`.
@resultBuilder
package enum MarkupBuilder {
    package static func buildExpression(_ text: String) -> [Markup] { [.text(text)] }
    package static func buildExpression(_ markup: Markup) -> [Markup] { [markup] }
    package static func buildExpression(_ markup: [Markup]) -> [Markup] { markup }
    package static func buildBlock(_ parts: [Markup]...) -> [Markup] { parts.flatMap { $0 } }
    package static func buildOptional(_ part: [Markup]?) -> [Markup] { part ?? [] }
    package static func buildEither(first part: [Markup]) -> [Markup] { part }
    package static func buildEither(second part: [Markup]) -> [Markup] { part }
    package static func buildArray(_ parts: [[Markup]]) -> [Markup] { parts.flatMap { $0 } }
}
