import Foundation
import SynCheckpoints
import SynEmbedding
import SynFiles
import SynRuns
import SynTensors

/// The only thing the probe trains: one linear layer from a caption vector to the prefix of the image transformer,
/// with dropout behind it in training (the paper's section 5.1).
///
/// On disk `adapter.safetensors` with the released code's names: `text2image.0.weight` [K·width, d] and
/// `text2image.0.bias` [K·width]; K prefix tokens one after another.
package struct Adapter: Sendable {
    package let weight: Tensor   // [K·width, d]
    package let bias: Tensor   // [K·width]
    /// The width of one prefix token: the image transformer's.
    package let width: Int

    package var prefixTokens: Int { weight.shape[0] / width }
    package var vectorSize: Int { weight.shape[1] }

    /// A new adapter, initialised as PyTorch's `Linear`.
    package init(from vectorSize: Int, to width: Int, prefixTokens: Int, seed: UInt64) throws {
        try self.init(
            Weights(fresh: seed).scope["text2image", 0], from: vectorSize, to: width, prefixTokens: prefixTokens)
    }

    /// One that gives every caption the same prefix [K, width].
    package static func constant(_ prefix: Tensor, from vectorSize: Int) -> Adapter {
        let (count, width) = (prefix.size(0), prefix.size(1))
        let bias = Tensor(prefix.floats, shape: [count * width])   // its own memory: it will be moved
        return Adapter(
            weight: Tensor.zeros([count * width, vectorSize]).asParameter(), bias: bias.asParameter(), width: width)
    }

    private init(_ layer: WeightScope, from vectorSize: Int, to width: Int, prefixTokens: Int) throws {
        self.init(
            weight: try layer.matrix("weight", [prefixTokens * width, vectorSize]),
            bias: try layer.tensor(
                "bias", [prefixTokens * width], initially: .uniform(bound: 1 / Float(vectorSize).squareRoot())),
            width: width)
    }

    init(weight: Tensor, bias: Tensor, width: Int) {
        (self.weight, self.bias, self.width) = (weight, bias, width)
    }

    /// The file of an adapter that is named by its folder or by itself.
    static func file(at place: URL) throws -> URL {
        let url = place.isFolder ? place.appending(path: fileName) : place
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw UserError(
                .missing,
                "\(url.path) does not exist; name the folder of a trained adapter, such as "
                    + "runs/miniature/bert-mini/seed-1, "
                    + "or the file itself")
        }
        return url
    }

    static let fileName = "adapter.safetensors"

    /// An adapter for a transformer of this width: a folder with `adapter.safetensors`, such a file, or a checkpoint of
    /// the released code, which has its layer as `text2image` among the weights of all its networks.
    package init(at place: URL, width: Int, vectorSize: Int? = nil) throws {
        let url = try Self.file(at: place)
        let weights = try Weights(reading: url)
        let names = ["text2image.0", "text2image"]
        guard let name = names.first(where: { name in weights.storedNames.contains { $0.hasSuffix(name + ".weight") } })
        else {
            throw UserError(.badData, "\(url.path) has no matrix text2image.0.weight; is it an adapter?")
        }
        let layer = try weights.scope(holding: [.init(name + ".weight"), .init(name + ".bias")])[name]
        guard let shape = layer.storedShape("weight"), shape.count == 2 else {
            throw UserError(.badData, "\(url.path) has no matrix \(name).weight; is it an adapter?")
        }
        guard shape[0] > 0, shape[1] > 0, shape[0] % width == 0 else {
            throw UserError(
                .badData,
                "\(url.path): \(name).weight has \(shape[0]) rows, which is no multiple of the decoder's width "
                    + "\(width); "
                    + "was the adapter trained for another decoder?")
        }
        if let vectorSize, shape[1] != vectorSize {
            throw UserError(
                .badData,
                "\(url.path) takes vectors of \(shape[1]) numbers, but the encoder gives \(vectorSize); was it "
                    + "trained for another encoder?"
            )
        }
        try self.init(layer, from: shape[1], to: width, prefixTokens: shape[0] / width)
        try weights.finish()
    }

    /// Throws when an adapter says that it was trained for other models.
    ///
    /// - Returns: what a person should know where it does not say for which; nil where it says so.
    package static func check(_ place: URL, decoder: URL, encoder: URL) throws -> String? {
        let url = try file(at: place)
        let notes = try CheckpointContents(of: url).metadata
        var silent: [String] = []
        for (kind, model) in [("decoder", decoder), ("encoder", encoder)] {
            guard let expected = notes["\(kind)_hash"] else {
                silent.append(kind)
                continue
            }
            guard try expected != ModelContents.hash(of: model) else { continue }
            let name = notes["\(kind)_path"].flatMap { $0.isEmpty ? nil : $0 } ?? notes[kind] ?? "another one"
            throw UserError(
                .badData,
                "\(url.path) was trained for the \(kind) \(printable(name)), and \(model.path) is not the same; give "
                    + "that \(kind)"
            )
        }
        return silent.isEmpty
            ? nil
            : "\(url.path) does not say for which \(silent.joined(separator: " and ")) it was trained, so that "
                + "cannot be checked; with another \(silent[0]) the pictures mean nothing"
    }

    /// Caption vectors [batch, d] → prefixes [batch, K, width].
    package func callAsFunction(_ vectors: Tensor) -> Tensor {
        vectors.linear(weight, bias).reshaped([vectors.size(0), prefixTokens, width])
    }

    /// The same adapter with parameters of its own in a device's memory, or the CPU's.
    package func moved(to device: (any Device)?) -> Adapter {
        func own(_ tensor: Tensor) -> Tensor { tensor.detached.moved(to: device).asParameter() }
        return Adapter(weight: own(weight), bias: own(bias), width: width)
    }

    package var parameters: [Tensor] { [weight, bias] }

    var namedTensors: [(name: String, tensor: Tensor)] {
        [("text2image.0.weight", weight.detached.moved(to: nil)), ("text2image.0.bias", bias.detached.moved(to: nil))]
    }

    package func save(to url: URL, metadata: [String: String]) throws {
        try writeSafetensors(namedTensors, metadata: metadata, to: url)
    }
}
