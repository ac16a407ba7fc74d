import Foundation
import SynCheckpoints
import SynModels
import SynRuns
import SynTensors

/// What is not a number must not pass for a result: it is refused where it first shows, and traced to the weights.
package enum NonFinite {
    /// Throws where one of the values is NaN or infinite.
    ///
    /// - Parameters:
    ///   - what: one of them, with its article: "a CLIP-Score".
    ///   - model: the folder of the model that made them.
    package static func refuse<Value: BinaryFloatingPoint>(
        _ values: some Sequence<Value>, _ what: String, model: URL?
    ) throws {
        guard let bad = values.first(where: { !$0.isFinite }) else { return }
        throw complaint("\(what) is \(name(Float(bad)))", model: model)
    }

    package static func refuse(_ tensor: Tensor, _ what: String, model: URL?) throws {
        let bad = tensor.detached.moved(to: nil).converted(to: .float32).withFloats { $0.first { !$0.isFinite } }
        if let bad { throw complaint("\(what) is \(name(bad))", model: model) }
    }

    /// - Parameter finding: what was met: "a CLIP-Score is NaN".
    package static func complaint(_ finding: String, model: URL?) -> UserError {
        guard let model else {
            return UserError(.badData, "\(finding), so there is no result: the weights of a model are damaged")
        }
        guard let weight = UnsoundWeight.first(in: model) else {
            return UserError(
                .badData,
                "\(finding), so there is no result: the weights of \(model.path) are all numbers, but a value grew "
                    + "beyond "
                    + "single precision on the way; the model is damaged, or was trained too fast")
        }
        return UserError(
            .badData,
            "\(finding), so there is no result: \(weight.checkpoint) holds \(name(weight.value)), first in the tensor "
                + "\(weight.tensor) at \(weight.place); the model is damaged, fetch or train it again")
    }

    static func name(_ value: Float) -> String {
        value.isNaN ? "NaN" : value < 0 ? "minus infinity" : "infinity"
    }
}

extension ImageDecoder {
    /// Image tokens of pictures [batch, side, side, 3]; latent vectors that are not numbers are near to no code.
    package func soundTokens(of images: Tensor) throws -> Tensor {
        let latents = vqgan.latents(of: images)
        try NonFinite.refuse(latents, "a picture's latent vector", model: folder)
        let tokens = vqgan.quantised(latents).tokens.moved(to: nil)
        try latents.device?.check()
        return tokens
    }
}
