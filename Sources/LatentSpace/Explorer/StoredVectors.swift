import Foundation
import SynReports
import SynTensors

/// Vectors as the interactive page holds them: in single precision where they are few, else as integers times a unit
/// for each row. Rows of bytes are turned before (random signs, then a Hadamard transform), so that no number of a row
/// is much larger than the others: cosines of 512 numbers are then within .003.
package struct StoredVectors: Sendable {
    package enum Form: String, Sendable { case float32, int16, int8 }

    package let form: Form
    /// Numbers of a stored row.
    package let columns: Int
    /// Rows one after the other, pictures first.
    package let bytes: Data
    /// Each row's unit; empty in single precision.
    package let steps: [Float]
    /// 1 or -1 for each number before the transform; empty where rows are as they were.
    package let signs: [Int8]

    /// In single precision up to so many bytes.
    static let fewBytes = 1 << 20

    static func form(pairs: Int, width: Int) -> Form {
        if 8 * pairs * width <= fewBytes { return .float32 }
        return pairs <= 2_000 || width < 256 ? .int16 : .int8
    }

    /// - Parameter form: nil for the one that suits their number.
    package init(_ pairs: PairedVectors, form wanted: Form? = nil, seed: UInt64 = 0) {
        let (rows, width) = (pairs.stacked, pairs.width)
        form = wanted ?? Self.form(pairs: pairs.count, width: width)
        guard form != .float32 else {
            (columns, steps, signs) = (width, [], [])
            bytes = rows.values.map(Float.init).withUnsafeBytes { Data($0) }
            return
        }
        if form == .int8 {
            var size = 1
            while size < width { size *= 2 }
            var stream = RandomStream(seed: seed, purpose: "signs of a page's vectors")
            signs = (0..<size).map { _ in stream.below(2) == 0 ? 1 : -1 }
            columns = size
        } else {
            (signs, columns) = ([], width)
        }
        var (bytes, steps) = (Data(capacity: rows.rows * columns * 2), [Float]())
        let most = form == .int8 ? 127.0 : 32_767.0
        for i in 0..<rows.rows {
            let row = signs.isEmpty ? Array(rows.row(i)) : Self.turned(Array(rows.row(i)), signs)
            let unit = Float(max(row.reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude) / most)
            steps.append(unit)
            let whole = row.map { ($0 / Double(unit)).rounded() }
            if form == .int8 {
                whole.map { Int8(min(max($0, -127), 127)) }.withUnsafeBytes { bytes.append(contentsOf: $0) }
            } else {
                whole.map { Int16(min(max($0, -32_767), 32_767)) }.withUnsafeBytes { bytes.append(contentsOf: $0) }
            }
        }
        (self.bytes, self.steps) = (bytes, steps)
    }

    /// Times signs, then the orthonormal Hadamard transform of as many numbers as there are signs, a power of 2.
    static func turned(_ row: [Double], _ signs: [Int8]) -> [Double] {
        let size = signs.count
        var values = (0..<size).map { $0 < row.count ? row[$0] * Double(signs[$0]) : 0 }
        var half = 1
        while half < size {
            for start in stride(from: 0, to: size, by: 2 * half) {
                for i in start..<start + half {
                    (values[i], values[i + half]) = (values[i] + values[i + half], values[i] - values[i + half])
                }
            }
            half *= 2
        }
        let scale = 1 / Double(size).squareRoot()
        return values.map { $0 * scale }
    }

    var facts: ExplorerFacts.Vectors { .init(form: form.rawValue, columns: columns, isTurned: !signs.isEmpty) }

    var blocks: [ExplorerPage.Block] {
        [ExplorerPage.Block("vectors", bytes)]
            + (steps.isEmpty ? [] : [.init("steps", steps)]) + (signs.isEmpty ? [] : [.init("signs", signs)])
    }
}
