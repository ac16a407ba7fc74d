/// The gap by loss, one line without retrieval and one with it: of our models with each seed's, or of published ones.
struct FactorPlot {
    let title: String
    let note: String
    let means: FactorCells
    let seeds: [FactorCells]
    /// The same for all panels.
    let range: [Double]

    private static let (width, height, left, right, top, bottom) = (300.0, 268.0, 46.0, 284.0, 60.0, 220.0)

    static func all(of report: GapAblationReport) -> [FactorPlot] {
        let seeds = Dictionary(grouping: report.models.filter(\.isFactorial), by: \.seed).values.map { models in
            func of(_ name: String) -> Double { models.first { $0.objective == name }?.distance ?? .nan }
            return FactorCells(
                clip: of("clip"), infoloob: of("infoloob"), hopfield: of("hopfield"), cloob: of("cloob"))
        }
        let all: [FactorCells] = seeds + report.published.map(\.means)
        var range = [0.0]
        for cells in all { range += [cells.clip, cells.infoloob, cells.hopfield, cells.cloob] }
        let ours = report.analyses.first.map {
            FactorPlot(
                title: "Ours", note: "\($0.seeds) seed\($0.seeds == 1 ? "" : "s")", means: $0.means, seeds: seeds,
                range: range)
        }
        return (ours.map { [$0] } ?? [])
            + report.published.map {
                FactorPlot(title: $0.name, note: "published", means: $0.means, seeds: [], range: range)
            }
    }

    var drawing: SVG {
        let x = Scale(domain: -0.4...1.4, from: Self.left, to: Self.right, ticks: 2)
        let y = Scale(covering: range, from: Self.bottom, to: Self.top, ticks: 5)
        let lines:
            [(kind: String, from: KeyPath<FactorCells, Double>, to: KeyPath<FactorCells, Double>, shift: Double)] = [
                ("series-0", \.clip, \.infoloob, -0.03), ("series-1", \.hopfield, \.cloob, 0.03),
            ]
        func text(_ value: Double) -> String { NumberText.fixed(value, decimals: 3) }
        return SVG(
            width: Self.width, height: Self.height,
            summary:
                "\(title): distance with InfoNCE \(text(means.clip)), with retrieval \(text(means.hopfield)); with "
                + "InfoLOOB \(text(means.infoloob)), with retrieval \(text(means.cloob))"
        ) {
            SVG.words(SVG.fitted(title, within: Self.width - 16), 8, 18, kind: "label strong")
            SVG.words(note, 8, 34, kind: "quiet")
            SVG.path("curve series-0", through: [(112, 30), (130, 30)])
            SVG.words("vectors", 134, 34, kind: "quiet")
            SVG.path("curve series-1 dash-1", through: [(190, 30), (208, 30)])
            SVG.words("retrieved", 212, 34, kind: "quiet")
            SVG.axes(x, y, "loss", xTicks: [0, 1]) { $0 < 0.5 ? "InfoNCE" : "InfoLOOB" }
            for line in lines {
                let (a, b) = (x(line.shift), x(1 + line.shift))
                SVG.path(
                    "curve \(line.kind)\(line.kind == "series-1" ? " dash-1" : "")",
                    through: [(a, y(means[keyPath: line.from])), (b, y(means[keyPath: line.to]))])
                for seed in seeds {
                    dot("seed \(line.kind)", a, y(seed[keyPath: line.from]), 4)
                    dot("seed \(line.kind)", b, y(seed[keyPath: line.to]), 4)
                }
                dot("mark \(line.kind)", a, y(means[keyPath: line.from]), 4.5)
                dot("mark \(line.kind)", b, y(means[keyPath: line.to]), 4.5)
            }
        }
    }

    private func dot(_ kind: String, _ x: Double, _ y: Double, _ radius: Double) -> Markup {
        Tag.circle(["class": kind, "cx": SVG.number(x), "cy": SVG.number(y), "r": SVG.number(radius)])
    }
}
