import SynRuns
import SynTensors

/// Complete linkage of n items: the two groups whose farthest items are nearest join, n - 1 times.
///
/// Heights, numbering and the two sides of each joint are those of SciPy's `linkage(…, 'complete')`.
package struct Dendrogram: Sendable {
    /// Groups below n are items; n + k is what joint k made.
    package struct Joint: Sendable, Equatable {
        /// The lower number of the two.
        package let left: Int
        package let right: Int
        package let height: Double
        package let size: Int
    }

    /// From the lowest to the highest.
    package let joints: [Joint]
    package var count: Int { joints.count + 1 }

    /// - Parameter distances: [n, n], symmetric; the diagonal is not read.
    package init(_ distances: DoubleMatrix) {
        let n = distances.rows
        var table = distances.values
        var isThere = [Bool](repeating: true, count: n)
        var merges: [(a: Int, b: Int, height: Double)] = []
        var chain: [Int] = []
        while merges.count < n - 1 {
            if chain.isEmpty { chain = [isThere.firstIndex(of: true) ?? 0] }
            // Along nearest neighbours until two are each other's (Müllner 2011, nearest-neighbour chain).
            while true {
                let top = chain[chain.count - 1]
                let before = chain.count > 1 ? chain[chain.count - 2] : -1
                var (nearest, least) = before >= 0 ? (before, table[top * n + before]) : (-1, .infinity)
                for other in 0..<n where isThere[other] && other != top && table[top * n + other] < least {
                    (nearest, least) = (other, table[top * n + other])
                }
                if nearest == before, before >= 0 {
                    merges.append((min(top, before), max(top, before), least))
                    break
                }
                chain.append(nearest)
            }
            let (gone, kept) = (merges[merges.count - 1].a, merges[merges.count - 1].b)
            chain.removeLast(2)
            isThere[gone] = false
            for other in 0..<n where isThere[other] && other != kept {
                let farthest = max(table[gone * n + other], table[kept * n + other])
                (table[kept * n + other], table[other * n + kept]) = (farthest, farthest)
            }
        }
        joints = Self.numbered(merges, n)
    }

    /// Joints in the order of their heights, groups numbered in that order.
    private static func numbered(_ merges: [(a: Int, b: Int, height: Double)], _ n: Int) -> [Joint] {
        let order = merges.indices.sorted { (merges[$0].height, $0) < (merges[$1].height, $1) }
        var parent = Array(0..<2 * n - 1)
        var sizes = [Int](repeating: 1, count: 2 * n - 1)
        func root(_ item: Int) -> Int {
            var place = item
            while parent[place] != place { place = parent[place] }
            return place
        }
        return order.enumerated().map { step, index in
            let (a, b) = (root(merges[index].a), root(merges[index].b))
            parent[a] = n + step
            parent[b] = n + step
            sizes[n + step] = sizes[a] + sizes[b]
            return Joint(left: min(a, b), right: max(a, b), height: merges[index].height, size: sizes[n + step])
        }
    }

    /// The most groups, but not more than `most`, that a cut at one height makes; in the order in which SciPy's
    /// `fcluster(…, 'maxclust')` numbers them (single items by their own numbers), members ascending.
    package func groups(atMost most: Int) -> [[Int]] {
        let n = count
        guard most < n else { return (0..<n).map { [$0] } }
        // With joints of equal height, all of them are made.
        return numberedGroups(below: joints[n - most - 1].height)
    }

    private func numberedGroups(below cut: Double) -> [[Int]] {
        let n = count
        var groups: [[Int]] = []
        var stack: [(node: Int, stage: Int)] = n > 1 ? [(2 * n - 2, 0)] : []
        while let (node, stage) = stack.popLast() {
            let joint = joints[node - n]
            if joint.height <= cut {
                groups.append(items(below: node).sorted())
            } else if stage == 0 {   // single items get their numbers after the groups below the same joint
                stack.append((node, 1))
                if joint.right >= n { stack.append((joint.right, 0)) }
                if joint.left >= n { stack.append((joint.left, 0)) }
            } else {
                for side in [joint.left, joint.right] where side < n { groups.append([side]) }
            }
        }
        return n == 1 ? [[0]] : groups
    }

    /// Items from left to right.
    package func items(below node: Int) -> [Int] {
        var (found, stack) = ([Int](), [node])
        while let next = stack.popLast() {
            if next < count {
                found.append(next)
            } else {
                stack += [joints[next - count].right, joints[next - count].left]
            }
        }
        return found
    }

    /// All items from left to right.
    package var leaves: [Int] { items(below: 2 * count - 2) }
}
