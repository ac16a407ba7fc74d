import Foundation

/// What was measured, as lines of JSON while it goes on and a table at the end.
final class Findings {
    private struct Row {
        let part, name, value: String
        let bound: String
        let isMet: Bool
    }

    private var rows: [Row] = []
    private let start = ContinuousClock.now

    var allMet: Bool { rows.allSatisfy(\.isMet) }

    /// A number that has to stay at or below a bound.
    func note(_ part: String, _ name: String, _ value: Double, atMost bound: Double) {
        add(part, name, String(format: "%.3g", value), String(format: "≤ %g", bound), value <= bound)
    }

    func note(_ part: String, _ name: String, _ value: Double, atLeast bound: Double) {
        add(part, name, String(format: "%.4g", value), String(format: "≥ %g", bound), value >= bound)
    }

    /// A number to be known.
    func note(_ part: String, _ name: String, _ value: Double, unit: String) {
        add(part, name, String(format: "%.4g %@", value, unit), "", true)
    }

    func note(_ part: String, _ name: String, isTrue: Bool) {
        add(part, name, isTrue ? "yes" : "no", "yes", isTrue)
    }

    func note(_ part: String, _ name: String, text: String) { add(part, name, text, "", true) }

    private func add(_ part: String, _ name: String, _ value: String, _ bound: String, _ isMet: Bool) {
        rows.append(Row(part: part, name: name, value: value, bound: bound, isMet: isMet))
        let time = (ContinuousClock.now - start).components
        let line: [(String, String)] = [
            ("at", String(format: "%.1f s", Double(time.seconds) + Double(time.attoseconds) * 1e-18)), ("part", part),
            ("name", name), ("value", value), ("bound", bound), ("met", isMet ? "yes" : "NO"),
        ]
        let text = line.map { "\"\($0)\": \"\($1.replacing("\"", with: "'"))\"" }.joined(separator: ", ")
        FileHandle.standardOutput.write(Data("{\(text)}\n".utf8))
    }

    func printTable() {
        let widths = [rows.map(\.part.count).max() ?? 0, rows.map(\.name.count).max() ?? 0]
        var text = "\n"
        for row in rows {
            let part = row.part.padding(toLength: widths[0], withPad: " ", startingAt: 0)
            let name = row.name.padding(toLength: widths[1], withPad: " ", startingAt: 0)
            text +=
                "\(row.isMet ? " " : "!") \(part)  \(name)  \(row.value)\(row.bound.isEmpty ? "" : "  (\(row.bound))")\n"
        }
        let failed = rows.filter { !$0.isMet }.count
        text += failed == 0 ? "all bounds are met\n" : "\(failed) bounds are not met\n"
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
}

/// ‖a − b‖ / ‖b‖; infinite where a number is none.
func relativeError(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count else { return .infinity }
    var (difference, size) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
        difference += Double(x - y) * Double(x - y)
        size += Double(y) * Double(y)
    }
    let error = (difference / size).squareRoot()
    return error.isNaN ? .infinity : error
}
