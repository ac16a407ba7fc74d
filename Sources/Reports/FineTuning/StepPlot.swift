/// A quantity over the steps of several trainings: one line for each.
struct StepPlot {
    struct Line {
        let name: String
        /// By the encoder's place in the report.
        let colour: Int
        let points: [(step: Int, value: Double)]
    }

    let title: String
    /// What the vertical axis measures.
    let unit: String
    let lines: [Line]

    private static let (width, height) = (420.0, 268.0)
    private static let (left, right, top, bottom) = (46.0, 404.0, 44.0, 220.0)

    /// The drawing; nil without a number.
    var drawing: SVG? {
        let known = lines.map { line in
            Line(name: line.name, colour: line.colour, points: line.points.filter { $0.value.isFinite })
        }.filter { !$0.points.isEmpty }
        guard let last = known.flatMap(\.points).map(\.step).max() else { return nil }
        let x = Scale(domain: 0...Double(max(last, 1)), from: Self.left, to: Self.right, ticks: 5)
        let y = Scale(
            covering: known.flatMap { $0.points.map(\.value) }, from: Self.bottom, to: Self.top, ticks: 5)
        let told = known.map { line in
            "\(line.name) from \(NumberText.significant(line.points.first?.value ?? .nan)) to "
                + NumberText.significant(line.points.last?.value ?? .nan)
        }
        return SVG(
            width: Self.width, height: Self.height, summary: "\(title), \(unit): " + told.joined(separator: "; ")
        ) {
            SVG.words(SVG.fitted(title, within: Self.width - 60), 8, 18, kind: "label strong")
            SVG.words(unit, 8, 34, kind: "quiet")
            SVG.axes(x, y, "step")
            for line in known {
                Tag.g {
                    Tag.title { line.name }
                    if line.points.count > 1 {
                        SVG.path(
                            "curve \(LayerPlot.kind(line.colour))",
                            through: line.points.map { (x(Double($0.step)), y($0.value)) })
                    }
                    if line.points.count < 12 {
                        for point in line.points {
                            Tag.circle([
                                "class": "mark \(LayerPlot.kind(line.colour))",
                                "cx": SVG.number(x(Double(point.step))), "cy": SVG.number(y(point.value)), "r": "3",
                            ])
                        }
                    }
                }
            }
        }
    }
}
