import Foundation
import SynCheckpoints
import SynTensors

/// The decoder that draws: a transformer that writes image tokens and a VQGAN that turns them into pixels.
///
/// A decoder is a folder with taming's `project.yaml` and its state dict as `model.safetensors`.
package struct ImageDecoder: Sendable {
    package let configuration: ImageDecoderConfiguration
    package let transformer: ImageTransformer
    package let vqgan: VQGAN
    /// Where it was read from; nil for one built of parts.
    package let folder: URL?

    /// Opens a decoder's folder.
    ///
    /// `precision` is that of the transformer's frozen weights. The VQGAN has its own, Float32 unless asked otherwise:
    /// rounding in its encoder changes tokens. With a `device` both live there.
    package init(
        folder: URL, precision: Precision = .float32, vqgan vqganPrecision: Precision = .float32,
        device: (any Device)? = nil
    ) throws {
        let configuration = try ImageDecoderConfiguration(
            projectFile: folder.modelFolder.appending(path: "project.yaml"))
        let words = try Weights(reading: folder, precision: precision, device: device)
        let isOne = precision == vqganPrecision
        let pixels = isOne ? words : try Weights(reading: folder, precision: vqganPrecision, device: device)
        self.configuration = configuration
        self.folder = folder
        let needed: [Weights.Needed] = [
            .init("transformer.tok_emb.weight"), .init("first_stage_model.quantize.embedding.weight"),
        ]
        let shape = configuration.transformer
        if let device, !device.attends(headSize: shape.width / max(shape.headCount, 1)) {
            throw ModelError(
                "\(folder.path): heads of \(shape.width / max(shape.headCount, 1)) numbers are computed on the CPU "
                    + "only (on devices they are multiples of 8, up to 128); take device cpu.")
        }
        transformer = try ImageTransformer(words.scope(holding: needed)["transformer"], configuration.transformer)
        vqgan = try VQGAN(pixels.scope(holding: needed)["first_stage_model"], configuration.vqgan)
        try words.finish(ignoring: Self.ignored + (isOne ? [] : ["first_stage_model.*"]))
        if !isOne { try pixels.finish(ignoring: Self.ignored + ["transformer.*"]) }
    }

    /// Parts built elsewhere, in training for example.
    package init(configuration: ImageDecoderConfiguration, transformer: ImageTransformer, vqgan: VQGAN) {
        self.configuration = configuration
        self.transformer = transformer
        self.vqgan = vqgan
        folder = nil
    }

    /// In checkpoints of taming but not in the model: the losses of its VQGAN's training (a discriminator and a
    /// perceptual network), and the triangles of ones that its attention masks with.
    package static let ignored = ["first_stage_model.loss.*", "transformer.blocks.*.attn.mask"]

    /// A prefix [K, width] of what the transformer is fed first, with its position: the start token's vector, K times.
    package func startPrefix(_ count: Int) -> Tensor {
        let start = configuration.startTokens.prefix(1)
        let vector = transformer.embedding(Tensor(Array(start), shape: [1, 1]), from: 0)   // [1, 1, width]
        return concatenated(Array(repeating: vector.reshaped([1, -1]), count: count), axis: 0)
    }

    /// Where the transformer is; nil for the CPU.
    package var device: (any Device)? { transformer.device }

    /// What teacher forcing feeds the transformer for tokens [batch, n]: the start, and all of them but the last.
    package func teacherInput(_ tokens: Tensor) -> Tensor {
        ImageTransformer.teacherInput(tokens, start: configuration.startTokens)
    }

    /// Logits of each of `tokens` [batch, n] given all before it: [batch, n, vocabulary]. Differentiable, by the
    /// prefix too.
    package func logits(of tokens: Tensor, prefix: Tensor? = nil) -> Tensor {
        transformer.logits(
            tokens: teacherInput(tokens), prefix: prefix, skipping: configuration.startTokens.count - 1)
    }

    /// Images [batch, height, width, channels] in about -1...1 from tokens [batch, tokensPerImage], in CPU memory.
    ///
    /// - Throws: what a device complained of.
    package func images(fromTokens tokens: Tensor) throws -> Tensor { try vqgan.pictures(fromTokens: tokens) }
}
