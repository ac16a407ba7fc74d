import SynEmbedding
import SynRuns
import SynTensors

/// Vectors of texts alone, for encoders without a picture tower and for those that have one, each of length 1 in double
/// precision.
package struct TextVectors: Sendable {
    package let vectors: DoubleMatrix   // [n, d]
    package let texts: [String]
    /// What errors and reports call them.
    package let source: String

    /// - Parameter vectors: [n, d], of any length but zero.
    package init(_ vectors: DoubleMatrix, _ texts: [String], source: String) throws {
        guard texts.count >= 2 else {
            throw UserError(.badData, "\(source): \(texts.count) texts cannot be compared; give two or more")
        }
        self.vectors = try PairedVectors.units(vectors, "texts", source)
        (self.texts, self.source) = (texts, source)
    }

    /// Texts through an encoder, pooled as the probe pools them (`Pooling.probe`).
    ///
    /// - Parameter progress: told how many texts are done.
    package init(_ texts: [String], by encoder: TextEmbedder, progress: (Int) throws -> Void = { _ in }) throws {
        let found = try encoder.embed(texts, progress: progress)
        try self.init(DoubleMatrix(found.vectors), texts, source: encoder.name)
    }

    package var count: Int { vectors.rows }
}
