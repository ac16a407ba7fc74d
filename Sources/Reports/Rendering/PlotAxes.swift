extension SVG {
    /// What stands behind a curve: a line across and a number for every tick of `y`, a mark and a name for every tick
    /// of `x`, the axis below, and what it measures.
    ///
    /// - Parameters:
    ///   - xTicks: nil for the scale's own.
    ///   - name: of a tick of `x`; nil for its number.
    @MarkupBuilder static func axes(
        _ x: Scale, _ y: Scale, _ title: String, xTicks: [Double]? = nil, name: ((Double) -> String)? = nil
    ) -> [Markup] {
        let (left, right, bottom) = (x.start, x.end, y.start)
        for tick in y.ticks {
            line("grid", left, y(tick), right, y(tick))
            words(y.label(tick), left - 6, y(tick) + 4, anchor: "end", kind: "quiet")
        }
        for tick in xTicks ?? x.ticks {
            line("axis", x(tick), bottom, x(tick), bottom + 4)
            words(name?(tick) ?? x.label(tick), x(tick), bottom + 18, anchor: "middle", kind: "quiet")
        }
        line("axis", left, bottom, right, bottom)
        words(title, (left + right) / 2, bottom + 36, anchor: "middle", kind: "quiet")
    }
}
