import Foundation
import SynCheckpoints
import SynImages
import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct InceptionV3Tests {
    let expected: ImageFixture

    /// Noise of bytes, as `hashed_images` of the fixture's script makes it: [6, 139, 139, 3].
    let images = Tensor(shape: [6, 139, 139, 3]) { pixels in
        for i in pixels.indices {
            var x = UInt32(i) &* 2_654_435_761
            x = (x ^ (x >> 15)) &* 2_246_822_519
            pixels[i] = Float((x ^ (x >> 13)) >> 24)
        }
    }

    init() throws { expected = try ImageFixture("inception/expected.safetensors") }

    func expectFeatures(_ features: InceptionV3Features, _ prefix: String) throws {
        for (name, tensor) in [
            ("64", features.features64), ("192", features.features192), ("768", features.features768),
            ("2048", features.features2048), ("logits_unbiased", features.logitsWithoutBias),
            ("logits", features.logits),
        ] {
            let reference = try expected[prefix + "." + name]
            #expect(tensor.shape == reference.shape)
            expectClose(tensor, reference, "\(prefix) \(name)")
        }
    }

    /// From bytes to every feature: 45×61 pixels, TensorFlow 1's resize to 299, the network.
    @Test func everyFeatureMatchesTorchFidelity() throws {
        let network = try InceptionV3(folder: ImageFixture.inceptionFolder)
        #expect(network.configuration == InceptionV3Configuration(channelUnit: 1, inputSize: 299, classCount: 29))
        try expectFeatures(
            network.features(of: expected["images"].resizedLikeTensorFlow1(height: 299, width: 299)), "standard")
    }

    @Test func aSmallerInputWorksTheSame() throws {
        try expectFeatures(small(trainable: false).network.features(of: images), "small")
    }

    /// Trainable weights keep batch norm apart from the convolutions; without training the results are the same.
    @Test func unfoldedWeightsGiveTheSameFeatures() throws {
        try expectFeatures(small(trainable: true).network.features(of: images), "small")
    }

    @Test func aTrainingPassMatchesTorch() throws {
        let (network, weights) = try small(trainable: true)
        let statistics = BatchStatistics()
        let logits = network.logits(training: images, noting: statistics)
        expectClose(logits, try expected["training.logits"], "training logits")
        let loss = try logits.crossEntropy(expected["targets"])
        expectClose(loss, try expected["training.loss"], "training loss")
        statistics.settle()

        let named = Dictionary(uniqueKeysWithValues: weights.all.map { ($0.name, $0.tensor) })
        let moved = expected.file.names.filter { $0.hasPrefix("after.") }
        #expect(moved.count == 8)
        for name in moved {
            let running = try #require(named[String(name.dropFirst(6))])
            #expect(!running.wantsGradient)
            expectClose(running, try expected[name], name)
        }
        let wanted = expected.file.names.filter { $0.hasPrefix("gradient.") }
        #expect(wanted.count == 4)
        let parameters = try wanted.map { try #require(named[String($0.dropFirst(9))]) }
        for (name, gradient) in zip(wanted, gradients(of: loss, for: parameters)) {
            expectClose(gradient, try expected[name], name)
        }
    }

    @Test func anImageDoesNotDependOnItsBatch() throws {
        let network = try small(trainable: false).network
        let both = network.features(of: images).features2048
        for row in [0, 5] {
            let alone = network.features(of: images.slice(axis: 0, from: row, to: row + 1)).features2048
            expectClose(alone, both.slice(axis: 0, from: row, to: row + 1), "image \(row) alone", within: 1e-5)
        }
    }

    /// The whole published network: 21.8 million weights without the classifier, named as in the weights file.
    @Test func theStandardNetworkHasThePublishedSizes() throws {
        let weights = Weights(fresh: 1, trainable: false)
        _ = try InceptionV3(weights.scope)
        let learned = weights.all.filter { !$0.name.contains("running_") }.reduce(0) { $0 + $1.tensor.count }
        #expect(learned == 21_785_568 + 2048 * 1008 + 1008)
        #expect(
            weights.all.contains {
                $0.name == "Mixed_6c.branch7x7dbl_4.conv.weight" && $0.tensor.shape == [160, 160, 7, 1]
            })
    }

    @Test func settingsSurviveAndWrongOnesAreNamed() throws {
        let folder = try Fixture.temporaryFolder()
        let settings = InceptionV3Configuration(channelUnit: 4, inputSize: 107, classCount: 24)
        try settings.write(to: folder.appending(path: "config.json"))
        #expect(try InceptionV3Configuration(folder: folder) == settings)
        try Data(#"{"channel_unit": 4, "input_size": 20, "num_labels": 24}"#.utf8)
            .write(to: folder.appending(path: "config.json"))
        let error = #expect(throws: ModelError.self) { try InceptionV3Configuration(folder: folder) }
        #expect(error?.message.contains("input_size is 20") == true)
    }

    private func small(trainable: Bool) throws -> (network: InceptionV3, weights: Weights) {
        let weights = try Weights(reading: ImageFixture.inceptionFolder, trainable: trainable)
        let settings = InceptionV3Configuration(channelUnit: 1, inputSize: 139, classCount: 29)
        let network = try InceptionV3(weights.scope, settings)
        try weights.finish(ignoring: InceptionV3.ignored)
        return (network, weights)
    }
}
