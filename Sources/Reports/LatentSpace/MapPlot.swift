/// A map of pictures and texts, partners joined by a line.
struct MapPlot {
    let record: ProjectionRecord
    let pairCosines: [Double]

    /// More pairs than this would be ink only: the first are drawn.
    private static let most = 600
    private static let side = 400.0

    static func name(_ method: String) -> String { ["pca": "PCA", "umap": "UMAP", "tsne": "t-SNE"][method] ?? method }

    var drawing: SVG {
        let points = record.points.filter { $0.item < Self.most }
        let (xs, ys) = (points.map(\.x), points.map(\.y))
        let span = max((xs.max() ?? 1) - (xs.min() ?? 0), (ys.max() ?? 1) - (ys.min() ?? 0), 1e-12)
        func middle(_ values: [Double]) -> Double { ((values.min() ?? 0) + (values.max() ?? 0)) / 2 }
        let (midX, midY) = (middle(xs), middle(ys))
        // One scale for both axes: a map has no other.
        func place(_ point: ProjectionRecord.Point) -> (x: Double, y: Double) {
            let unit = (Self.side - 40) / span
            return (Self.side / 2 + (point.x - midX) * unit, 44 + Self.side / 2 - (point.y - midY) * unit)
        }
        let images = points.filter { $0.modality == "image" }
        let texts = Dictionary(
            points.filter { $0.modality == "text" }.map { ($0.item, $0) }, uniquingKeysWith: { first, _ in first })
        let trust = record.trustworthiness.map { "trustworthiness \(NumberText.fixed($0, decimals: 3))" }
        let note = [trust, record.pairs > Self.most ? "the first \(Self.most) pairs" : nil].compactMap(\.self)
        return SVG(
            width: Self.side, height: Self.side + 60,
            summary: "\(Self.name(record.method)) of \(record.pairs) pairs, made from \(record.fit); "
                + note.joined(separator: ", ")
        ) {
            SVG.words("\(Self.name(record.method)), made from \(record.fit)", 8, 18, kind: "label strong")
            SVG.words(note.joined(separator: ", "), 8, 34, kind: "quiet")
            for image in images {
                if let text = texts[image.item] {
                    let (a, b) = (place(image), place(text))
                    Tag.line([
                        "class": "others", "x1": SVG.number(a.x), "y1": SVG.number(a.y), "x2": SVG.number(b.x),
                        "y2": SVG.number(b.y), "style": "stroke-opacity:\(SVG.number(opacity(image.item)))",
                    ])
                }
            }
            for point in points {
                let at = place(point)
                if point.modality == "text" {
                    SVG.path(
                        "mark series-1",
                        through: [(at.x, at.y - 3.6), (at.x + 3.6, at.y), (at.x, at.y + 3.6), (at.x - 3.6, at.y)],
                        closed: true)
                } else {
                    Tag.circle([
                        "class": "mark series-0", "cx": SVG.number(at.x), "cy": SVG.number(at.y), "r": "3",
                    ])
                }
            }
        }
    }

    /// From 0.1 for the lowest cosine of all pairs to 0.7 for the highest.
    private func opacity(_ item: Int) -> Double {
        guard item < pairCosines.count, let low = pairCosines.min(), let high = pairCosines.max(), high > low else {
            return 0.4
        }
        return 0.1 + 0.6 * (pairCosines[item] - low) / (high - low)
    }
}
