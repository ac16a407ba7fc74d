/// Ranks from 1, where equal values share the mean of the places they take.
package struct Ranks: Equatable, Sendable {
    /// The rank of each value, in the order the values were given.
    package let values: [Double]
    /// The sizes of the groups of equal values, those of size one left out.
    package let ties: [Int]

    package init(of values: [Double]) {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var ties: [Int] = []
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = 0.5 * Double(start + 1 + end) }
            if end - start > 1 { ties.append(end - start) }
            start = end
        }
        self.values = ranks
        self.ties = ties
    }
}
