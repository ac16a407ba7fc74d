import SynTensors

/// The order of a dendrogram's leaves in which neighbours are nearest in sum (Bar-Joseph, Gifford and Jaakkola 2001):
/// of all orders that turning joints allows, one with the least sum.
package struct LeafOrder: Sendable {
    package let leaves: [Int]
    /// The sum of distances between neighbours.
    package let cost: Double

    /// The best way to lay out the leaves below a joint from one end to another.
    private struct Way {
        var cost = 0.0
        /// The inner ends at which the two sides meet.
        var first: Int32 = -1
        var second: Int32 = -1
    }

    /// Beyond so many leaves the search, whose steps are their cube, would take minutes.
    package static let most = 1_500

    /// - Parameter distances: [n, n].
    package init(_ tree: Dendrogram, _ distances: DoubleMatrix) {
        let n = tree.count
        guard let top = tree.joints.last else {
            (leaves, cost) = ([0], 0)
            return
        }
        // ways[a * n + b]: from end a to end b, below the lowest joint that holds both.
        var ways = [Way](repeating: Way(), count: n * n)
        var (reach, meeting) = ([Double](repeating: 0, count: n), [Int32](repeating: 0, count: n))
        for joint in tree.joints {
            let (left, right) = (tree.items(below: joint.left), tree.items(below: joint.right))
            let innerEnds = [joint.left, joint.right].map { Self.innerEnds(tree, $0) }
            for a in left {
                for r in right {   // from a through its side to r
                    var (least, end) = (Double.infinity, -1)
                    for m in innerEnds[0][a] ?? [] {
                        let cost = ways[a * n + m].cost + distances[m, r]
                        if cost < least { (least, end) = (cost, m) }
                    }
                    (reach[r], meeting[r]) = (least, Int32(end))
                }
                for b in right {
                    var found = Way(cost: .infinity)
                    for r in innerEnds[1][b] ?? [] {
                        let cost = reach[r] + ways[r * n + b].cost
                        if cost < found.cost { found = Way(cost: cost, first: meeting[r], second: Int32(r)) }
                    }
                    ways[a * n + b] = found
                    ways[b * n + a] = Way(cost: found.cost, first: found.second, second: found.first)
                }
            }
        }
        var (ends, least) = ((0, 0), Double.infinity)
        let right = tree.items(below: top.right)
        for a in tree.items(below: top.left) {
            for b in right where ways[a * n + b].cost < least { (ends, least) = ((a, b), ways[a * n + b].cost) }
        }
        var (order, stack) = ([Int](), [ends])
        while let (a, b) = stack.popLast() {
            if a == b {
                order.append(a)
                continue
            }
            let way = ways[a * n + b]
            stack.append((Int(way.second), b))
            stack.append((a, Int(way.first)))
        }
        (leaves, cost) = (order, least)
    }

    /// For each leaf below a node as one end, which leaves can be the other: those of the other side; of a single leaf
    /// itself.
    private static func innerEnds(_ tree: Dendrogram, _ node: Int) -> [Int: [Int]] {
        guard node >= tree.count else { return [node: [node]] }
        let joint = tree.joints[node - tree.count]
        let (left, right) = (tree.items(below: joint.left), tree.items(below: joint.right))
        return Dictionary(uniqueKeysWithValues: left.map { ($0, right) } + right.map { ($0, left) })
    }
}
