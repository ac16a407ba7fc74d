import Foundation
import SynCheckpoints
import SynImages
import SynModels
import SynTensors
import TestSupport
import Testing

/// Frozen weights in BFloat16: every layer within 2e-2 of the Float32 reference's scale, and the same greedy choice at
/// no less than 99 of 100 positions.
@Suite struct HalfPrecisionTests {
    static let tolerance = 0.02

    private func expectNear(_ fixture: ModelFixture, _ states: [Tensor], _ prefix: String, padded: Bool = true) throws {
        var worst = Closeness([Float](), [Float]())
        for (layer, state) in states.enumerated() {
            let reference = try fixture.expected.tensor("\(prefix).\(layer)")
            let closeness = Closeness(
                padded ? try fixture.real(state) : state.floats, padded ? try fixture.real(reference) : reference.floats
            )
            #expect(closeness.within(Self.tolerance), "\(prefix).\(layer): \(closeness)")
            if closeness.relativeToScale >= worst.relativeToScale { worst = closeness }
        }
        print("\(fixture.folder.lastPathComponent) \(prefix) in bfloat16: \(worst)")
        #expect(worst.relativeToScale > 1e-6, "this is not BFloat16")
    }

    @Test(arguments: ["bert", "roberta", "bert-mlm", "roberta-mlm", "gpt2", "gpt2-bare", "clip-text", "clip-text-old"])
    func textEncoders(name: String) throws {
        let fixture = try ModelFixture(name)
        let model = try TextEncoderFolder(fixture.folder, precision: .bfloat16).encoder
        try expectNear(fixture, model.hiddenStates(ids: fixture.ids()), "hidden")
    }

    /// The miniature encoders, whose widths are even: alone and in a padded batch of mixed lengths.
    @Test(
        .enabled(if: AttentionMask.packingPays(.bfloat16), "this class of processor has no such kernels"),
        arguments: ["bert-small", "clip-small"])
    func aCaptionsVectorDoesNotDependOnItsBatch(name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Weights/\(name)")
        let model = try TextEncoderFolder(folder, precision: .bfloat16).encoder
        let end = Int32(model.vocabularySize - 1)   // CLIP's end of text, a word like others to BERT
        let captions: [[Int32]] = [3, 17, 9, 30].map { (length: Int32) -> [Int32] in
            (0..<length).map { 5 + $0 * 7 % 60 } + [end]
        }
        let together = try model.captionVectors(ids: captions)
        for (row, caption) in captions.enumerated() {
            let alone = try model.captionVectors(ids: [caption])
            #expect(
                alone.floats == together.slice(axis: 0, from: row, to: row + 1).floats, "\(name), caption \(row + 1)")
        }
    }

    @Test(arguments: ["clip", "openai-vit", "openai-resnet"]) func bothTowersOfCLIP(name: String) throws {
        let fixture = try ModelFixture(name)
        let model = try CLIP(
            folder: fixture.folder, precision: .bfloat16, activation: name.hasPrefix("openai") ? .quickGELU : nil)
        try expectNear(fixture, model.text.hiddenStates(ids: fixture.ids()), "hidden")
        let images = try fixture.expected.tensor("images").channelsLast
        try expectNear(fixture, model.vision.hiddenStates(images), "seen", padded: false)
        for (name, vectors) in [
            ("text_embeds", try model.embed(ids: fixture.ids())), ("image_embeds", model.embed(images: images)),
        ] {
            let closeness = Closeness(vectors.floats, try fixture.floats(name))
            print("\(fixture.folder.lastPathComponent) \(name) in bfloat16: \(closeness)")
            #expect(closeness.within(Self.tolerance))
        }
    }

    /// Over as many positions as the share needs: a hundredth of a few is less than one.
    ///
    /// Where the processor has no bf16 products, oneDNN's stand in and round more often: 950 of 960 on a Zen 3.
    private func expectSameChoices(_ narrow: Tensor, _ exact: Tensor, _ what: String) {
        let share = Processor.hasNativeBFloat16 ? 0.99 : 0.985
        let (ours, theirs) = (narrow.argmax().integers, exact.argmax().integers)
        let same = zip(ours, theirs).count { $0 == $1 }
        print("\(what) in bfloat16: \(same) of \(ours.count) greedy tokens agree")
        #expect(ours.count > 500 && Double(same) >= share * Double(ours.count), "\(what): \(same)")
    }

    /// Rows of tokens drawn evenly.
    private func rows(_ count: Int, length: Int, below vocabulary: Int) -> [[Int32]] {
        (0..<count).map { row in
            var stream = RandomStream(seed: 1, purpose: "rows of tokens", index: row)
            return (0..<length).map { _ in Int32(stream.below(vocabulary)) }
        }
    }

    @Test func greedyTokensOfGPT2() throws {
        let fixture = try ModelFixture("gpt2")
        let exact = try GPT2(folder: fixture.folder)
        let narrow = try GPT2(folder: fixture.folder, precision: .bfloat16)
        let batch = try narrow.batch(fixture.ids())
        let closeness = Closeness(
            try fixture.real(narrow.logits(of: batch)), try fixture.real(fixture.expected.tensor("logits")))
        print("gpt2 logits in bfloat16: \(closeness)")
        #expect(closeness.within(Self.tolerance))
        let many = try narrow.batch(rows(48, length: 21, below: 97))
        expectSameChoices(narrow.logits(of: many), exact.logits(of: many), "gpt2")
    }

    /// Rounding the weights alone changes this random network's pixels by a hundredth; our arithmetic may add the
    /// tolerance to what that does.
    @Test func pixelsAndLatentsOfTheVQGAN() throws {
        let expected = try ImageFixture("decoder/vqgan.safetensors")
        let narrow = try ImageDecoder(folder: ImageFixture.decoderFolder, vqgan: .bfloat16).vqgan
        let stored = try Weights(reading: ImageFixture.decoderFolder)
        _ = try VQGAN(stored.scope["first_stage_model"], narrow.configuration)
        let rounded = Dictionary(
            uniqueKeysWithValues: stored.all.map { name, tensor in
                (name, tensor.shape.count == 4 ? tensor.converted(to: .bfloat16).converted(to: .float32) : tensor)
            })
        let onlyWeights = try VQGAN(Weights(tensors: rounded).scope["first_stage_model"], narrow.configuration)
        func expectNear(_ what: String, _ result: (VQGAN) throws -> Tensor) throws {
            let reference = try expected[what]
            let weights = Closeness(try result(onlyWeights).floats, reference.floats).relativeToScale
            print("\(what), from the weights alone: \(weights)")
            let found = try result(narrow)
            expectClose(found, reference, "\(what) in bfloat16", within: Self.tolerance + weights)
            #expect(Closeness(found.floats, reference.floats).relativeToScale > 1e-6, "this is not BFloat16")
        }
        try expectNear("latents") { $0.latents(of: try expected["images"]) }
        try expectNear("pixels") { $0.images(fromTokens: try expected["tokens"], height: 12, width: 20) }
    }

    /// Both halves in BFloat16 come from one reading of the file, as both in Float32 do.
    @Test func everyMixtureOfPrecisionsOpens() throws {
        for precision in Precision.allCases {
            for vqgan in Precision.allCases {
                let decoder = try ImageDecoder(folder: ImageFixture.decoderFolder, precision: precision, vqgan: vqgan)
                #expect(decoder.configuration.vqgan.codeCount > 0)
            }
        }
    }

    @Test func featuresOfInception() throws {
        let expected = try ImageFixture("inception/expected.safetensors")
        let narrow = try InceptionV3(folder: ImageFixture.inceptionFolder, precision: .bfloat16)
        let features = narrow.features(of: try expected["images"].resizedLikeTensorFlow1(height: 299, width: 299))
        for (name, tensor) in [
            ("64", features.features64), ("192", features.features192), ("768", features.features768),
            ("2048", features.features2048), ("logits", features.logits),
        ] {
            let reference = try expected["standard." + name]
            expectClose(tensor, reference, "inception \(name) in bfloat16", within: Self.tolerance)
        }
    }

    @Test func greedyTokensOfTheImageTransformer() throws {
        let expected = try ImageFixture("decoder/transformer.safetensors")
        let narrow = try ImageDecoder(folder: ImageFixture.decoderFolder, precision: .bfloat16).transformer
        let exact = try ImageDecoder(folder: ImageFixture.decoderFolder).transformer
        let many = rows(24, length: 40, below: 61)
        for count in [0, 1, 3] {
            let prefix = count == 0 ? nil : try expected["prefix\(count)"]
            let logits = narrow.logits(tokens: try expected["tokens"], prefix: prefix)
            let reference = try expected["logits" + (count == 0 ? "" : "\(count)")]
            expectClose(logits, reference, "image transformer in bfloat16, prefix \(count)", within: Self.tolerance)
            let tokens = Tensor(many.flatMap { $0 }, shape: [24, 40])
            let prefixes = prefix?.rows(at: (0..<24).map { $0 % 2 })
            expectSameChoices(
                narrow.logits(tokens: tokens, prefix: prefixes), exact.logits(tokens: tokens, prefix: prefixes),
                "image transformer, prefix \(count),")
        }
        let coordinates = try ModelFixture("coordinates")
        let placed = try ImageDecoder(folder: coordinates.folder, precision: .bfloat16)
        let logits = placed.logits(of: try coordinates.expected.tensor("tokens"))
        expectClose(
            logits, try coordinates.expected.tensor("logits"), "coordinates in bfloat16", within: Self.tolerance)
    }
}
