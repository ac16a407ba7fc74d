import SynCheckpoints
import SynTensors

/// The vectors that latents are replaced by, each by its nearest.
struct VQGANCodebook: Sendable {
    let vectors: Tensor   // [codes, codeWidth]
    /// −|e|²/2 of each vector, where they are on a device: [codes].
    private let shifts: Tensor?

    init(_ weights: WeightScope, _ shape: VQGANConfiguration) throws {
        let vectors = try weights["embedding"].tensor(
            "weight", [shape.codeCount, shape.codeWidth], initially: .uniform(bound: 1 / Float(shape.codeCount)))
        shifts = vectors.device.map { (Self.halfLengths(vectors.moved(to: nil)) * -1).moved(to: $0) }
        self.vectors = vectors
    }

    private static func halfLengths(_ vectors: Tensor) -> Tensor { vectors.squared().sum(axis: 1) * 0.5 }   // [codes]

    /// Which vector is nearest: |z − e|² = |z|² + |e|² − 2 z·e is least where z·e − |e|²/2 is largest.
    func nearest(to latents: Tensor) -> Tensor {
        let table = vectors.detached
        let rows = latents.detached.reshaped([-1, table.size(1)])   // [batch·h·w, codeWidth]
        guard let shifts else {
            let closeness = rows.matmul(table, transposeRight: true) - Self.halfLengths(table)   // [batch·h·w, codes]
            return closeness.argmax().reshaped([latents.size(0), -1])   // [batch, h·w]
        }
        // On a device in parts: what is close to what takes more memory than anything before it.
        let part = max(1, (1 << 27) / table.size(0))
        let places = stride(from: 0, to: rows.size(0), by: part).map { first in
            rows.slice(axis: 0, from: first, to: min(first + part, rows.size(0))).linear(table, shifts).argmax()
        }
        return concatenated(places, axis: 0).reshaped([latents.size(0), -1])
    }
}

/// Latents and the codebook vectors that stand for them.
package struct VQGANQuantisation: Sendable {
    /// Places in the codebook, row by row of each image: Int32 [batch, h·w].
    package let tokens: Tensor
    /// What the encoder gave: [batch, h, w, codeWidth].
    package let latents: Tensor
    /// The chosen vectors, of the same shape; their gradient belongs to the codebook.
    package let chosen: Tensor

    /// The chosen vectors' values with the latents' gradient (van den Oord et al. 2017), for the decoder in training.
    package var straightThrough: Tensor { latents + (chosen.detached - latents.detached) }

    /// mean((z − sg(e))²): draws the encoder towards the codebook.
    package var commitment: Tensor { (latents - chosen.detached).squared().mean() }

    /// mean((e − sg(z))²): draws the codebook towards the encoder.
    package var drift: Tensor { (chosen - latents.detached).squared().mean() }

    /// The embedding loss of taming's `VectorQuantizer2`.
    ///
    /// Its published models were trained with β on the codebook's term, an old mistake kept for compatibility
    /// (`legacy`): commitment + β·drift. The paper's formula is drift + β·commitment.
    package func loss(beta: Float = 0.25, legacy: Bool = true) -> Tensor {
        legacy ? commitment + drift * beta : drift + commitment * beta
    }
}
