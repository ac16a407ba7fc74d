import Foundation

/// Training curves as small multiples, one panel per encoder on the same axes: the validation loss as the mean
/// over seeds in a band from the lowest to the highest seed, the training loss dotted, and the other encoders'
/// validation means as faint lines behind, for comparison.
package struct CurvePlot: Sendable {
    struct Panel: Sendable {
        let encoder: String
        let style: EncoderStyle
        let seeds: Int
        let validation: Band
        let training: [TrainingCurve.Point]
    }

    /// Mean, lowest and highest loss at the steps that all seeds have.
    struct Band: Sendable, Equatable {
        var steps: [Int] = []
        var mean: [Double] = []
        var low: [Double] = []
        var high: [Double] = []
    }

    let panels: [Panel]
    /// The validation loss of the decoder without a prefix, which an adapter has to come below; nil where nobody asked.
    let floor: Double?

    package init(_ report: ProbeReport) {
        self.init(
            report.curves, floor: report.scores.first { $0.style == .noCaption }?.validationLoss?.best)
    }

    package init(_ curves: [TrainingCurve], floor: Double? = nil) {
        self.floor = floor.flatMap { $0.isFinite ? $0 : nil }
        var order: [String] = []
        var groups: [String: [TrainingCurve]] = [:]
        for curve in curves {
            if groups[curve.encoder] == nil { order.append(curve.encoder) }
            groups[curve.encoder, default: []].append(curve)
        }
        panels = order.compactMap { encoder -> Panel? in
            guard let group = groups[encoder], let first = group.first else { return nil }
            return Panel(
                encoder: encoder, style: first.style, seeds: group.count,
                validation: Self.band(group.map(\.validation)),
                training: Self.thinned(Self.meanCurve(group.map(\.train)), to: 160))
        }
    }

    /// The panels as separate drawings, for a page that lays them out by its width.
    package var drawings: [SVG] {
        guard let (x, y) = axes else { return [] }
        return panels.indices.map { index in
            SVG(width: Self.width, height: Self.height, summary: summary(panels[index])) {
                panel(index, x, y)
            }
        }
    }

    /// All panels as one drawing, three in a row.
    package var drawing: SVG? {
        guard let (x, y) = axes else { return nil }
        let across = min(3, panels.count)
        let rows = (panels.count + across - 1) / across
        return SVG(
            width: Self.width * Double(across), height: Self.height * Double(rows),
            summary: "Training curves: " + panels.map(\.encoder).joined(separator: ", ")
        ) {
            for index in panels.indices {
                let offset = (Self.width * Double(index % across), Self.height * Double(index / across))
                Tag.g(["transform": "translate(\(SVG.number(offset.0)) \(SVG.number(offset.1)))"]) {
                    panel(index, x, y)
                }
            }
        }
    }

    // MARK: Numbers

    /// Means over the seeds at the steps they share; losses that are not finite are left out.
    static func band(_ seeds: [[TrainingCurve.Point]]) -> Band {
        let bySeed = seeds.filter { !$0.isEmpty }.map { points in
            Dictionary(points.map { ($0.step, $0.loss) }, uniquingKeysWith: { _, later in later })
        }
        guard let first = bySeed.first else { return Band() }
        var band = Band()
        for step in first.keys.sorted() {
            let losses = bySeed.compactMap { $0[step] }.filter(\.isFinite)
            guard losses.count == bySeed.count, let low = losses.min(), let high = losses.max() else { continue }
            band.steps.append(step)
            band.mean.append(losses.reduce(0, +) / Double(losses.count))
            band.low.append(low)
            band.high.append(high)
        }
        return band
    }

    static func meanCurve(_ seeds: [[TrainingCurve.Point]]) -> [TrainingCurve.Point] {
        let band = band(seeds)
        return zip(band.steps, band.mean).map { TrainingCurve.Point($0, $1) }
    }

    /// At most `count` points: neighbours averaged at the step in their middle, so that a line of thousands of
    /// steps stays small and readable.
    static func thinned(_ points: [TrainingCurve.Point], to count: Int) -> [TrainingCurve.Point] {
        guard points.count > count, count > 0 else { return points }
        return (0..<count).map { bin in
            let part = points[(bin * points.count / count)..<((bin + 1) * points.count / count)]
            let middle = part[part.startIndex + part.count / 2]
            return TrainingCurve.Point(middle.step, part.reduce(0) { $0 + $1.loss } / Double(part.count))
        }
    }

    // MARK: Drawing

    private static let width = 300.0
    private static let height = 228.0
    private static let left = 46.0
    private static let right = 280.0
    private static let top = 44.0
    private static let bottom = 184.0

    /// The same axes for all panels. The vertical one covers all validation losses and the middle 96 % of the
    /// training losses: the first steps of training would flatten everything else.
    private var axes: (Scale, Scale)? {
        let losses = panels.flatMap { $0.training.map(\.loss) }.sorted()
        let cut = losses.count / 50
        let typical = losses.dropFirst(cut).dropLast(cut)
        let values = panels.flatMap { $0.validation.low + $0.validation.high } + typical + [floor].compactMap(\.self)
        let steps = panels.flatMap { $0.validation.steps + $0.training.map(\.step) }.map(Double.init)
        guard !values.isEmpty, let last = steps.max(), let first = steps.min() else { return nil }
        let domain = min(0, first)...max(last, 1)
        return (
            Scale(domain: domain, from: Self.left, to: Self.right, ticks: 4),
            Scale(covering: values, from: Self.bottom, to: Self.top, ticks: 5)
        )
    }

    @MarkupBuilder private func panel(_ index: Int, _ x: Scale, _ y: Scale) -> [Markup] {
        let panel = panels[index]
        let kind = panel.style.rawValue
        SVG.mark(panel.style, Self.left + 5, 13, size: 4.5)
        SVG.words(SVG.fitted(panel.encoder, within: 150), Self.left + 17, 17.5, kind: "label strong")
        SVG.words(ScorePlot.seeds(panel.seeds), Self.right, 17.5, anchor: "end", kind: "quiet")
        SVG.words("nats/token", 4, 32, kind: "quiet")
        SVG.axes(x, y, "step", name: Self.stepText)
        for other in panels.indices where other != index {
            let band = panels[other].validation
            if band.steps.count > 1 { SVG.path("others", through: points(band.steps, band.mean, x, y)) }
        }
        if let floor { SVG.line("reference none", Self.left, y(y.clamped(floor)), Self.right, y(y.clamped(floor))) }
        let training = panel.training.drop { $0.loss > y.domain.upperBound }
        if training.count > 1 {
            SVG.path("training \(kind)", through: points(training.map(\.step), training.map(\.loss), x, y))
        }
        validation(panel, x, y)
    }

    @MarkupBuilder private func validation(_ panel: Panel, _ x: Scale, _ y: Scale) -> [Markup] {
        let band = panel.validation
        let kind = panel.style.rawValue
        if band.steps.count > 1 {
            if panel.seeds > 1 {
                let upper = points(band.steps, band.high, x, y)
                let lower = points(band.steps, band.low, x, y)
                SVG.path("band \(kind)", through: upper + lower.reversed(), closed: true)
            }
            SVG.path("curve \(kind)", through: points(band.steps, band.mean, x, y))
        }
        if let step = band.steps.last, let loss = band.mean.last {
            Tag.g {
                Tag.title { "\(panel.encoder): \(NumberText.fixed(loss, decimals: 4)) nats per token at step \(step)" }
                SVG.mark(panel.style, x(Double(step)), y(y.clamped(loss)), size: 3.6)
            }
        }
    }

    private func points(_ steps: [Int], _ losses: [Double], _ x: Scale, _ y: Scale) -> [(x: Double, y: Double)] {
        zip(steps, losses).map { (x(Double($0)), y(y.clamped($1))) }
    }

    /// "0", "500", "2k", "1.5M".
    static func stepText(_ step: Double) -> String {
        if abs(step) >= 1e6 { return NumberText.significant(step / 1e6) + "M" }
        if abs(step) >= 1e4 { return NumberText.significant(step / 1e3) + "k" }
        return NumberText.significant(step, digits: 6)
    }

    private func summary(_ panel: Panel) -> String {
        guard let first = panel.validation.mean.first, let last = panel.validation.mean.last else {
            return "\(panel.encoder): no validation loss"
        }
        return "\(panel.encoder): validation loss from \(NumberText.fixed(first, decimals: 4)) to "
            + "\(NumberText.fixed(last, decimals: 4)) nats per token over \(ScorePlot.seeds(panel.seeds))"
    }
}
