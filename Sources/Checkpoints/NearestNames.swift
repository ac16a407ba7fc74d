/// ", did you mean a or b" for a name that was not found; empty when nothing resembles it.
func nearest(to name: String, among names: some Collection<String>) -> String {
    let wanted = Array(name.utf8)
    let candidates =
        names
        .map { (name: $0, distance: editDistance(wanted, Array($0.utf8))) }
        .filter { $0.distance <= max(3, wanted.count / 3) }
        .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
        .prefix(3).map(\.name)
    return candidates.isEmpty ? "" : ", did you mean " + candidates.joined(separator: " or ")
}

/// How many bytes must be inserted, removed or changed to turn `a` into `b` (Levenshtein 1965).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for i in a.indices {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let changed = diagonal + (a[i] == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
