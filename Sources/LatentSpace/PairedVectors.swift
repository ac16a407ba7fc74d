import SynRuns
import SynTensors

/// Vectors of pictures and of their texts in the space that two towers share: row i of one belongs to row i of the
/// other. All have length 1; everything is in double precision.
package struct PairedVectors: Sendable {
    package let images: DoubleMatrix   // [n, d]
    package let texts: DoubleMatrix   // [n, d]
    /// What errors and reports call them.
    package let source: String
    /// What was done or is to be known about them, each a sentence.
    package var remarks: [String]

    package var count: Int { images.rows }
    package var width: Int { images.columns }

    /// Vectors of any length but zero.
    package init(images: DoubleMatrix, texts: DoubleMatrix, source: String, remarks: [String] = []) throws {
        guard images.rows == texts.rows else {
            throw UserError(
                .badData,
                "\(source): \(images.rows) pictures and \(texts.rows) texts are not pairs; give one text for each "
                    + "picture, in the same order")
        }
        guard images.columns == texts.columns else {
            throw UserError(
                .badData,
                "\(source): vectors of \(images.columns) numbers for pictures and of \(texts.columns) for texts are "
                    + "not of one space; take both from the same model, after its projections")
        }
        guard images.rows >= 2, images.columns >= 1 else {
            throw UserError(
                .badData,
                "\(source): \(images.rows == 1 ? "one pair alone" : "nothing") cannot be compared; give two pairs or "
                    + "more")
        }
        self.images = try Self.units(images, "pictures", source)
        self.texts = try Self.units(texts, "texts", source)
        self.source = source
        self.remarks = remarks + Self.twins(images, "pictures", source) + Self.twins(texts, "texts", source)
    }

    /// Of unit rows already.
    init(unitImages: DoubleMatrix, unitTexts: DoubleMatrix, like other: PairedVectors) {
        (images, texts, source, remarks) = (unitImages, unitTexts, other.source, [])
    }

    /// The pairs at some places, in that order.
    package func pairs(at places: [Int]) -> PairedVectors {
        PairedVectors(unitImages: images.rows(at: places), unitTexts: texts.rows(at: places), like: self)
    }

    /// Pictures first, then texts: [2n, d].
    package var stacked: DoubleMatrix {
        DoubleMatrix(images.values + texts.values, rows: 2 * count, columns: width)
    }

    /// Cosines of all pictures (rows) with all texts (columns): [n, n].
    package var cosines: DoubleMatrix { images.times(texts, .transposed) }

    /// Rows divided by their lengths.
    static func units(_ vectors: DoubleMatrix, _ kind: String, _ source: String) throws -> DoubleMatrix {
        var values = vectors.values
        let width = vectors.columns
        for row in 0..<vectors.rows {
            let place = row * width..<(row + 1) * width
            let length = vectors.values[place].reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard length.isFinite else {
                throw UserError(
                    .badData,
                    "\(source): the vector of \(kind) number \(row + 1) holds \(fault(vectors.values[place])); make "
                        + "the vectors again")
            }
            guard length > 1e-150 else {
                throw UserError(
                    .badData,
                    "\(source): the vector of \(kind) number \(row + 1) is zero and has no direction; leave the pair "
                        + "out or make its vector again")
            }
            for i in place { values[i] /= length }
        }
        return DoubleMatrix(values, rows: vectors.rows, columns: width)
    }

    private static func fault(_ values: ArraySlice<Double>) -> String {
        values.contains(where: \.isNaN)
            ? "NaN" : values.allSatisfy(\.isFinite) ? "numbers too large to be squared" : "an infinite number"
    }

    /// A word on rows that are the same number for number.
    private static func twins(_ vectors: DoubleMatrix, _ kind: String, _ source: String) -> [String] {
        var seen: [ArraySlice<Double>: Int] = [:]
        var (pairs, first): (Int, (Int, Int)?) = (0, nil)
        for row in 0..<vectors.rows {
            let values = vectors.values[row * vectors.columns..<(row + 1) * vectors.columns]
            if let earlier = seen[values] {
                pairs += 1
                first = first ?? (earlier, row)
            } else {
                seen[values] = row
            }
        }
        guard let first else { return [] }
        return [
            "\(source): \(pairs) of the \(kind) \(pairs == 1 ? "has" : "have") the same vector as an earlier "
                + "one (first: \(first.0 + 1) and \(first.1 + 1)); they cannot be told apart, and ties "
                + "count against a search"
        ]
    }
}

extension DoubleMatrix {
    func row(_ i: Int) -> ArraySlice<Double> { values[i * columns..<(i + 1) * columns] }

    func rows(at places: [Int]) -> DoubleMatrix {
        DoubleMatrix(places.flatMap { row($0) }, rows: places.count, columns: columns)
    }

    /// The mean row.
    var meanRow: [Double] {
        var sum = [Double](repeating: 0, count: columns)
        for i in 0..<rows { for j in 0..<columns { sum[j] += values[i * columns + j] } }
        return sum.map { $0 / Double(max(rows, 1)) }
    }

    /// Every row plus `scale` times one vector.
    func adding(_ vector: [Double], times scale: Double) -> DoubleMatrix {
        var moved = values
        for i in 0..<rows { for j in 0..<columns { moved[i * columns + j] += scale * vector[j] } }
        return DoubleMatrix(moved, rows: rows, columns: columns)
    }

    var transposed: DoubleMatrix {
        var turned = values
        for i in 0..<rows { for j in 0..<columns { turned[j * rows + i] = values[i * columns + j] } }
        return DoubleMatrix(turned, rows: columns, columns: rows)
    }
}
