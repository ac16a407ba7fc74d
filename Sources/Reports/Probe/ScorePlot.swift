import SynStatistics

/// CLIP-Score per encoder: the mean over seeds with its 95 % interval, every seed as a point below it, and
/// lines for the random baseline and the real pairs.
///
/// Where encoders were held against the decoder without a caption, the interval is that of the difference, drawn from
/// the line of no caption on: one that does not meet the line is a caption's work. Else it is over seeds.
///
/// If the real pairs lie so far off that the encoders would shrink to a smear, the main axis shows the
/// encoders alone and a strip below shows the whole way from random to real, with the enlarged part shaded:
/// nobody should take the magnified differences for large ones.
package struct ScorePlot: Sendable {
    let encoders: [EncoderSummary]
    let groundTruth: Double?
    /// Around means, by encoder.
    private let intervals: [String: Interval]
    /// For a phone: names and values stand above their lines instead of beside them.
    let isNarrow: Bool

    package init(_ report: ProbeReport, isNarrow: Bool = false) {
        self.isNarrow = isNarrow
        encoders = EncoderSummary.of(report.scores).filter { $0.clipScore?.mean.isFinite == true }
        groundTruth = report.groundTruth.map(\.clipScore).flatMap { $0.isFinite ? $0 : nil }
        let levels = report.clipScoreLevels
        intervals =
            levels.isEmpty
            ? encoders.reduce(into: [:]) { $0[$1.encoder] = $1.clipScore?.interval }
            : levels.reduce(into: [:]) { intervals, level in
                let floor = level.mean - level.difference
                intervals[level.encoder] = Interval(floor + level.interval.lower, floor + level.interval.upper)
            }
    }

    private var width: Double { isNarrow ? 350 : 760 }
    private var rowHeight: Double { isNarrow ? 54 : 36 }
    private static let groupGap = 12.0
    private static let top = 62.0

    /// The drawing; nil without any score to draw.
    package var drawing: SVG? {
        guard !encoders.isEmpty else { return nil }
        let labels = min(200, (encoders.map { SVG.width(of: $0.encoder) }.max() ?? 0) + 30)
        let left = isNarrow ? 10 : labels + 8
        let right = width - (isNarrow ? 10 : 128)
        let (scale, showsRealPairs) = mainScale(from: left, to: right)
        let rows = rowPositions
        let bottom = (rows.last ?? Self.top) + rowHeight / 2
        let strip = groundTruth != nil && !showsRealPairs
        let height = bottom + 58 + (strip ? 92 : 0)

        return SVG(width: width, height: height, summary: summary) {
            legend(left: left)
            for tick in scale.ticks {
                SVG.line("grid", scale(tick), Self.top - 6, scale(tick), bottom)
                SVG.words(scale.label(tick), scale(tick), bottom + 18, anchor: "middle", kind: "quiet")
            }
            SVG.line("axis", left, bottom, right, bottom)
            SVG.words(
                isNarrow ? "CLIP-Score (100 × cosine)" : "CLIP-Score (100 × cosine of picture and caption)",
                (left + right) / 2, bottom + 40,
                anchor: "middle", kind: "quiet")
            references(scale, showsRealPairs: showsRealPairs, bottom: bottom)
            for (encoder, y) in zip(encoders, rows) { row(encoder, y: y, scale, left: left, right: right) }
            if strip { overview(scale, left: left, right: right, y: bottom + 92) }
        }
    }

    // MARK: Where things go

    /// One y per encoder, with a gap between styles.
    private var rowPositions: [Double] {
        var y = Self.top + rowHeight / 2
        var last: EncoderStyle?
        return encoders.map { encoder in
            if let last, last != encoder.style { y += Self.groupGap }
            last = encoder.style
            defer { y += rowHeight }
            return y
        }
    }

    /// The main axis, and whether the real pairs are on it.
    ///
    /// Intervals widen it to at most the span of the seeds on either side (an interval of two seeds can be
    /// dozens of times as wide as their difference); beyond that they end in an arrow.
    private func mainScale(from left: Double, to right: Double) -> (Scale, Bool) {
        let seeds = encoders.flatMap { $0.clipScore?.values ?? [] }
        let low = seeds.min() ?? 0
        let high = seeds.max() ?? 1
        let span = max(high - low, 1e-9)
        let ends = encoders.compactMap { intervals[$0.encoder] }.flatMap { [$0.lower, $0.upper] }
            .map { min(max($0, low - span), high + span) }
        let covered = seeds + ends
        if let real = groundTruth, real <= high + 1.5 * span, real >= low - span {
            return (Scale(covering: covered + [real], from: left, to: right), true)
        }
        return (Scale(covering: covered, from: left, to: right), false)
    }

    // MARK: Parts

    @MarkupBuilder private func legend(left: Double) -> [Markup] {
        let styles = EncoderStyle.allCases.filter { style in encoders.contains { $0.style == style } }
        let step = min(isNarrow ? 104 : 110, (width - left) / Double(max(styles.count, 1)))
        for (index, style) in styles.enumerated() {
            let x = left + Double(index) * step
            SVG.mark(style, x + 6, 12, size: 5)
            let name = isNarrow && styles.count > 3 ? style.name.replacing("-style", with: "") : style.name
            SVG.words(name, x + 18, 16.5)
        }
    }

    @MarkupBuilder private func references(_ scale: Scale, showsRealPairs: Bool, bottom: Double) -> [Markup] {
        if let floor = encoders.baseline, encoders.contains(where: { !$0.style.isBaseline }) {
            let x = scale(floor.clipScore)
            SVG.line("reference \(floor.style.rawValue)", x, Self.top - 6, x, bottom)
            SVG.words(
                "\(floor.name) \(NumberText.fixed(floor.clipScore, decimals: 2))", x, Self.top - 13, anchor: anchor(x),
                kind: "quiet")
        }
        if let real = groundTruth, showsRealPairs {
            let x = scale(real)
            SVG.line("reference real", x, Self.top - 6, x, bottom)
            SVG.words(
                "real pairs \(NumberText.fixed(real, decimals: 2))", x, Self.top - 13, anchor: anchor(x), kind: "quiet")
        }
    }

    /// Words over a line near an edge lean inwards.
    private func anchor(_ x: Double) -> String {
        x < 0.16 * width ? "start" : x > 0.84 * width ? "end" : "middle"
    }

    @MarkupBuilder
    private func row(_ encoder: EncoderSummary, y: Double, _ scale: Scale, left: Double, right: Double) -> [Markup] {
        if let spread = encoder.clipScore {
            let kind = encoder.style.rawValue
            let text = Self.valueText(spread)
            Tag.g {
                Tag.title { "\(encoder.encoder): \(text) over \(Self.seeds(spread.values.count))" }
                if isNarrow {
                    SVG.words(SVG.fitted(encoder.encoder, within: 190), left, y - 12)
                } else {
                    SVG.words(SVG.fitted(encoder.encoder, within: left - 24), left - 14, y + 4.5, anchor: "end")
                }
                if let interval = intervals[encoder.encoder] {
                    let from = scale.clamped(interval.lower)
                    let to = scale.clamped(interval.upper)
                    SVG.line("interval \(kind)", scale(from), y, scale(to), y)
                    if from != interval.lower { arrow(kind, at: scale(from), y, pointing: -1) }
                    if to != interval.upper { arrow(kind, at: scale(to), y, pointing: 1) }
                }
                for value in spread.values {
                    SVG.mark(encoder.style, scale(value), y + 11, size: 2.8, kind: "seed")
                }
                SVG.mark(encoder.style, scale(spread.mean), y, size: 6)
                if isNarrow {
                    SVG.words(text, right, y - 12, anchor: "end")
                } else {
                    SVG.words(text, right + 14, y + 4.5)
                }
            }
        }
    }

    private func arrow(_ kind: String, at x: Double, _ y: Double, pointing d: Double) -> Markup {
        SVG.path("mark \(kind)", through: [(x + 7 * d, y), (x, y - 4.5), (x, y + 4.5)], closed: true)
    }

    /// The whole way from the lowest encoder to the real pairs.
    @MarkupBuilder private func overview(_ main: Scale, left: Double, right: Double, y: Double) -> [Markup] {
        if let real = groundTruth {
            let scale = Scale(
                covering: [real, main.domain.lowerBound, main.domain.upperBound], from: left, to: right,
                padding: 0.03)
            let from = scale(main.domain.lowerBound)
            let to = scale(main.domain.upperBound)
            Tag.rect([
                "class": "window", "x": SVG.number(from), "y": SVG.number(y - 16),
                "width": SVG.number(max(2, to - from)), "height": "32",
            ])
            if isNarrow {
                SVG.words("whole scale", left, y - 24, kind: "quiet")
            } else {
                SVG.words("whole scale", left - 14, y + 4.5, anchor: "end", kind: "quiet")
            }
            SVG.line("axis", left, y, right, y)
            for encoder in encoders {
                if let mean = encoder.clipScore?.mean { SVG.mark(encoder.style, scale(mean), y, size: 3.6) }
            }
            SVG.line("reference real", scale(real), y - 16, scale(real), y + 16)
            for tick in scale.ticks {
                SVG.line("axis", scale(tick), y - 3, scale(tick), y + 3)
                SVG.words(scale.label(tick), scale(tick), y + 32, anchor: "middle", kind: "quiet")
            }
            if isNarrow {
                SVG.words("real pairs \(NumberText.fixed(real, decimals: 2))", right, y - 24, anchor: "end")
            } else {
                SVG.words("real pairs", right + 14, y + 4.5)
                SVG.words(NumberText.fixed(real, decimals: 2), right + 82, y + 4.5)
            }
        }
    }

    // MARK: Words

    static func valueText(_ spread: SeedSpread) -> String {
        NumberText.plusMinus(
            spread.mean, spread.sd, decimals: NumberText.decimals(showing: spread.sd.map { [$0] } ?? [], within: 2...3))
    }

    static func seeds(_ count: Int) -> String { count == 1 ? "1 seed" : "\(count) seeds" }

    private var summary: String {
        let parts = encoders.compactMap { encoder in
            encoder.clipScore.map { "\(encoder.encoder) \(Self.valueText($0))" }
        }
        let real = groundTruth.map { "; real pairs \(NumberText.fixed($0, decimals: 2))" } ?? ""
        return "CLIP-Score per encoder: " + parts.joined(separator: ", ") + real
    }
}
