import SynTensors

/// Vectors that arrive in batches, each put where it belongs.
package struct VectorTable {
    private let rows: Int
    private var values: [Float] = []
    private var width = 0

    package init(rows: Int) { self.rows = rows }

    /// `vectors` is [places, width].
    package mutating func put(_ vectors: Tensor, at places: some Sequence<Int>) {
        if width == 0 {
            width = vectors.size(-1)
            values = [Float](repeating: 0, count: rows * width)
        }
        vectors.withFloats { source in
            for (row, place) in places.enumerated() {
                for i in 0..<width { values[place * width + i] = source[row * width + i] }
            }
        }
    }

    /// Whether nothing has been put into it.
    package var isEmpty: Bool { width == 0 }

    package var tensor: Tensor { Tensor(values, shape: [rows, width]) }   // [rows, width]
}
