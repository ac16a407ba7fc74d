import Foundation
import SynEmbedding
import SynFiles
import SynImages
import SynModels
import SynRuns
import SynTensors

/// The first stage of the probe: what frozen models make of the data, image tokens and caption vectors, computed once
/// and kept in the run's `features`.
final class ProbeFeatures {
    let session: ProbeSession
    let cache: FeatureCache
    private let checksums: Checksums
    /// Only the last encoder's are kept: all of them would fill the memory.
    private var last: [ProbeSplit: (key: String, data: AdapterData)] = [:]

    init(_ session: ProbeSession) throws {
        self.session = session
        checksums = try session.folder.checksums(in: session.root.appending(path: "features"))
        cache = FeatureCache(checksums, remark: session.remark)
    }

    /// Tokens of a split's pictures and an encoder's vectors of their captions. `seed` matters to the random baseline
    /// only.
    func data(_ split: ProbeSplit, _ encoder: EncoderSettings, seed: Int) throws -> AdapterData {
        let key = encoder.style == .random ? "\(encoder.name) \(seed)" : encoder.name
        if let known = last[split], known.key == key { return known.data }
        last[split] = nil
        return try session.clock.measure("features") {
            let samples = samples(split)
            let data = try AdapterData(
                tokens: try tokens(samples, split), vectors: try vectors(samples, split, encoder, seed),
                captionCounts: samples.map(\.captions.count))
            last[split] = (key, data)
            return data
        }
    }

    private func samples(_ split: ProbeSplit) -> [ProbeSample] { session.data.samples(split) }

    /// What a trial's adapter makes of the plan's captions: [captions, K, width].
    func prefixes(of trial: Trial, in folder: TrialFolder) throws -> Tensor {
        let data = try data(session.data.scoredSplit, try session.settings.encoder(trial.encoder), seed: trial.seed)
        let vectors = data.vectors(session.plan.captions.map { ($0.sample, $0.caption) })   // [captions, d]
        let width = try session.models().decoder.configuration.transformer.width
        return try Adapter(at: folder.adapterFolder, width: width, vectorSize: vectors.size(1))(vectors)
    }

    /// Image tokens of samples: Int32 [samples, h·w].
    func tokens(_ split: ProbeSplit) throws -> Tensor { try tokens(samples(split), split) }

    private func tokens(_ samples: [ProbeSample], _ split: ProbeSplit) throws -> Tensor {
        let decoder = try session.models().decoder
        let configuration = decoder.configuration
        func isSound(_ tokens: Tensor) -> Bool {
            tokens.elementType == .int32 && tokens.shape == [samples.count, configuration.tokensPerImage]
                && tokens.integers.allSatisfy { 0 <= $0 && $0 < configuration.transformer.vocabularySize }
        }
        func tell(_ done: Int) throws {
            try session.tell("image tokens, \(split.rawValue)", done, of: samples.count, kind: .tokens)
        }
        let key = ["tokens", split.rawValue, session.inputs.hash(ofModel: "decoder"), session.data.identity]
        return try cache.tensor("tokens-\(split.rawValue)", "tokens", key: key, isSound: isSound) {
            var parts: [Tensor] = []
            let preparation = TamingPreprocessing(side: configuration.vqgan.resolution)
            try tell(0)
            for (i, batch) in batches(samples, of: 32).enumerated() {
                // Each made small as it is read.
                let prepared = try batch.map { try preparation.prepared(session.data.image($0)) }
                parts.append(try decoder.soundTokens(of: Tensor(prepared, range: .signed)))   // of [batch, h, w, 3]
                try tell(min((i + 1) * 32, samples.count))
            }
            return concatenated(parts, axis: 0)
        }
    }

    /// Vectors of all captions of samples, one sample's after another's: [captions, d].
    private func vectors(
        _ samples: [ProbeSample], _ split: ProbeSplit, _ settings: EncoderSettings, _ seed: Int
    ) throws -> Tensor {
        guard let encoder = try session.models().encoder(settings.name) else {
            throw UserError(.settings, "\(settings.name) reads no captions")
        }
        let captions = samples.flatMap(\.captions)
        guard encoder.embedder != nil else { return try encoder.vectors(captions, seed: UInt64(seed)) }
        func isSound(_ vectors: Tensor) -> Bool {
            vectors.elementType == .float32 && vectors.shape == [captions.count, encoder.vectorSize]
        }
        func tell(_ done: Int) throws {
            let task = "\(settings.name), caption vectors, \(split.rawValue)"
            try session.tell(task, done, of: captions.count, kind: .vectors)
        }
        let model =
            session.inputs.hash(ofModel: "encoder \(settings.name)") + " " + settings.pooling.rawValue
            + (settings.activation.map { " " + $0.rawValue } ?? "")
        let key = ["vectors under all limits", split.rawValue, model, session.data.identity]
        return try cache.tensor("\(settings.name)-\(split.rawValue)", "embeddings", key: key, isSound: isSound) {
            try tell(0)
            return try encoder.vectors(captions, progress: tell)
        }
    }

    // MARK: - Mending

    /// Nothing finished reads its features any more, but a run that grows does: those that are not as they were written
    /// are made again, and what nothing needs goes. A run whose whole folder of features was removed to save room has
    /// none.
    ///
    /// - Parameter others: makes what else uses the same folder.
    func mend(others: () throws -> Void) throws {
        guard checksums.folder.isFolder, try !damaged().isEmpty else { return }
        for encoder in session.settings.encoders where encoder.style != .noCaption {
            for split in session.data.splits {
                _ = try data(split, encoder, seed: session.settings.seeds.first ?? 0)
            }
        }
        if try !damaged().isEmpty { try others() }
        for name in try damaged() {
            guard let word = checksums.word(name, checksums.finding(name)) else { continue }
            session.remark("\(word); nothing needs it any more, so it is removed")
            unlink(checksums.folder.appending(path: name).path)
        }
        let rest = Set(try damaged())
        try checksums.forget { rest.contains($0) }
    }

    private func damaged() throws -> [String] {
        let there = try FileManager.default.contentsOfDirectory(atPath: checksums.folder.path)
            .filter { $0.firstMatch(of: FeatureCache.nameEnding) != nil }
        return Set(checksums.fileNames).union(there).filter { !checksums.isIntact($0) }.sorted()
    }
}
