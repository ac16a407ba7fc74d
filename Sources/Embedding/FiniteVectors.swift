import Foundation
import SynCheckpoints
import SynModels
import SynRuns
import SynTensors

/// Looks whether an encoder gave numbers, and says where they stopped being some.
struct FiniteVectors {
    let encoder: any TextEncoder
    /// Where its weights stand.
    let folder: URL

    init(encoder: any TextEncoder, folder: URL) { (self.encoder, self.folder) = (encoder, folder) }

    /// - Parameters:
    ///   - vectors: [n, d]
    ///   - rows: which of all texts those are, from zero.
    ///   - ids: what the encoder read for one of all texts.
    ///   - text: that text.
    func check(_ vectors: Tensor, rows: ArraySlice<Int>, ids: (Int) -> [Int32], text: (Int) -> String) throws {
        let vectors = vectors.detached.converted(to: .float32)
        let place = vectors.withFloats { $0.firstIndex { !$0.isFinite } }
        guard let place else { return }
        let row = rows[rows.startIndex + place / max(vectors.size(-1), 1)]
        throw UserError(
            .badData,
            "\(folder.path) makes \(NonFinite.name(vectors.floats[place])) of text \(row + 1), "
                + "\"\(text(row).prefix(80))\": \(beginning(ids(row)))"
        )
    }

    /// The first layer whose states are no numbers, and the first stored tensor that holds such.
    private func beginning(_ ids: [Int32]) -> String {
        let layers = (try? encoder.hiddenStates(ids: [ids])) ?? []
        let first = layers.firstIndex { $0.withFloats { $0.contains { !$0.isFinite } } }
        let place =
            switch first {
            case nil: "in what follows its last layer"
            case 0: "in its embeddings already"
            case let layer?: "in layer \(layer) of \(layers.count - 1)"
            }
        guard let weight = UnsoundWeight.first(in: folder) else {
            return "it began \(place), though all stored weights are numbers; with bf16, try --precision f32"
        }
        return "it began \(place), and \(weight.checkpoint) holds \(NonFinite.name(weight.value)), first in the tensor "
            + "\(weight.tensor) at \(weight.place); fetch or export the model again"
    }
}
