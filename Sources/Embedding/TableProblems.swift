import SynFiles
import SynRuns

/// What is wrong with rows or pictures, by kind: how many, and the first of them.
struct TableProblems {
    private var kinds: [(kind: String, count: Int, first: [String])] = []

    var isEmpty: Bool { kinds.isEmpty }

    mutating func add(_ kind: String, at line: Int) { add("rows \(kind)", "line \(line)") }

    mutating func add(_ kind: String, _ example: String) {
        // Kinds that quote a value are one kind: what stands before the example counts.
        let name = kind.components(separatedBy: ", such as")[0]
        if let place = kinds.firstIndex(where: { $0.kind.components(separatedBy: ", such as")[0] == name }) {
            kinds[place].count += 1
            if kinds[place].first.count < 5 { kinds[place].first.append(example) }
        } else {
            kinds.append((kind, 1, [example]))
        }
    }

    mutating func add(_ others: TableProblems) { kinds += others.kinds }

    /// One line a kind: "pictures that are not there: 3 (a.png, b.png, c.png)".
    var lines: [String] {
        kinds.map { kind in
            let rest = kind.count > kind.first.count ? " and \(kind.count - kind.first.count) more" : ""
            return
                "\(kind.kind): \(kind.count) "
                + "(\(kind.first.map { printable($0, limit: 100) }.joined(separator: ", "))\(rest))"
        }
    }
}
