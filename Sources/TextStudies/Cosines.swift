import SynTensors

/// Cosines between rows of vectors, summed in double precision.
enum Cosines {
    /// The cosine of each pair of rows; nil where a vector is zero or not finite, which has no direction.
    ///
    /// Rounded to multiples of 2⁻⁴⁰: states in Float32 know a cosine to about seven digits, and pairs that are alike
    /// must stay tied in the ranks, whatever the last bits of a sum.
    static func ofPairs(_ vectors: Tensor, _ left: [Int], _ right: [Int]) -> [Double?] {
        let width = vectors.size(-1)
        return vectors.withFloats { values in
            var lengths = [Double](repeating: 0, count: vectors.size(0))
            for row in lengths.indices {
                var sum = 0.0
                for i in 0..<width { sum += Double(values[row * width + i]) * Double(values[row * width + i]) }
                lengths[row] = sum.squareRoot()
            }
            return zip(left, right).map { a, b in
                guard lengths[a] > 0, lengths[b] > 0, (lengths[a] * lengths[b]).isFinite else { return nil }
                var dot = 0.0
                for i in 0..<width { dot += Double(values[a * width + i]) * Double(values[b * width + i]) }
                return (dot / (lengths[a] * lengths[b]) * 0x1p40).rounded() * 0x1p-40
            }
        }
    }

    /// Every row as a unit vector in double precision; nil where one has no direction.
    static func units(_ vectors: DoubleMatrix) -> DoubleMatrix? {
        let width = vectors.columns
        var values = vectors.values
        for row in 0..<vectors.rows {
            var sum = 0.0
            for i in row * width..<(row + 1) * width { sum += values[i] * values[i] }
            let length = sum.squareRoot()
            guard length > 0, length.isFinite else { return nil }
            for i in row * width..<(row + 1) * width { values[i] /= length }
        }
        return DoubleMatrix(values, rows: vectors.rows, columns: width)
    }
}
