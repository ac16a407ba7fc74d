import Foundation
import SynCheckpoints
import SynTensors

/// Inception v3 as the published Inception Score and Fréchet distance use it: the TensorFlow graph of 2015-12-05,
/// tensors named as in torch-fidelity's `weights-inception-2015-12-05`.
///
/// Images come in as [batch, size, size, 3] with values in 0...255, already resized to `inputSize` (by
/// TensorFlow 1's bilinear rule where published numbers are to be met); (x − 128)/128 happens here.
package struct InceptionV3: Sendable {
    package let configuration: InceptionV3Configuration
    let stem: InceptionV3Branch   // up to the first pool
    let second: InceptionV3Branch   // between the first pool and the second
    let middle: [InceptionV3Block]   // 5b to 6e
    let top: [InceptionV3Block]   // 7a to 7c
    let classWeight: Tensor   // [classes, features]
    let classBias: Tensor

    package init(_ weights: WeightScope, _ configuration: InceptionV3Configuration = .standard) throws {
        let make = InceptionV3Source(scope: weights, unit: configuration.channelUnit)
        self.configuration = configuration
        stem = try InceptionV3Branch(
            make("Conv2d_1a_3x3", 3, 32, 3, stride: 2), make("Conv2d_2a_3x3", 32, 32, 3, valid: true),
            make("Conv2d_2b_3x3", 32, 64, 3))
        second = try InceptionV3Branch(make("Conv2d_3b_1x1", 64, 80), make("Conv2d_4a_3x3", 80, 192, 3, valid: true))
        middle = try [
            .a(make["Mixed_5b"], from: 192, pooledTo: 32),
            .a(make["Mixed_5c"], from: 256, pooledTo: 64),
            .a(make["Mixed_5d"], from: 288, pooledTo: 64),
            .b(make["Mixed_6a"], from: 288),
            .c(make["Mixed_6b"], from: 768, inner: 128),
            .c(make["Mixed_6c"], from: 768, inner: 160),
            .c(make["Mixed_6d"], from: 768, inner: 160),
            .c(make["Mixed_6e"], from: 768, inner: 192),
        ]
        top = try [
            .d(make["Mixed_7a"], from: 768),
            .e(make["Mixed_7b"], from: 1280, .averageOfNeighbours),
            .e(make["Mixed_7c"], from: 2048, .largestOfNeighbours),
        ]
        let (classes, features) = (configuration.classCount, configuration.featureCount)
        classWeight = try weights["fc"].tensor("weight", [classes, features], initially: .torchDefault)
        classBias = try weights["fc"].tensor(
            "bias", [classes], initially: .uniform(bound: 1 / Float(features).squareRoot()))
    }

    /// Opens a folder with `model.safetensors`, and with `config.json` unless the network is the standard one.
    ///
    /// In BFloat16 its maps are rounded too, the features and logits not; published scores are of Float32.
    package init(folder: URL, precision: Precision = .float32) throws {
        let isStandard = !ConfigurationFile.exists(in: folder)
        let weights = try Weights(reading: folder, precision: precision)
        try self.init(
            weights.scope(holding: [.init("Conv2d_1a_3x3.conv.weight"), .init("fc.weight")]),
            isStandard ? .standard : InceptionV3Configuration(folder: folder))
        try weights.finish(ignoring: Self.ignored)
    }

    /// PyTorch counts the batches that made running statistics; nothing is computed from it.
    package static let ignored = ["*.num_batches_tracked"]

    /// Everything the scores ask for.
    package func features(of images: Tensor) -> InceptionV3Features { features(of: images, noting: nil) }

    /// Logits with bias in training: each batch norm uses this batch's statistics and notes them, to be settled
    /// after the pass. Only for a network with trainable weights.
    package func logits(training images: Tensor, noting statistics: BatchStatistics) -> Tensor {
        features(of: images, noting: statistics).logits
    }

    private func features(of images: Tensor, noting statistics: BatchStatistics?) -> InceptionV3Features {
        precondition(
            Array(images.shape.dropFirst()) == [configuration.inputSize, configuration.inputSize, 3],
            "images \(images.shape) are not of size \(configuration.inputSize)")
        let early = stem((images - 128) / 128, statistics)   // [batch, 147, 147, 64]
            .maxPooled(size: 3, stride: 2)   // [batch, 73, 73, 64]
        let later = second(early, statistics).maxPooled(size: 3, stride: 2)   // [batch, 35, 35, 192]
        let deep = middle.reduce(later) { $1($0, statistics) }   // [batch, 17, 17, 768]
        let final = top.reduce(deep) { $1($0, statistics) }.averagedOverPixels   // [batch, 2048]
        let unbiased = final.linear(classWeight, nil)   // [batch, classes]
        return InceptionV3Features(
            features64: early.averagedOverPixels, features192: later.averagedOverPixels,
            features768: deep.averagedOverPixels, features2048: final, logitsWithoutBias: unbiased,
            logits: unbiased + classBias)
    }
}

/// What Inception v3 says of a batch of images, named as torch-fidelity names it.
///
/// The numbers in the names are the channels of the standard network; a smaller one has fewer.
package struct InceptionV3Features: Sendable {
    /// Averages over all pixels after the first and second pool, before the last reduction, and at the end.
    package let features64: Tensor
    package let features192: Tensor
    package let features768: Tensor
    /// What the Fréchet distance is computed from: [batch, 2048].
    package let features2048: Tensor
    /// What the Inception Score is computed from: [batch, classes].
    package let logitsWithoutBias: Tensor
    package let logits: Tensor
}

extension Tensor {
    /// [batch, height, width, channels] → [batch, channels].
    var averagedOverPixels: Tensor {
        converted(to: .float32).reshaped([size(0), size(1) * size(2), size(3)]).mean(axis: 1)
    }
}
