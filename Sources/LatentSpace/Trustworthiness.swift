import SynTensors

/// How far neighbours on a map are neighbours in space (Venna and Kaski 2001): 1 where all are.
package enum Trustworthiness {
    /// - Parameters:
    ///   - distances: in space, from the point named to all: [n].
    ///   - map: [n, 2]; neighbours by Euclidean distance.
    ///   - k: neighbours; less than half the points.
    /// - Returns: nil with too few points; and each point's own value.
    package static func of(
        _ map: DoubleMatrix, k: Int, distances: (Int) -> [Double]
    ) -> (mean: Double, each: [Double])? {
        let n = map.rows
        guard n > 2 * k, k > 0 else { return nil }
        var penalties = [Int](repeating: 0, count: n)
        var rank = [Int](repeating: 0, count: n)
        for point in 0..<n {
            let space = distances(point)
            let order = space.indices.filter { $0 != point }.sorted { (space[$0], $0) < (space[$1], $1) }
            for (place, other) in order.enumerated() { rank[other] = place + 1 }
            let near = (0..<n).map { other -> Double in
                guard other != point else { return .infinity }
                let (dx, dy) = (map[other, 0] - map[point, 0], map[other, 1] - map[point, 1])
                return dx * dx + dy * dy
            }
            for other in Neighbours.least(near, k) { penalties[point] += max(rank[other] - k, 0) }
        }
        let scale = 2 / (Double(n * k) * Double(2 * n - 3 * k - 1))
        return (
            1 - scale * Double(penalties.reduce(0, +)), penalties.map { 1 - scale * Double(n) * Double($0) }
        )
    }

    /// Against cosine distances of unit rows, 256 at a time.
    package static func cosine(_ points: DoubleMatrix, _ map: DoubleMatrix, k: Int = 15) -> Double? {
        cosineEach(points, map, k: k)?.mean
    }

    /// The same with each point's own value.
    static func cosineEach(
        _ points: DoubleMatrix, _ map: DoubleMatrix, k: Int = 15
    ) -> (mean: Double, each: [Double])? {
        var (block, start) = (DoubleMatrix([], rows: 0, columns: points.rows), 0)
        return of(map, k: k) { point in
            if point >= start + block.rows || point < start {
                start = point
                let places = Array(point..<min(point + 256, points.rows))
                block = points.rows(at: places).times(points, .transposed)
            }
            return block.row(point - start).map { 1 - $0 }
        }
    }
}
