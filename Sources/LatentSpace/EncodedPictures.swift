import SynTensors

/// Pictures of which something is known, with their vectors by one model.
package struct EncodedPictures: Sendable {
    package let known: KnownPictures
    package let towers: TwoTowers
    /// Unit rows, one for each picture: [n, d].
    package let vectors: DoubleMatrix

    package var source: String { "\(towers.name) on \(known.source)" }

    /// - Parameter progress: told how many are done.
    package init(
        _ known: KnownPictures, by towers: TwoTowers, progress: (Int) throws -> Void = { _ in }
    ) throws {
        (self.known, self.towers) = (known, towers)
        vectors = try towers.pictures(known.count, progress: progress) { try known.pictures.picture($0) }
    }

    /// - Parameter vectors: what the towers have made of these pictures, unit rows: [n, d].
    init(_ known: KnownPictures, by towers: TwoTowers, vectors: DoubleMatrix) {
        (self.known, self.towers, self.vectors) = (known, towers, vectors)
    }
}
