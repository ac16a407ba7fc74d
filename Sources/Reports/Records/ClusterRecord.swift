/// Groups of pairs, as `space cluster --json` prints them.
package struct ClusterRecord: Codable, Sendable, Equatable {
    package var source: String
    /// "published": rows of one minus similarities; "pairs": the unit sum of picture and text; "texts": texts alone.
    package var rows: String
    /// Pairs from 0, cluster after cluster.
    package var order: [Int]
    package var sizes: [Int]
    /// One for each cluster; empty without captions.
    package var labels: [String]
    /// The height of the highest joint.
    package var height: Double

    package init(
        source: String, rows: String, order: [Int], sizes: [Int], labels: [String], height: Double
    ) {
        (self.source, self.rows, self.order) = (source, rows, order)
        (self.sizes, self.labels, self.height) = (sizes, labels, height)
    }

    /// Members of each cluster.
    package var clusters: [[Int]] {
        var start = 0
        return sizes.map { size in
            defer { start += size }
            return Array(order[start..<start + size])
        }
    }
}
