import Checkpoints
import Tensors

/// A table with one row for each of `count` things.
public struct Embedding: Sendable {
    public let table: Tensor   // [count, size]

    /// Reads `weight`.
    public init(
        _ weights: WeightScope, count: Int, size: Int, initially: Initialisation = .normal(deviation: 0.02)
    ) throws {
        table = try weights.tensor("weight", [count, size], initially: initially)
    }

    public init(table: Tensor) { self.table = table }

    /// The rows of Int32 `ids`, which must be below `count`.
    public func callAsFunction(_ ids: Tensor) -> Tensor {
        table.embedding(of: ids)   // [.., size]
    }

    /// The first rows, in order: positions from zero on.
    public func first(_ count: Int) -> Tensor {
        table.slice(axis: 0, from: 0, to: count)   // [count, size]
    }
}
