import SynStatistics

/// A quantity over the layers of several encoders, like Figures 1 to 6 of Wolfe and Caliskan (2022): one line for each
/// encoder and reading, its best layer marked.
package struct LayerPlot: Sendable {
    /// One line.
    package struct Line: Sendable, Equatable {
        package var name: String
        /// Which colour, by the encoder's place in the report.
        package var colour: Int
        /// Which dashes, by the reading's place among the encoder's.
        package var dash: Int
        /// A value for each layer from 0; nil where there is none.
        package var values: [Double?]
        /// The ends of each value's interval, drawn as a band; empty where there are none.
        package var intervals: [Interval?]
        /// Whether the highest point is marked.
        package var marksBest: Bool

        package init(
            name: String, colour: Int, dash: Int = 0, values: [Double?], intervals: [Interval?] = [],
            marksBest: Bool = true
        ) {
            (self.name, self.colour, self.dash, self.values) = (name, colour, dash, values)
            (self.intervals, self.marksBest) = (intervals, marksBest)
        }

        /// Layers that have both ends, in order.
        var band: [(layer: Int, interval: Interval)] {
            intervals.enumerated().compactMap { layer, interval in
                interval.flatMap { $0.lower.isFinite && $0.upper.isFinite ? (layer, $0) : nil }
            }
        }
    }

    package let title: String
    /// What the vertical axis measures.
    package let unit: String
    /// What the horizontal axis counts, from 0 for layers and from 1 for anything else.
    package let axis: String
    package let lines: [Line]
    /// Horizontal lines with a name: published figures.
    package let references: [(name: String, value: Double)]

    package init(
        title: String, unit: String, axis: String = "layer", lines: [Line],
        references: [(name: String, value: Double)] = []
    ) {
        self.title = title
        self.axis = axis
        self.unit = unit
        self.lines = lines.filter { $0.values.contains { $0?.isFinite == true } }
        self.references = references
    }

    private static let width = 420.0
    private static let height = 268.0
    private static let left = 46.0
    private static let right = 404.0
    private static let top = 44.0
    private static let bottom = 220.0

    /// The drawing; nil without a number.
    package var drawing: SVG? {
        let values = lines.flatMap { $0.values.compactMap(\.self) }.filter(\.isFinite)
        guard let deepest = lines.map(\.values.count).max(), !values.isEmpty else { return nil }
        let x = Scale(
            domain: 0...Double(max(deepest - 1, 1)), from: Self.left, to: Self.right, ticks: min(deepest - 1, 12))
        let ends = lines.flatMap { $0.band.flatMap { [$0.interval.lower, $0.interval.upper] } }
        let y = Scale(covering: values + ends + references.map(\.value), from: Self.bottom, to: Self.top, ticks: 5)
        return SVG(width: Self.width, height: Self.height, summary: summary) {
            SVG.words(SVG.fitted(title, within: Self.width - 60), 8, 18, kind: "label strong")
            SVG.words(unit, 8, 34, kind: "quiet")
            SVG.axes(x, y, axis, xTicks: x.ticks.filter { $0 == $0.rounded() }) { tick in
                NumberText.fixed(tick + firstNumber, decimals: 0)
            }
            for reference in references {
                SVG.line("axis reference", Self.left, y(reference.value), Self.right, y(reference.value))
                SVG.words(reference.name, Self.right, y(reference.value) - 5, anchor: "end", kind: "quiet")
            }
            for line in lines where line.band.count > 1 {
                let upper = line.band.map { (x: x(Double($0.layer)), y: y($0.interval.upper)) }
                let lower = line.band.map { (x: x(Double($0.layer)), y: y($0.interval.lower)) }
                SVG.path("band thin \(Self.kind(line.colour))", through: upper + lower.reversed(), closed: true)
            }
            for line in lines { curve(line, x, y) }
        }
    }

    @MarkupBuilder private func curve(_ line: Line, _ x: Scale, _ y: Scale) -> [Markup] {
        let kind = Self.kind(line.colour)
        let points = line.values.enumerated().compactMap { layer, value in
            value.flatMap { $0.isFinite ? (layer: layer, value: $0) : nil }
        }
        Tag.g {
            Tag.title { line.name }
            if points.count > 1 {
                SVG.path(
                    "curve \(kind) dash-\(line.dash % 4)", through: points.map { (x(Double($0.layer)), y($0.value)) })
            }
            if let best = points.max(by: { $0.value < $1.value }), line.marksBest || points.count == 1 {
                Tag.circle([
                    "class": "mark \(kind)", "cx": SVG.number(x(Double(best.layer))), "cy": SVG.number(y(best.value)),
                    "r": "4",
                ])
            }
        }
    }

    private var firstNumber: Double { axis == "layer" ? 0 : 1 }

    static func kind(_ colour: Int) -> String { "series-\(colour % 8)" }

    private var summary: String {
        let told = lines.map { line in
            let known = line.values.compactMap(\.self)
            return
                "\(line.name) from \(NumberText.significant(known.first ?? .nan)) to "
                + "\(NumberText.significant(known.last ?? .nan))"
        }
        return "\(title), \(unit) over the \(axis)s: " + told.joined(separator: "; ")
    }

    /// A short piece of the line for a legend.
    static func swatch(colour: Int, dash: Int) -> SVG {
        SVG(width: 34, height: 12, summary: "line") {
            SVG.path("curve \(kind(colour)) dash-\(dash % 4)", through: [(2, 6), (32, 6)])
        }
    }
}
