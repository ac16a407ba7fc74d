import Foundation
import SynCheckpoints
import SynTensors

/// The image tokeniser of Taming Transformers (Esser et al. 2021, section 3.1): an encoder, a codebook, a decoder.
///
/// Images are [batch, height, width, channels] with values in -1...1; one token stands for a square of
/// 2^(levels − 1) pixels a side, tokens run row by row. Tensors are named as below `first_stage_model.` in taming's
/// transformer checkpoints, and at the root of its VQGAN checkpoints. The discriminator and the perceptual loss
/// of those are not part of this model.
package struct VQGAN: Sendable {
    package let configuration: VQGANConfiguration
    let encoder: VQGANEncoder
    let intoCodebook: Convolution
    let codebook: VQGANCodebook
    let outOfCodebook: Convolution
    let decoder: VQGANDecoder

    package init(_ weights: WeightScope, _ configuration: VQGANConfiguration) throws {
        let (latentChannels, codeWidth) = (configuration.latentChannels, configuration.codeWidth)
        self.configuration = configuration
        encoder = try VQGANEncoder(weights["encoder"], configuration)
        intoCodebook = try Convolution(weights["quant_conv"], from: latentChannels, to: codeWidth, size: 1)
        codebook = try VQGANCodebook(weights["quantize"], configuration)
        outOfCodebook = try Convolution(weights["post_quant_conv"], from: codeWidth, to: latentChannels, size: 1)
        decoder = try VQGANDecoder(weights["decoder"], configuration)
    }

    /// Opens a VQGAN on its own: a folder with taming's `model.yaml` (or the `project.yaml` of a `VQModel`) and its
    /// state dict as `model.safetensors`.
    package init(folder: URL, precision: Precision = .float32) throws {
        let file = folder.modelFolder.appending(path: "model.yaml")
        let isThere = FileManager.default.fileExists(atPath: file.path)
        let configuration = try VQGANConfiguration(
            modelFile: isThere ? file : folder.modelFolder.appending(path: "project.yaml"))
        let weights = try Weights(reading: folder, precision: precision)
        try self.init(
            weights.scope(holding: [.init("quantize.embedding.weight"), .init("decoder.conv_in.weight")]), configuration
        )
        try weights.finish(ignoring: Self.ignored)
    }

    /// The losses of its training: a discriminator and a perceptual network.
    package static let ignored = ["loss.*"]

    /// What the codebook will be asked for: [batch, h, w, codeWidth].
    package func latents(of images: Tensor) -> Tensor {
        inParts(images, pixels: images.size(1) * images.size(2)) { intoCodebook(encoder($0)) }
    }

    /// Each latent vector's nearest codebook vector, with what training needs.
    package func quantised(_ latents: Tensor) -> VQGANQuantisation {
        let tokens = codebook.nearest(to: latents)
        let chosen = codebook.vectors.embedding(of: tokens).reshaped(latents.shape)
        return VQGANQuantisation(tokens: tokens, latents: latents, chosen: chosen)
    }

    /// Images as tokens: Int32 [batch, h·w], row by row.
    package func tokens(of images: Tensor) -> Tensor { codebook.nearest(to: latents(of: images)) }

    /// Images from codebook vectors [batch, h, w, codeWidth]. Values may leave -1...1 a little.
    package func images(from vectors: Tensor) -> Tensor {
        let perCode = 1 << (2 * (configuration.multipliers.count - 1))
        return inParts(vectors, pixels: vectors.size(1) * vectors.size(2) * perCode) { decoder(outOfCodebook($0)) }
    }

    /// A batch through a network, few images at a time: their maps then need no more memory than those of one image
    /// of 256 × 256, and stay near the processor. Training needs all of them anyway. On a device, which has memory and
    /// wants much to do at once, those of at most 64 such images, and a quarter of what is free.
    private func inParts(_ batch: Tensor, pixels: Int, _ network: (Tensor) -> Tensor) -> Tensor {
        var most = 256 * 256   // pixels
        if let device = decoder.last.weight.device {
            // The largest maps have the channels of the first two levels; some are alive at once.
            let channels = configuration.levels.prefix(2).map(\.channels).max() ?? configuration.baseChannels
            most = min(64 * most, device.memory.free / 4 / (channels * 6 * MemoryLayout<Float>.size))
        }
        let size = max(1, most / max(pixels, 1))
        let isTrained = batch.wantsGradient || decoder.last.weight.wantsGradient
        if isTrained || batch.size(0) <= size { return network(batch) }
        let parts = stride(from: 0, to: batch.size(0), by: size).map { first in
            network(batch.slice(axis: 0, from: first, to: min(first + size, batch.size(0))))
        }
        return concatenated(parts, axis: 0)
    }

    /// Images from tokens [batch, height·width], each below `codeCount`.
    ///
    /// `height` and `width` count tokens; without them the image is square.
    package func images(fromTokens tokens: Tensor, height: Int? = nil, width: Int? = nil) -> Tensor {
        let count = tokens.size(1)
        let rows = height ?? width.map { count / max($0, 1) } ?? Int(Double(count).squareRoot().rounded())
        let columns = width ?? count / max(rows, 1)
        precondition(rows * columns == count, "\(count) tokens do not fill \(rows) rows of \(columns)")
        let vectors = codebook.vectors.embedding(of: tokens)
            .reshaped([tokens.size(0), rows, columns, configuration.codeWidth])
        return images(from: vectors)
    }

    /// The same in the CPU's memory, of square images.
    ///
    /// - Throws: what a device complained of, which gives zeros for pictures then.
    func pictures(fromTokens tokens: Tensor) throws -> Tensor {
        let images = images(fromTokens: tokens)
        let pictures = images.moved(to: nil)
        try images.device?.check()
        return pictures
    }
}
