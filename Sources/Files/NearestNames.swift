/// Finds what a misspelt name was meant to be.
package enum NearestNames {
    /// The names that differ least from `word`, nearest first, none that differs in more than two letters and a third.
    package static func all(to word: String, among names: some Collection<String>, atMost count: Int = 3) -> [String] {
        let wanted = Array(word.unicodeScalars)
        return
            names.enumerated()
            .compactMap { place, name -> (name: String, distance: Int, place: Int)? in
                // A name this long is nobody's slip of the finger; and files may hold many such.
                guard wanted.count <= 300, name.utf8.count <= 1200 else { return nil }
                let letters = Array(name.unicodeScalars)
                let limit = max(2, max(wanted.count, letters.count) / 3)
                return distance(wanted, letters, limit: limit).map { (name, $0, place) }
            }
            .sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }
            .prefix(count).map(\.name)
    }

    /// The nearest of them; the first of equals.
    package static func nearest(to word: String, among names: some Collection<String>) -> String? {
        all(to: word, among: names, atMost: 1).first
    }

    /// ", did you mean a or b" for a name that was not found; empty when nothing resembles it.
    package static func suggestion(for word: String, among names: some Collection<String>) -> String {
        let found = all(to: word, among: names)
        return found.isEmpty ? "" : ", did you mean " + found.map { printable($0) }.joined(separator: " or ")
    }

    /// How many letters must be inserted, removed, exchanged or swapped with their neighbour to make one word of
    /// another (optimal string alignment); nil when that is more than `limit`.
    static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], limit: Int) -> Int? {
        guard abs(a.count - b.count) <= limit else { return nil }
        // last[j]: distance of the first i from the first j letters
        var (before, last) = ([Int](), Array(0...b.count))
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
                row.append(least)
            }
            guard min(row.min() ?? 0, last.min() ?? 0) <= limit else { return nil }
            (before, last) = (last, row)
        }
        return last[b.count] <= limit ? last[b.count] : nil
    }
}
