import Foundation
import SynCheckpoints
import SynFiles
import SynImages
import SynMetrics
import SynModels
import SynPortraits
import SynTensors

/// A miniature Inception v3 learns from drawn portraits, either to name a portrait's class (for the Inception Score
/// and Fréchet distance) or to read its attributes (for the attribute score).
package final class PortraitNetworkTask: TrainingTask {
    package enum Target: Sendable {
        /// One of `PortraitClass.names`, by cross-entropy.
        case classes
        /// Every attribute of `AttributeReader.attributes`, each by its own balanced binary cross-entropy.
        case attributes

        package var labels: [String] {
            self == .classes ? PortraitClass.names : AttributeReader.attributes.map(\.name)
        }
    }

    package let weights: Weights
    private let model: InceptionV3
    private let target: Target
    private let recipe: Recipe
    private let range: PortraitRange
    private let world: PortraitWorld
    private let statistics = BatchStatistics()
    /// How common each attribute is in this world: [labels].
    private let frequencies: [Float]
    /// Portraits are drawn at this size and then resized as every picture is before Inception.
    private let drawnSize = 64

    package init(
        channelUnit: Int, inputSize: Int, target: Target, _ recipe: Recipe, range: PortraitRange,
        world: PortraitWorld = PortraitWorld()
    ) throws {
        let configuration = InceptionV3Configuration(
            channelUnit: channelUnit, inputSize: inputSize, classCount: target.labels.count)
        weights = Weights(fresh: recipe.seed)
        model = try InceptionV3(weights.scope, configuration)
        self.target = target
        self.recipe = recipe
        self.range = range
        self.world = world
        let sample = AttributeReader.truth((0..<2000).map { world.portrait(at: range.first - 1 - $0) })
        let width = AttributeReader.attributes.count
        frequencies = (0..<width).map { label in
            let yes = stride(from: label, to: sample.count, by: width).reduce(Float(0)) { $0 + sample[$1] }
            return min(max(yes / 2000, 0.02), 0.98)
        }
    }

    package func loss(step: Int) throws -> (loss: Tensor, notes: [Measure]) {
        let batch = PortraitBatch(world, range.indices(step: step, batch: recipe.batch), size: drawnSize)
        let images = Tensor(degraded(batch, step), shape: [recipe.batch, drawnSize, drawnSize, 3])
        let logits = model.logits(training: resized(images), noting: statistics)
        return (loss(logits, batch.portraits), [Measure("accuracy", accuracy(logits, batch.portraits))])
    }

    /// Half of the pictures are softened a little, so that a slightly blurred reconstruction is no stranger.
    private func degraded(_ batch: PortraitBatch, _ step: Int) -> [Float] {
        var stream = RandomStream(seed: recipe.seed, purpose: "softening", index: step)
        return batch.images.flatMap { image -> [Float] in
            guard stream.uniform() < 0.5 else { return image.pixels.map(Float.init) }
            let small = 24 + stream.below(33)
            return image.resized(width: small, height: small, filter: .bilinear)
                .resized(width: drawnSize, height: drawnSize, filter: .bicubic).pixels.map(Float.init)
        }
    }

    private func resized(_ images: Tensor) -> Tensor {
        images.resizedLikeTensorFlow1(height: model.configuration.inputSize, width: model.configuration.inputSize)
    }

    private func loss(_ logits: Tensor, _ portraits: [Portrait]) -> Tensor {
        switch target {
        case .classes: Classification.loss(logits, classes(portraits))
        case .attributes:
            Classification.balancedLoss(logits, truth: AttributeReader.truth(portraits), frequencies: frequencies)
        }
    }

    private func accuracy(_ logits: Tensor, _ portraits: [Portrait]) -> Double {
        switch target {
        case .classes: Classification.accuracy(logits, classes(portraits))
        case .attributes: Classification.accuracy(logits, truth: AttributeReader.truth(portraits))
        }
    }

    private func classes(_ portraits: [Portrait]) -> Tensor {
        Tensor(portraits.map { Int32(PortraitClass.index(of: $0.attributes)) }, shape: [portraits.count])
    }

    package func finishStep(_ step: Int) throws { statistics.settle(momentum: 0.05) }

    package func save(to folder: URL) throws {
        try AtomicFile.makeFolder(folder)
        try model.configuration.write(to: folder.appending(path: "config.json"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted]
        try AtomicFile.write(try encoder.encode(target.labels), to: folder.appending(path: "labels.json"))
        try writeSafetensors(
            weights.all.map { ($0.name, $0.tensor.detached) }, floats: .float16,
            to: folder.appending(path: "model.safetensors"))
    }

    /// Accuracy with the running statistics, as the saved network will compute.
    package func evaluate() throws -> [Measure] {
        let frozen = try InceptionV3(
            Weights(tensors: Dictionary(uniqueKeysWithValues: weights.all.map { ($0.name, $0.tensor.detached) })).scope,
            model.configuration)
        var total = 0.0
        // Per label: portraits without and with the attribute, and how many of each were read right.
        var (seen, right) = (
            [[Double]](repeating: [0, 0], count: target.labels.count),
            [[Double]](repeating: [0, 0], count: target.labels.count)
        )
        let (steps, batchSize) = (10, 100)
        for step in 0..<steps {
            let batch = PortraitBatch(
                world, PortraitRange.heldOut.indices(step: step, batch: batchSize), size: drawnSize)
            let logits = frozen.features(of: resized(try Tensor(batch.images, range: .byte))).logits
            total += accuracy(logits, batch.portraits)
            guard target == .attributes else { continue }
            let truth = AttributeReader.truth(batch.portraits)
            for (i, logit) in logits.floats.enumerated() {
                let (label, answer) = (i % right.count, truth[i] > 0.5 ? 1 : 0)
                seen[label][answer] += 1
                if (logit > 0) == (answer == 1) { right[label][answer] += 1 }
            }
        }
        var measures = [Measure("accuracy on held-out portraits", total / Double(steps))]
        if target == .attributes {
            let shares = zip(right, seen).map { right, seen in zip(right, seen).map { $0 / max($1, 1) } }
            measures.append(
                Measure(
                    "mean of hits among those with and without an attribute",
                    shares.reduce(0) { $0 + ($1[0] + $1[1]) / 2 } / Double(shares.count)))
            measures += zip(target.labels, shares).flatMap {
                [Measure("found, \($0)", $1[1]), Measure("rightly missed, \($0)", $1[0])]
            }
        }
        return measures
    }
}
