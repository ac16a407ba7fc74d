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
    let shards: ShardStore
    private let checksums: Checksums
    /// Only the last encoder's are kept: all of them would fill the memory.
    private var last: [ProbeSplit: (key: String, data: AdapterData)] = [:]
    /// What an encoder reads of a split's captions, for the last one of which shards were made.
    private var read: (name: String, ids: [[Int32]])?

    init(_ session: ProbeSession) throws {
        self.session = session
        checksums = try session.folder.checksums(in: session.root.appending(path: "features"))
        cache = FeatureCache(checksums, remark: session.remark)
        shards = ShardStore(session.root)
    }

    /// Takes up what other ranks have made since.
    func refresh() throws { try checksums.refresh() }

    /// Whether a file of features is noted whose name, without hash, is this.
    func isKept(_ name: String) -> Bool { checksums.holds(name) }

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
        let key = tokenKey(split)
        return try cache.tensor("tokens-\(split.rawValue)", "tokens", key: key, isSound: isSound) {
            try tell(0)
            let shards = (samples.count + ProbeWork.tokenShard - 1) / ProbeWork.tokenShard
            let parts = try (0..<shards).map { shard in
                try keptTokens(split, shard) ?? tokens(samples, split, shard: shard, tell: tell)
            }
            return concatenated(parts, axis: 0)
        }
    }

    private func tokenKey(_ split: ProbeSplit) -> [String] {
        ["tokens", split.rawValue, session.inputs.hash(ofModel: "decoder"), session.data.identity]
    }

    /// Tokens of a shard of a split's pictures, in batches of 32.
    private func tokens(
        _ samples: [ProbeSample], _ split: ProbeSplit, shard: Int, tell: (Int) throws -> Void
    ) throws -> Tensor {
        let (decoder, data) = (try session.models().decoder, session.data)
        let preparation = TamingPreprocessing(side: decoder.configuration.vqgan.resolution)
        let start = shard * ProbeWork.tokenShard
        var (parts, done) = ([Tensor](), start)
        for batch in batches(Array(samples[start..<min(start + ProbeWork.tokenShard, samples.count)]), of: 32) {
            // Each made small as it is read.
            let prepared = try parallelMap(batch.count) { try preparation.prepared(data.image(batch[$0])) }
            parts.append(try decoder.soundTokens(of: Tensor(prepared, range: .signed)))   // of [batch, h, w, 3]
            done += batch.count
            try tell(done)
        }
        return concatenated(parts, axis: 0)
    }

    private func keptTokens(_ split: ProbeSplit, _ shard: Int) -> Tensor? {
        shards.read("tokens-\(split.rawValue)-\(shard)", tokenKey(split))?["tokens"]
    }

    /// Makes a shard of a split's tokens, if it is not there, and keeps it for whoever joins them.
    func keepTokens(_ split: ProbeSplit, shard: Int) throws {
        guard keptTokens(split, shard) == nil else { return }
        let (samples, start) = (samples(split), shard * ProbeWork.tokenShard)
        let made = try tokens(samples, split, shard: shard) { done in
            try session.tell(
                "image tokens, \(split.rawValue)", done - start, of: ProbeWork.tokenShard, kind: .tokens)
        }
        try shards.write([("tokens", made)], "tokens-\(split.rawValue)-\(shard)", tokenKey(split))
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
        let key = vectorKey(split, settings)
        return try cache.tensor("\(settings.name)-\(split.rawValue)", "embeddings", key: key, isSound: isSound) {
            try tell(0)
            guard shards.holds("\(settings.name)-\(split.rawValue)-") else {
                return try encoder.vectors(captions, progress: tell)
            }
            var table = VectorTable(rows: captions.count)
            for shard in 0..<(captions.count + ProbeWork.captionShard - 1) / ProbeWork.captionShard {
                let (places, vectors) =
                    try keptVectors(split, settings, shard)
                    ?? vectorShard(captions, split, settings, shard) { _ in }
                table.put(vectors, at: places)
                try tell(min((shard + 1) * ProbeWork.captionShard, captions.count))
            }
            return table.tensor
        }
    }

    func vectorKey(_ split: ProbeSplit, _ settings: EncoderSettings) -> [String] {
        let model =
            session.inputs.hash(ofModel: "encoder \(settings.name)") + " " + settings.pooling.rawValue
            + (settings.activation.map { " " + $0.rawValue } ?? "")
        return ["vectors under all limits", split.rawValue, model, session.data.identity]
    }

    private func keptVectors(
        _ split: ProbeSplit, _ settings: EncoderSettings, _ shard: Int
    ) throws -> (places: [Int], vectors: Tensor)? {
        let found = shards.read("\(settings.name)-\(split.rawValue)-\(shard)", vectorKey(split, settings))
        guard let found, let places = found["places"], let vectors = found["vectors"] else { return nil }
        return (places.integers.map(Int.init), vectors)
    }

    private func vectorShard(
        _ captions: [String], _ split: ProbeSplit, _ settings: EncoderSettings, _ shard: Int,
        tell: (Int) throws -> Void
    ) throws -> (places: [Int], vectors: Tensor) {
        guard case .frozen(let embedder, let pooling) = try session.models().encoder(settings.name) else {
            throw UserError(.settings, "\(settings.name) reads no captions")
        }
        let name = "\(settings.name) \(split.rawValue)"
        let ids = read?.name == name ? read?.ids ?? [] : captions.map { embedder.reader.encoding($0).ids }
        read = (name, ids)
        return try embedder.embed(
            shard: shard, ofBatches: ProbeWork.captionShard / 64, ids: ids, captions: captions, pooling: pooling,
            progress: tell)
    }

    /// Makes a shard of the vectors of a split's captions, if it is not there, and keeps it for whoever joins them.
    func keepVectors(_ name: String, _ split: ProbeSplit, shard: Int) throws {
        let settings = try session.settings.encoder(name)
        guard try keptVectors(split, settings, shard) == nil else { return }
        let captions = samples(split).flatMap(\.captions)
        let (places, vectors) = try vectorShard(captions, split, settings, shard) { done in
            let task = "\(name), caption vectors, \(split.rawValue)"
            try session.tell(task, done, of: ProbeWork.captionShard, kind: .vectors)
        }
        try shards.write(
            [("places", Tensor(places.map(Int32.init), shape: [places.count])), ("vectors", vectors)],
            "\(name)-\(split.rawValue)-\(shard)", vectorKey(split, settings))
    }

    /// Joins the shards of a split's vectors, or makes them.
    func joinVectors(_ name: String, _ split: ProbeSplit) throws {
        _ = try vectors(samples(split), split, try session.settings.encoder(name), session.settings.seeds.first ?? 0)
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

extension Checksums {
    /// Whether a file of features is there as it was noted whose name, without hash, is this.
    func holds(_ name: String) -> Bool {
        fileNames.contains { $0.replacing(FeatureCache.nameEnding, with: "") == name && isIntact($0) }
    }
}
