import Foundation
import SynCheckpoints
import SynEmbedding
import SynModels
import SynProbe
import SynRuns
import SynTensors
import SynTraining
import TestSupport
import Testing

/// The probe's promises about stopping, batches and guidance, with the committed miniature decoder.
@Suite(.serialized, .oneThreadCount) struct ProbeTests {
    static let weights = Fixture.package.appending(path: "Weights")
    static let hasWeights = FileManager.default.fileExists(
        atPath: weights.appending(path: "decoder/model.safetensors").path)

    private func decoder() throws -> ImageDecoder { try ImageDecoder(folder: Self.weights.appending(path: "decoder")) }

    /// Random tokens and vectors: what is learned does not matter here.
    private func data(_ decoder: ImageDecoder, count: Int, seed: UInt64) throws -> AdapterData {
        var stream = RandomStream(seed: seed, purpose: "test data")
        let width = decoder.configuration.tokensPerImage
        let codes = decoder.configuration.transformer.vocabularySize
        let tokens = (0..<count * width).map { _ in Int32(stream.below(codes)) }
        return try AdapterData(
            tokens: Tensor(tokens, shape: [count, width]), vectors: Tensor.normal([count * 2, 12], &stream),
            captionCounts: Array(repeating: 2, count: count))
    }

    private func train(_ decoder: ImageDecoder, in folder: URL, stopAt: Int? = nil, microBatch: Int? = nil) throws {
        var settings = AdapterSettings()
        (settings.batch, settings.steps, settings.learningRate) = (8, 14, 1e-2)
        settings.microBatch = microBatch
        let session = try AdapterTraining(
            decoder, settings, seed: 5, training: data(decoder, count: 24, seed: 1),
            validation: data(decoder, count: 6, seed: 2), folder: folder, metadata: ["encoder": "none"])
        while !session.isFinished {
            _ = try session.advance()
            if session.step == stopAt { return try session.saveState() }
        }
        try session.saveAdapters()
    }

    @Test(.enabled(if: hasWeights, "Weights/decoder is absent"))
    func trainingThatWasStoppedEndsWithTheSameAdapter() throws {
        let decoder = try decoder()
        let (whole, parts) = (try Fixture.temporaryFolder(), try Fixture.temporaryFolder())
        try train(decoder, in: whole)
        try train(decoder, in: parts, stopAt: 5)   // in the middle of an epoch of 3 steps
        try train(decoder, in: parts, stopAt: 9)   // at the end of one
        try train(decoder, in: parts)
        for name in ["adapter.safetensors", "adapter-last.safetensors"] {
            #expect(try Data(contentsOf: whole.appending(path: name)) == Data(contentsOf: parts.appending(path: name)))
        }
    }

    /// A batch in parts, the last one smaller, makes the same adapter but for rounding.
    @Test(.enabled(if: hasWeights, "Weights/decoder is absent"), arguments: [3, 8, 100])
    func partsOfABatchMakeTheSameStep(_ part: Int) throws {
        let decoder = try decoder()
        let (whole, parts) = (try Fixture.temporaryFolder(), try Fixture.temporaryFolder())
        try train(decoder, in: whole)
        try train(decoder, in: parts, microBatch: part)
        func weights(_ folder: URL) throws -> [Float] {
            try SafetensorsFile(folder.appending(path: "adapter-last.safetensors")).tensor("text2image.0.weight").floats
        }
        let closeness = Closeness(try weights(parts), try weights(whole))
        print("adapter after 14 steps in parts of \(part): \(closeness)")
        #expect(closeness.within(part == 3 ? 1e-5 : 0))
    }

    /// The tokens of every caption, whatever stands beside it in the batch.
    @Test(.enabled(if: hasWeights, "Weights/decoder is absent"))
    func batchesDoNotChangeTokens() throws {
        let decoder = try decoder()
        var stream = RandomStream(seed: 3, purpose: "prefixes")
        let count = 32
        let prefixes = Tensor.normal([count, 2, decoder.configuration.transformer.width], deviation: 0.5, &stream)
        for guidance in [Float(1), 3] {
            let sampler = TokenGenerator(CachedDecoder(decoder), try TokenSampler(topK: 250), guidance: guidance)
            func tokens(_ batch: Int) throws -> [Int32] {
                try stride(from: 0, to: count, by: batch).flatMap { first -> [Int32] in
                    let places = Array(first..<min(first + batch, count))
                    return try sampler.tokens(
                        prefixes: prefixes.rows(at: places),
                        streams: places.map { FaceGenerator.stream(seed: 9, number: $0, caption: 0) }
                    ).integers
                }
            }
            let (one, seven, all) = (try tokens(1), try tokens(7), try tokens(32))
            let different = zip(one, all).count { $0 != $1 } + zip(one, seven).count { $0 != $1 }
            print("guidance \(guidance): \(different) of \(2 * one.count) draws differ between batches")
            #expect(one == all)
            #expect(one == seven)
        }
    }

    @Test(.enabled(if: hasWeights, "Weights/decoder is absent"))
    func withoutGuidanceThePrefixDoesNotMatter() throws {
        let decoder = try decoder()
        var stream = RandomStream(seed: 4, purpose: "prefixes")
        let prefixes = Tensor.normal([3, 1, decoder.configuration.transformer.width], &stream)
        let streams = (0..<3).map { FaceGenerator.stream(seed: 1, number: $0, caption: 0) }
        let greedy = try TokenSampler(greedy: true)
        let free = try TokenGenerator(CachedDecoder(decoder), greedy).tokens(prefixes: nil, streams: streams).integers
        let none = try TokenGenerator(CachedDecoder(decoder), greedy, guidance: 0).tokens(
            prefixes: prefixes, streams: streams
        ).integers
        let steered = try TokenGenerator(CachedDecoder(decoder), greedy).tokens(prefixes: prefixes, streams: streams)
            .integers
        #expect(none == free)
        #expect(steered != free)
    }

    /// A whole small probe, interrupted again and again, ends with the files of one that ran through.
    @Test(.enabled(if: hasWeights, "Weights/decoder is absent"))
    func probeThatWasStoppedEndsTheSame() throws {
        func settings(_ output: URL) throws -> ProbeSettings {
            let path = Self.weights.path
            return try ProbeSettings(
                yaml: """
                    name: small
                    seeds: [1]
                    decoder: \(path)/decoder
                    encoders:
                      - {name: bert, path: \(path)/bert-mini, style: bert}
                      - {name: random, style: random, size: 16}
                    data: {train: 48, validation: 12}
                    adapter:
                      steps: 8
                      batch: 16
                      learning-rate: 0.01
                      initial: silent
                      silent-steps: 5
                      learning-rates: [0.001, 0.02]
                      rate-steps: 3
                    sampling: {captions: 9, batch: 4}
                    scores: {clip: \(path)/clip-judge, inception: \(path)/inception-mini, attributes: \(path)/attribute-reader, splits: 3}
                    ablation: {encoders: [bert], prefix-tokens: [1, 2], guidance: [1, 3]}
                    output: \(output.path)
                    """, source: "test")
        }
        let locator = ModelLocator(environment: [:])
        let (whole, parts) = (try Fixture.temporaryFolder(), try Fixture.temporaryFolder())
        _ = try ProbeRun(try settings(whole), locator: locator, interruption: Interruption()) { _ in }.run()

        var stops = 0
        for patience in [3, 7, 12, 20, 31, 1000] {
            let interruption = Interruption()
            var calls = 0
            do {
                _ = try ProbeRun(try settings(parts), locator: locator, interruption: interruption) { _ in
                    calls += 1
                    if calls == patience { interruption.request() }
                }.run()
            } catch is Interrupted {
                stops += 1
            }
        }
        #expect(stops >= 3)
        for file in try comparable(whole) {
            let (a, b) = (
                try Data(contentsOf: whole.appending(path: file)), try Data(contentsOf: parts.appending(path: file))
            )
            #expect(a == b, "\(file) differs")
        }
        #expect(try comparable(whole) == comparable(parts))
    }

    /// Everything but times: adapters, pictures and scores of single pictures.
    private func comparable(_ folder: URL) throws -> [String] {
        let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return all.filter {
            $0.hasSuffix(".png") || $0.contains("adapter") && $0.hasSuffix(".safetensors") || $0.contains("samples")
        }.sorted()
    }

    /// A silent prefix disturbs the decoder less than the start token once more; it is trained once, not for each seed,
    /// and leaves no folder of its own.
    @Test(.enabled(if: hasWeights, "Weights/decoder is absent"))
    func silentPrefixCostsLess() throws {
        func validation(_ initial: String) throws -> (losses: [Double], files: [String]) {
            let (folder, path) = (try Fixture.temporaryFolder(), Self.weights.path)
            let settings = try ProbeSettings(
                yaml: """
                    seeds: [1, 2]
                    decoder: \(path)/decoder
                    encoders: [{name: random, style: random, size: 16}]
                    data: {train: 64, validation: 16}
                    adapter: {steps: 1, batch: 8, learning-rate: 0.01, initial: \(initial), silent-steps: 40}
                    scores: {clip: \(path)/clip-judge, inception: \(path)/inception-mini}
                    output: \(folder.path)
                    """, source: "test")
            let run = try ProbeRun(
                settings, locator: ModelLocator(environment: [:]), interruption: Interruption()
            ) { _ in }
            let losses = try run.trainAdapters().map { adapter in
                let log = try String(
                    contentsOf: URL(filePath: adapter).appending(path: "training.jsonl"), encoding: .utf8)
                let lines = try log.split(separator: "\n").map {
                    try JSONDecoder().decode(TrainingLine.self, from: Data($0.utf8))
                }
                return try #require(lines.compactMap(\.validation).last)
            }
            let features = folder.appending(path: "features")
            return (losses, try FileManager.default.contentsOfDirectory(atPath: features.path))
        }
        let (start, silent) = (try validation("start"), try validation("silent"))
        print(
            "validation losses after one step from the start token \(start.losses), from a silent prefix \(silent.losses)"
        )
        #expect(silent.losses.max() ?? .infinity < start.losses.min() ?? 0)
        #expect(silent.files.filter { $0.hasPrefix("silent-prefix-1-") && $0.hasSuffix(".safetensors") }.count == 1)
        #expect(!silent.files.contains("silent-prefix-1"))
    }

    /// Steps in units of the decoder's sensitivity and from whitened vectors: the adapter that is saved has both folded
    /// in, so that by itself it has the loss that the training saw.
    @Test(.enabled(if: hasWeights, "Weights/decoder is absent"))
    func preconditionedTrainingSavesAPlainAdapter() throws {
        let (decoder, folder) = (try decoder(), try Fixture.temporaryFolder())
        let (training, validation) = (
            try data(decoder, count: 24, seed: 1), try data(decoder, count: 6, seed: 2)
        )
        var stream = RandomStream(seed: 7, purpose: "gradients")
        let width = decoder.configuration.transformer.width
        let gradients = Tensor.normal([40, width], &stream)
        let silent = decoder.startPrefix(1)
        let units = PrefixUnits(origin: silent, matrix: try #require(try PrefixUnits.matrix(of: gradients)))
        var settings = AdapterSettings()
        (settings.batch, settings.steps, settings.learningRate, settings.dropout) = (8, 6, 1e-2, 0)
        (settings.initial, settings.precondition, settings.vectorLength) = (.silent, true, 2)
        let session = try AdapterTraining(
            decoder, settings, seed: 5, training: training, validation: validation, start: .steps(units),
            folder: folder, metadata: [:])
        while !session.isFinished { try session.advance() }
        try session.saveAdapters()
        let adapter = try Adapter(at: folder.appending(path: "adapter-last.safetensors"), width: width)
        let prefixes = adapter(validation.vectors((0..<6).map { ($0, $0 % 2) }))
        let loss = NextToken.loss(decoder.logits(of: validation.tokens, prefix: prefixes), validation.tokens).item
        let seen = try #require(session.lastValidation)
        let moved = adapter(training.vectors([(0, 0)])).floats
        print("validation loss of the saved adapter \(loss), in training \(seen)")
        #expect(abs(loss - seen) < 1e-5 * seen)
        #expect(moved != silent.floats, "else nothing was trained")
    }

    @Test(.enabled(if: hasWeights, "Weights/decoder is absent"))
    func otherSettingsInTheSameFolderAreRefused() throws {
        let folder = try Fixture.temporaryFolder()
        let (path, locator) = (Self.weights.path, ModelLocator(environment: [:]))
        func run(steps: Int, more: String = "") throws {
            let settings = try ProbeSettings(
                yaml: """
                    decoder: \(path)/decoder
                    encoders: [{name: random, style: random, size: 16}]
                    data: {train: 8, validation: 2}
                    adapter: {steps: \(steps), batch: 4}
                    scores: {clip: \(path)/clip-judge, inception: \(path)/inception-mini}
                    output: \(folder.path)
                    \(more)
                    """, source: "test")
            _ = try ProbeRun(settings, locator: locator, interruption: Interruption()) { _ in }.trainAdapters()
        }
        try run(steps: 1)
        try run(steps: 1)
        try run(steps: 1, more: "threads: 1")   // the number of threads is no part of the experiment
        try run(steps: 1)
        #expect { try run(steps: 2) } throws: { error in
            "\(error)".contains("steps: 1") && "\(error)".contains("steps: 2")
        }
    }
}
