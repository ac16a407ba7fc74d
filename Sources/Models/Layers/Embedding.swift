import SynCheckpoints
import SynTensors

/// A table with one row for each of `count` things.
package struct Embedding: Sendable {
    package let table: Tensor   // [count, size]

    /// Reads `weight`.
    package init(
        _ weights: WeightScope, count: Int, size: Int, initially: Initialisation = .normal(deviation: 0.02)
    ) throws {
        table = try weights.tensor("weight", [count, size], initially: initially)
    }

    package init(table: Tensor) { self.table = table }

    /// The rows of Int32 `ids`, which must be below `count`.
    package func callAsFunction(_ ids: Tensor) -> Tensor {
        table.embedding(of: ids)   // [.., size]
    }

    /// The first rows, in order: positions from zero on.
    package func first(_ count: Int) -> Tensor {
        table.slice(axis: 0, from: 0, to: count)   // [count, size]
    }
}
