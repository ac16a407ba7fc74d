/// How many letters must be inserted, removed, exchanged or swapped with their neighbour to make one word of
/// another (optimal string alignment): finds what a misspelt name was meant to be.
enum EditDistance {
    static func between(_ first: String, _ second: String) -> Int {
        let (a, b) = (Array(first.unicodeScalars), Array(second.unicodeScalars))
        var rows = [Array(0...b.count)]   // rows[i][j]: distance of the first i from the first j letters
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, rows[i - 1][j - 1] + 1) }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }

    /// The nearest name, if two letters or every third differ at most; the first of equals.
    static func nearest(to word: String, among names: [String]) -> String? {
        let ranked = names.map { (name: $0, distance: between(word, $0)) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(2, max(word.count, best.name.count) / 3) ? best.name : nil
    }
}
