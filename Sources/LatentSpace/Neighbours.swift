import SynTensors

/// The nearest neighbours of every point by cosine distance 1 - a·b, exact.
package struct Neighbours: Sendable {
    /// Row after row, nearest first, equal ones by their number.
    package let ids: [Int32]   // [n, k]
    package let distances: [Double]   // [n, k]
    package let count: Int
    package let k: Int

    /// - Parameters:
    ///   - queries: unit rows [m, d].
    ///   - points: unit rows [n, d].
    ///   - areSame: whether the queries are the points; then each is the first of its own neighbours, at 0.
    package init(of queries: DoubleMatrix, among points: DoubleMatrix, k wanted: Int, areSame: Bool) {
        let k = min(wanted, points.rows)
        var ids = [Int32](repeating: 0, count: queries.rows * k)
        var distances = [Double](repeating: 0, count: queries.rows * k)
        let block = 256
        for start in stride(from: 0, to: queries.rows, by: block) {
            let places = Array(start..<min(start + block, queries.rows))
            let cosines = queries.rows(at: places).times(points, .transposed)
            for query in places {
                var row = cosines.row(query - start).map { 1 - $0 < 1e-12 ? 0 : 1 - $0 }   // rounding is no distance
                if areSame { row[query] = -1 }   // first, whatever else lies at distance 0
                for (slot, id) in Self.least(row, k).enumerated() {
                    ids[query * k + slot] = Int32(id)
                    distances[query * k + slot] = max(row[id], 0)
                }
            }
        }
        (self.ids, self.distances) = (ids, distances)
        (count, self.k) = (queries.rows, k)
    }

    /// The places of the k least values, in order.
    static func least(_ values: [Double], _ k: Int) -> [Int] {
        guard k * 8 < values.count else {
            return Array(values.indices.sorted { (values[$0], $0) < (values[$1], $1) }.prefix(k))
        }
        var heap: [Int] = []   // the greatest on top
        func isLess(_ a: Int, _ b: Int) -> Bool { (values[a], a) < (values[b], b) }
        func sink(_ start: Int) {
            var place = start
            while true {
                var largest = place
                for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                    if isLess(heap[largest], heap[child]) { largest = child }
                }
                if largest == place { return }
                heap.swapAt(place, largest)
                place = largest
            }
        }
        heap = Array(0..<k)
        for place in (0..<k / 2 + 1).reversed() where place < k { sink(place) }
        for index in k..<values.count where values[index] <= values[heap[0]] && isLess(index, heap[0]) {
            heap[0] = index
            sink(0)
        }
        return heap.sorted { isLess($0, $1) }
    }
}
