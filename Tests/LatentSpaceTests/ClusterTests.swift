import Foundation
import SynLatentSpace
import SynTensors
import TestSupport
import Testing

@Suite("Clusters as published", .enabled(if: Amumo.isHere, Comment(rawValue: Fixture.absent)))
struct PublishedClusters {
    private struct Meta: Decodable {
        let cluster_sort_idcs: [Int]
        let cluster_sizes: [Int]
        let cluster_labels: [String]
    }

    @Test("16 partitions and 160 labels", arguments: Amumo.sets, Amumo.models)
    func published(_ set: String, _ model: String) throws {
        var captions = try String(contentsOf: Amumo.url("\(set)/prompts.txt"), encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
        if captions.last == "" { captions.removeLast() }
        #expect(captions.count == 100)
        let pairs = try Amumo.pairs(set, model)
        for (name, now) in [(model, pairs), (model + "_nogap", try ModalityGap(pairs).closed())] {
            let told = try JSONDecoder().decode(
                Meta.self, from: Data(contentsOf: Amumo.url("\(set)/\(name)_meta_info.json")))
            let record = try PairClusters(now, rows: .published).record(captions: captions)
            #expect(record.sizes == told.cluster_sizes, "\(set) \(name)")
            var start = 0
            for (size, members) in zip(told.cluster_sizes, record.clusters) {
                #expect(Set(told.cluster_sort_idcs[start..<start + size]) == Set(members), "\(set) \(name)")
                start += size
            }
            #expect(record.labels == told.cluster_labels, "\(set) \(name)")
        }
    }

    @Test("our own: pair vectors of CLIP on MSCOCO")
    func ours() throws {
        let clusters = try PairClusters(Amumo.pairs(Amumo.sets[0], "CLIP"), rows: .pairs)
        // Told in the order of the tree; ours stand in the order of the leaves.
        #expect(clusters.clusters.map(\.count).sorted() == [5, 10, 9, 7, 14, 26, 4, 9, 9, 7].sorted())
        #expect(abs((clusters.tree.joints.last?.height ?? 0) - 0.835377) < 5e-7)
        #expect(clusters.tree.groups(atMost: 10).map(\.count) == [5, 10, 9, 7, 14, 26, 4, 9, 9, 7])
    }
}

@Suite("Complete linkage against SciPy")
struct LinkageTests {
    struct Case: Decodable {
        let name: String
        let points: [[Double]]
        let heights: [Double]
        let sides: [[Int]]
        let sizes: [Int]
        /// Number of clusters asked for, and the group of each item from 0.
        let groups: [String: [Int]]
        let leafCost: Double
        /// The least of all orders that the tree allows, where they were all tried.
        let leastCost: Double?
    }

    static func cases() throws -> [Case] {
        try JSONDecoder().decode([Case].self, from: Data(contentsOf: Fixture.url("space/linkage.json")))
    }

    static func distances(_ points: [[Double]]) -> DoubleMatrix {
        let n = points.count
        return DoubleMatrix(
            (0..<n * n).map { place in
                zip(points[place / n], points[place % n]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            }, rows: n, columns: n)
    }

    /// SciPy 1.17's order is not always the best: of ten points, all orders that the tree allows were tried.
    @Test("heights, sides, cuts, and the cost of the best order of leaves")
    func scipy() throws {
        let cases = try Self.cases()
        #expect(cases.count >= 4)
        for one in cases {
            let distances = Self.distances(one.points)
            let tree = Dendrogram(distances)
            let error = zip(tree.joints, one.heights).reduce(0) { max($0, abs($1.0.height - $1.1)) }
            print("\(one.name): heights off by \(error)")
            #expect(tree.joints.count == one.heights.count && error < 1e-12)
            #expect(tree.joints.map { [$0.left, $0.right] } == one.sides, "\(one.name)")
            #expect(tree.joints.map(\.size) == one.sizes, "\(one.name)")
            for (most, told) in one.groups {
                let groups = tree.groups(atMost: Int(most) ?? 0)
                var number = [Int](repeating: -1, count: one.points.count)
                for (place, members) in groups.enumerated() { for item in members { number[item] = place } }
                #expect(number == told, "\(one.name), \(most)")
            }
            let order = LeafOrder(tree, distances)
            #expect(order.leaves.sorted() == Array(one.points.indices))
            let cost = zip(order.leaves, order.leaves.dropFirst()).reduce(0) { $0 + distances[$1.0, $1.1] }
            #expect(abs(cost - order.cost) < 1e-9 && cost <= one.leafCost + 1e-9, "\(one.name): \(cost)")
            if let least = one.leastCost { #expect(abs(cost - least) < 1e-9, "\(one.name): \(cost), \(least)") }
        }
    }

    @Test("labels by hand: characters within words count as the published code counts them, not for ours")
    func labels() {
        #expect(ClusterLabels.published(["A man", "a woman", "the woman"]) == "woman")
        #expect(ClusterLabels.published(["Dogs at the top", "dogs"]) == "dogs")
        #expect(ClusterLabels.published([""]) == "")
        let ours = ClusterLabels.ours([["a man on a horse", "a man on a horse"], ["a woman with a dog", "one dog"]])
        #expect(ours == ["man on horse", "dog | woman"])
    }
}
