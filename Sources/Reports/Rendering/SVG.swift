import Foundation

/// A drawing: inline in a page, or a file of its own with its style inside.
package struct SVG: Sendable {
    package let width: Double
    package let height: Double
    /// What a person who cannot see the drawing is told.
    package let summary: String
    let content: [Markup]

    init(width: Double, height: Double, summary: String, @MarkupBuilder _ content: () -> [Markup]) {
        self.width = width
        self.height = height
        self.summary = summary
        self.content = content()
    }

    /// For a page that carries `PlotStyle.css`.
    package var inline: Markup {
        Tag.svg([
            "xmlns": "http://www.w3.org/2000/svg", "class": "plot", "role": "img", "aria-label": summary,
            "viewBox": "0 0 \(SVG.number(width)) \(SVG.number(height))",
        ]) { content }
    }

    /// A whole file, light or dark as the viewer prefers.
    package var file: String {
        let root = Tag.svg([
            "xmlns": "http://www.w3.org/2000/svg", "class": "plot alone", "role": "img", "aria-label": summary,
            "width": SVG.number(width), "height": SVG.number(height),
            "viewBox": "0 0 \(SVG.number(width)) \(SVG.number(height))",
        ]) {
            Tag.style { Markup.verbatim(PlotStyle.css) }
            Tag.rect(["class": "paper", "width": "100%", "height": "100%"])
            content
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.rendered
    }

    /// A coordinate with at most two decimals. What is not finite would break the drawing and becomes 0.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "0" }
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() ? String(Int(rounded)) : "\(rounded)"
    }

    static func line(_ kind: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Markup {
        Tag.line(["class": kind, "x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2)])
    }

    /// Words at a point; `anchor` is "start", "middle" or "end".
    static func words(
        _ text: String, _ x: Double, _ y: Double, anchor: String = "start", kind: String = "label"
    ) -> Markup {
        Tag.text(["class": kind, "x": number(x), "y": number(y), "text-anchor": anchor]) { text }
    }

    /// A path through points; `closed` makes an area.
    static func path(_ kind: String, through points: [(x: Double, y: Double)], closed: Bool = false) -> Markup {
        let steps = points.enumerated().map { index, point in
            (index == 0 ? "M" : "L") + number(point.x) + " " + number(point.y)
        }
        return Tag.path(["class": kind, "d": steps.joined(separator: " ") + (closed ? " Z" : "")])
    }

    /// A style's mark: circle, diamond or square, so that colour is never the only difference.
    static func mark(_ style: EncoderStyle, _ x: Double, _ y: Double, size r: Double, kind: String = "mark") -> Markup {
        let kind = "\(kind) \(style.rawValue)"
        switch style {
        case .bert:
            return Tag.circle(["class": kind, "cx": number(x), "cy": number(y), "r": number(r)])
        case .clip:
            let d = r * 1.25
            return path(kind, through: [(x, y - d), (x + d, y), (x, y + d), (x - d, y)], closed: true)
        case .random:
            let s = r * 0.9
            return Tag.rect([
                "class": kind, "x": number(x - s), "y": number(y - s), "width": number(2 * s),
                "height": number(2 * s),
            ])
        case .noCaption:
            let d = r * 1.15
            return path(kind, through: [(x, y - d), (x + d, y + d * 0.8), (x - d, y + d * 0.8)], closed: true)
        }
    }

    /// The width of words at a size, near enough for margins.
    static func width(of text: String, size: Double = 13) -> Double {
        Double(TerminalText.width(text)) * size * 0.56
    }

    /// Text cut to fit, with an ellipsis.
    static func fitted(_ text: String, within width: Double, size: Double = 13) -> String {
        guard self.width(of: text, size: size) > width else { return text }
        var cut = text
        while !cut.isEmpty, self.width(of: cut + "…", size: size) > width { cut.removeLast() }
        return cut + "…"
    }
}
