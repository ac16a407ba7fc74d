/// The loss over the distance of the means, while both sides are moved along the gap.
struct LandscapePlot {
    let record: GapRecord

    private static let (width, height, left, right, top, bottom) = (420.0, 268.0, 46.0, 404.0, 44.0, 220.0)

    var drawing: SVG {
        let steps = record.landscape.sorted { $0.distance < $1.distance }
        let x = Scale(
            covering: steps.map(\.distance) + [0], from: Self.left, to: Self.right, padding: 0.03, ticks: 8)
        let y = Scale(
            covering: steps.flatMap { [$0.loss, $0.bestLoss] } + [0], from: Self.bottom, to: Self.top, ticks: 5)
        let trained = record.asTrained
        return SVG(
            width: Self.width, height: Self.height,
            summary:
                "Loss over the distance of the means: \(NumberText.fixed(trained.loss, decimals: 3)) as trained at "
                + "\(NumberText.fixed(trained.distance, decimals: 3)), "
                + "\(NumberText.fixed(record.closed.loss, decimals: 3)) closed"
        ) {
            SVG.words("Loss along the gap", 8, 18, kind: "label strong")
            SVG.words("both directions", 8, 34, kind: "quiet")
            SVG.axes(x, y, "distance of the means (negative: texts beyond pictures)")
            SVG.line("axis reference", x(trained.distance), Self.top, x(trained.distance), Self.bottom)
            SVG.path("curve series-0", through: steps.map { (x($0.distance), y($0.loss)) })
            SVG.path("curve series-1 dash-1", through: steps.map { (x($0.distance), y($0.bestLoss)) })
            SVG.path("curve series-0", through: [(190, 14), (210, 14)])
            SVG.words("at scale \(NumberText.significant(record.scale, digits: 4))", 216, 18, kind: "quiet")
            SVG.path("curve series-1 dash-1", through: [(190, 30), (210, 30)])
            SVG.words("at the best scale of each step", 216, 34, kind: "quiet")
        }
    }
}
