import Foundation
import SynTensors

/// Uniform manifold approximation and projection to two dimensions (McInnes, Healy and Melville 2018), of unit rows by
/// cosine distance, with umap-learn's settings as defaults.
package struct UMAP: Sendable {
    package let points: DoubleMatrix
    package let neighbours: Int
    package let seed: UInt64
    package let curve = UMAPCurve()
    package let graph: FuzzyGraph
    /// Of the points: [n, 2].
    package let positions: DoubleMatrix

    package static let defaultNeighbours = 15

    /// - Parameters:
    ///   - points: unit rows [n, d].
    ///   - epochs: nil for 500 up to 10,000 points, 200 beyond.
    package init(
        _ points: DoubleMatrix, neighbours: Int = defaultNeighbours, seed: UInt64 = 0, epochs: Int? = nil,
        progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        (self.points, self.neighbours, self.seed) = (points, neighbours, seed)
        let near = Neighbours(of: points, among: points, k: neighbours, areSame: true)
        graph = FuzzyGraph(near)
        let n = points.rows
        var start = try SpectralStart.positions(graph, count: n, seed: seed)
        for axis in 0..<2 {   // each axis from 0 to 10
            let values = (0..<n).map { start[2 * $0 + axis] }
            let (low, high) = (values.min() ?? 0, values.max() ?? 1)
            for point in 0..<n {
                start[2 * point + axis] = 10 * (start[2 * point + axis] - low) / max(high - low, 1e-12)
            }
        }
        var layout = Layout(
            graph: graph, curve: curve, epochs: epochs ?? (n <= 10_000 ? 500 : 200), rate: 1, seed: seed,
            purpose: "umap", fixed: nil, positions: start)
        try layout.run(progress)
        positions = DoubleMatrix(layout.positions, rows: n, columns: 2)
    }

    /// Where new points [m, d] fall among the fitted ones, which stay. Each has its own random stream: what else is
    /// transformed does not matter.
    ///
    /// - Parameter likeUMAP: with umap-learn's width, which ignores the nearest neighbour.
    package func transform(_ new: DoubleMatrix, likeUMAP: Bool = false) throws -> DoubleMatrix {
        let (graph, start) = transformStart(new, likeUMAP: likeUMAP)
        var layout = Layout(
            graph: graph, curve: curve, epochs: new.rows <= 10_000 ? 100 : 30, rate: 0.25, seed: seed,
            purpose: "umap transform", fixed: positions, positions: start.values, ownScale: !likeUMAP)
        try layout.run { _, _ in }
        return DoubleMatrix(layout.positions, rows: new.rows, columns: 2)
    }

    /// New points at the mean of their neighbours, weighed as the graph says; on the first of weight 1, where one is.
    package func transformStart(_ new: DoubleMatrix, likeUMAP: Bool) -> (graph: FuzzyGraph, start: DoubleMatrix) {
        let near = Neighbours(of: new, among: points, k: neighbours, areSame: false)
        let graph = FuzzyGraph(transforming: near, likeUMAP: likeUMAP)
        var (start, sums) = ([Double](repeating: 0, count: 2 * new.rows), [Double](repeating: 0, count: new.rows))
        var isPlaced = [Bool](repeating: false, count: new.rows)
        for edge in graph.edges { sums[Int(edge.head)] += edge.weight }
        for edge in graph.edges {
            let (head, tail) = (Int(edge.head), Int(edge.tail))
            guard !isPlaced[head] else { continue }
            isPlaced[head] = edge.weight == 1
            for axis in 0..<2 {
                if edge.weight == 1 {
                    start[2 * head + axis] = positions[tail, axis]
                } else {
                    start[2 * head + axis] += edge.weight / sums[head] * positions[tail, axis]
                }
            }
        }
        return (graph, DoubleMatrix(start, rows: new.rows, columns: 2))
    }
}

extension UMAP {
    /// Points that their edges attract and chance encounters repel, edge after edge, as often as each weighs.
    struct Layout {
        let graph: FuzzyGraph
        let curve: UMAPCurve
        let epochs: Int
        let rate: Double
        let seed: UInt64
        let purpose: String
        /// The fitted points where the moving ones are new; nil where all move.
        let fixed: DoubleMatrix?
        var positions: [Double]
        private let ownScale: Bool

        private static let repulsions = 5.0

        /// The weight that takes its turn in every epoch.
        private let heaviest: [Double]

        private func heaviest(of edge: FuzzyGraph.Edge) -> Double { heaviest[ownScale ? Int(edge.head) : 0] }

        /// - Parameter ownScale: whether each head's heaviest edge takes every turn, rather than the heaviest of all.
        init(
            graph: FuzzyGraph, curve: UMAPCurve, epochs: Int, rate: Double, seed: UInt64, purpose: String,
            fixed: DoubleMatrix?, positions: [Double], ownScale: Bool = false
        ) {
            (self.graph, self.curve, self.epochs, self.rate, self.seed) = (graph, curve, epochs, rate, seed)
            (self.purpose, self.fixed, self.positions, self.ownScale) = (purpose, fixed, positions, ownScale)
            var heaviest = [Double](repeating: 0, count: ownScale ? positions.count / 2 : 1)
            for edge in graph.edges {
                let place = ownScale ? Int(edge.head) : 0
                heaviest[place] = max(heaviest[place], edge.weight)
            }
            self.heaviest = heaviest
        }

        mutating func run(_ progress: (Int, Int) throws -> Void) throws {
            let edges = graph.edges.filter { $0.weight >= heaviest(of: $0) / Double(epochs) }
            let every = edges.map { heaviest(of: $0) / $0.weight }   // epochs from one turn of an edge to the next
            var next = every
            var nextRepulsion = every.map { $0 / Self.repulsions }
            let movers = positions.count / 2
            let others = fixed?.rows ?? movers
            var streams = (0..<movers).map { RandomStream(seed: seed, purpose: purpose, index: $0) }
            let anchors = fixed?.values ?? []
            let (a, b) = (curve.a, curve.b)
            for epoch in 0..<epochs {
                let (now, step) = (Double(epoch), rate * (1 - Double(epoch) / Double(epochs)))
                for index in edges.indices where next[index] <= now {
                    let (head, tail) = (Int(edges[index].head), Int(edges[index].tail))
                    let other =
                        fixed == nil
                        ? (positions[2 * tail], positions[2 * tail + 1])
                        : (anchors[2 * tail], anchors[2 * tail + 1])
                    let (dx, dy) = (positions[2 * head] - other.0, positions[2 * head + 1] - other.1)
                    let square = dx * dx + dy * dy
                    if square > 0 {
                        let power = pow(square, b)
                        let pull = -2 * a * b * power / square / (a * power + 1)
                        let (mx, my) = (step * Self.clipped(pull * dx), step * Self.clipped(pull * dy))
                        positions[2 * head] += mx
                        positions[2 * head + 1] += my
                        if fixed == nil {
                            positions[2 * tail] -= mx
                            positions[2 * tail + 1] -= my
                        }
                    }
                    next[index] += every[index]
                    let pause = every[index] / Self.repulsions
                    let meetings = max(Int((now - nextRepulsion[index]) / pause), 0)
                    for _ in 0..<meetings {
                        let met = streams[head].below(others)
                        if fixed == nil && met == head { continue }
                        let place =
                            fixed == nil
                            ? (positions[2 * met], positions[2 * met + 1])
                            : (anchors[2 * met], anchors[2 * met + 1])
                        let (dx, dy) = (positions[2 * head] - place.0, positions[2 * head + 1] - place.1)
                        let square = dx * dx + dy * dy
                        guard square > 0 else { continue }
                        let push = 2 * b / ((0.001 + square) * (a * pow(square, b) + 1))
                        positions[2 * head] += step * Self.clipped(push * dx)
                        positions[2 * head + 1] += step * Self.clipped(push * dy)
                    }
                    nextRepulsion[index] += Double(meetings) * pause
                }
                try progress(epoch + 1, epochs)
            }
        }

        private static func clipped(_ value: Double) -> Double { min(max(value, -4), 4) }
    }
}
