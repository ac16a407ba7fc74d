import Foundation
import SynTensors

/// The weighted graph of neighbours that UMAP lays out (McInnes, Healy and Melville 2018, section 3.1), as umap-learn
/// computes it.
package struct FuzzyGraph: Sendable {
    package struct Edge: Sendable, Equatable {
        package let head: Int32
        package let tail: Int32
        package let weight: Double
    }

    /// Heads ascending, then tails.
    package let edges: [Edge]
    /// The distance of each point's nearest neighbour that is not at 0.
    package let rho: [Double]
    package let sigma: [Double]

    /// Of points among themselves: a neighbour's weight either way, joined as probabilities are: a + b - ab.
    ///
    /// - Parameter neighbours: each point is the first of its own.
    package init(_ neighbours: Neighbours) {
        let widths = Self.widths(neighbours, counting: 1, connectivity: 1)
        (rho, sigma) = (widths.map(\.rho), widths.map(\.sigma))
        var weights: [Int: Double] = [:]   // head * n + tail
        let n = neighbours.count
        for edge in Self.memberships(neighbours, widths, skipsItself: true) {
            weights[Int(edge.head) * n + Int(edge.tail)] = edge.weight
        }
        var both: [Edge] = []
        for (key, weight) in weights {
            let (head, tail) = (key / n, key % n)
            let back = weights[tail * n + head] ?? 0
            let joined = weight + back - weight * back
            both.append(Edge(head: Int32(head), tail: Int32(tail), weight: joined))
            if weights[tail * n + head] == nil {
                both.append(Edge(head: Int32(tail), tail: Int32(head), weight: joined))
            }
        }
        edges = both.sorted { ($0.head, $0.tail) < ($1.head, $1.tail) }
    }

    /// Of new points among fitted ones: one way, the distance of the nearest not subtracted.
    ///
    /// - Parameter likeUMAP: the width ignores the nearest neighbour, as umap-learn's code does, which takes it for the
    ///   point itself.
    package init(transforming neighbours: Neighbours, likeUMAP: Bool) {
        let widths = Self.widths(neighbours, counting: likeUMAP ? 1 : 0, connectivity: 0)
        (rho, sigma) = (widths.map(\.rho), widths.map(\.sigma))
        edges = Self.memberships(neighbours, widths, skipsItself: false)
    }

    /// The width at which the weights of a point's neighbours sum to log2 k, by bisection.
    private static func widths(
        _ neighbours: Neighbours, counting first: Int, connectivity: Int
    ) -> [(rho: Double, sigma: Double)] {
        let k = neighbours.k
        let target = log2(Double(k))
        let meanOfAll = neighbours.distances.reduce(0, +) / Double(max(neighbours.distances.count, 1))
        return (0..<neighbours.count).map { point in
            let own = neighbours.distances[point * k..<(point + 1) * k]
            let rho = connectivity == 0 ? 0 : own.first { $0 > 0 } ?? 0
            var (low, high, middle) = (0.0, Double.infinity, 1.0)
            for _ in 0..<64 {
                let sum = own.dropFirst(first).reduce(0) { $0 + ($1 > rho ? exp(-($1 - rho) / middle) : 1) }
                if abs(sum - target) < 1e-5 { break }
                if sum > target {
                    high = middle
                    middle = (low + high) / 2
                } else {
                    low = middle
                    middle = high == .infinity ? middle * 2 : (low + high) / 2
                }
            }
            let mean = rho > 0 ? own.reduce(0, +) / Double(k) : meanOfAll
            return (rho, max(middle, 1e-3 * mean))
        }
    }

    private static func memberships(
        _ neighbours: Neighbours, _ widths: [(rho: Double, sigma: Double)], skipsItself: Bool
    ) -> [Edge] {
        let k = neighbours.k
        return (0..<neighbours.count).flatMap { point in
            (0..<k).compactMap { slot -> Edge? in
                let (other, distance) = (neighbours.ids[point * k + slot], neighbours.distances[point * k + slot])
                if skipsItself && Int(other) == point { return nil }
                let (rho, sigma) = widths[point]
                let weight = distance <= rho || sigma == 0 ? 1 : exp(-(distance - rho) / sigma)
                return weight > 0 ? Edge(head: Int32(point), tail: other, weight: weight) : nil
            }
        }
    }

    /// Which points hang together; components numbered by their first points.
    package func components(_ n: Int) -> [Int] {
        var parent = Array(0..<n)
        func root(_ point: Int) -> Int {
            var place = point
            while parent[place] != place {
                parent[place] = parent[parent[place]]
                place = parent[place]
            }
            return place
        }
        for edge in edges {
            let (a, b) = (root(Int(edge.head)), root(Int(edge.tail)))
            if a != b { parent[max(a, b)] = min(a, b) }
        }
        var numbers: [Int: Int] = [:]
        return (0..<n).map { point in
            let top = root(point)
            numbers[top] = numbers[top] ?? numbers.count
            return numbers[top] ?? 0
        }
    }
}
