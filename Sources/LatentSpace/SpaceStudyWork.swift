import Foundation
import SynEmbedding
import SynFiles
import SynReports
import SynRuns
import SynTensors

/// `study space` as a list of pieces that one process or several ranks take: first shards of pairs through the towers,
/// then the parts of ``LatentSpaceStudy``, which need them all.
///
/// Everything finished stands in the folder: vectors in `features`, findings in `parts`, each under a name that ends in
/// a hash of what it was made from. So a stopped study goes on where it stood, on any number of ranks.
package final class SpaceStudyWork {
    /// What is looked at.
    package enum Subject {
        case pairs(LatentSpaceInput)
        /// - portraits: whether they are the drawn world's, of which a model can be asked more.
        case pictures(PairEncoding, portraits: Bool)

        /// Of pairs.
        var count: Int {
            switch self {
            case .pairs(let input): input.pairs.count
            case .pictures(let encoding, _): encoding.count
            }
        }
    }

    private let subject: Subject
    private let scale: Double
    private let seed: UInt64
    private let folder: URL
    private let ranks: Ranks
    /// Of the pairs' vectors; nil where they come from elsewhere.
    private let features: FeatureCache?
    private let shards: [Range<Int>]
    /// In the order of the report.
    private let parts: [SpacePart]
    /// Of all that each shard's vectors, and that the parts' findings, are made from.
    private let shardKeys: [ContentHash]
    private let partKey: ContentHash
    private var opened: LatentSpaceStudy?

    /// - Parameters:
    ///   - folder: of the study; the first rank makes it before others get a piece.
    ///   - remark: told what is made again and why.
    package init(
        _ subject: Subject, scale: Double, seed: UInt64, folder: URL, ranks: Ranks, remark: @escaping (String) -> Void
    ) throws {
        (self.subject, self.scale, self.seed, self.folder, self.ranks) = (subject, scale, seed, folder, ranks)
        var hasFeatures = false
        switch subject {
        case .pairs: (shards, parts) = ([], LatentSpaceStudy.parts(portraits: false))
        case .pictures(let encoding, let portraits):
            (shards, parts, hasFeatures) = (encoding.shards, LatentSpaceStudy.parts(portraits: portraits), true)
        }
        func cache() throws -> FeatureCache? {
            let place = folder.appending(path: "features")
            guard hasFeatures else { return nil }
            return try ranks.isAlone
                ? FeatureCache(folder: place, remark: remark)
                : FeatureCache(folder: place, sharedBy: ranks, remark: remark)
        }
        let own = ranks.isFirst ? try cache() : nil   // which makes the folder; the others wait until it has
        let content = try ranks.everyone.fromFirst([UInt8](Self.contentHash(of: subject).utf8))
        features = try own ?? cache()
        let machine = Machine(version: Release.version, environment: [:], cache: "")
        let words = ["1", machine.version, machine.kernels, String(decoding: content, as: UTF8.self)]
        shardKeys = shards.map { Self.key(words, subject, $0) }
        partKey = Self.key(words + ["\(scale)", "\(seed)"], subject, 0..<subject.count)
    }

    /// Of vectors, or of the model that makes them.
    private static func contentHash(of subject: Subject) throws -> String {
        switch subject {
        case .pictures(let encoding, _):
            let towers = encoding.towers
            return try towers.contentHash
        case .pairs(let input):
            var hash = ContentHash()
            for matrix in [input.pairs.images, input.pairs.texts] { matrix.values.withUnsafeBytes { hash.add($0) } }
            for caption in input.captions ?? [] { hash.add(part: caption) }
            return hash.hexadecimal
        }
    }

    /// - Parameter progress: told which piece this rank is at, and of all pieces how many are done, if it is the first.
    package func run(
        _ interruption: Interruption, progress: (_ piece: String, _ done: Int, _ total: Int) -> Void
    ) throws {
        let costs =
            shards.map { WorkList.Piece("pairs \($0.lowerBound + 1) to \($0.upperBound)", cost: Double($0.count) / 20) }
            + parts.map { .init($0.title, cost: $0.cost(pairs: subject.count), needs: Array(shards.indices)) }
        let shared = SharedWork(WorkList(costs, done: Set(costs.indices.filter(isDone))), ranks, interruption)
        try shared.run { piece in
            func tell() {
                shared.listen()
                if let all = shared.progress { progress(costs[piece].name, all.done, all.total) }
            }
            tell()
            if piece < shards.count {
                _ = try vectors(piece) { _ in
                    tell()
                    try interruption.check()
                }
            } else {
                try AtomicFile.makeFolder(folder.appending(path: "parts"))
                let part = parts[piece - shards.count]
                try RecordFile.write(study().findings(of: part), to: file(of: part))
            }
        }
        progress("report", costs.count, costs.count)
    }

    /// The report of what all have found; afterwards their findings are no longer kept by themselves.
    package func report() throws -> LatentSpaceReport {
        let report = try study().report(of: parts.map { try RecordFile.read(SpaceFindings.self, from: file(of: $0)) })
        try report.write(to: folder)
        try? FileManager.default.removeItem(at: folder.appending(path: "parts"))
        return report
    }

    private func isDone(_ piece: Int) -> Bool {
        guard piece < shards.count else {
            let file = file(of: parts[piece - shards.count])
            return (try? RecordFile.read(SpaceFindings.self, from: file)) != nil
        }
        return features?.kept(shardFile(piece)) != nil
    }

    private static func key(_ words: [String], _ subject: Subject, _ places: Range<Int>) -> ContentHash {
        var hash = ContentHash()
        for word in words { hash.add(part: word) }
        if case .pictures(let encoding, _) = subject {
            for word in encoding.pictures.identity(of: places) { hash.add(part: word) }
        }
        return hash
    }

    private func shardFile(_ shard: Int) -> String { FeatureCache.file("pairs-\(shard)", shardKeys[shard]) }

    private func file(of part: SpacePart) -> URL {
        folder.appending(path: "parts/\(part.rawValue)-\(partKey.hexadecimal.prefix(16)).json")
    }

    private func vectors(_ shard: Int, progress: (Int) throws -> Void) throws -> (images: Tensor, texts: Tensor) {
        guard case .pictures(let encoding, _) = subject, let features else {
            throw UserError(.failed, "\(folder.path): there are no pictures to be read")
        }
        let file = shardFile(shard)
        if let kept = features.kept(file) { return (try kept.tensor("images"), try kept.tensor("texts")) }
        let made = try encoding.vectors(at: shards[shard], progress: progress)
        try features.keep([("images", made.images), ("texts", made.texts)], as: file)
        return made
    }

    private func study() throws -> LatentSpaceStudy {
        if let opened { return opened }
        try features?.refresh()
        let study: LatentSpaceStudy
        switch subject {
        case .pairs(let input): study = try LatentSpaceStudy(input, scale: scale, seed: seed)
        case .pictures(let encoding, let portraits):
            let input = try encoding.input(shards.indices.map { try vectors($0) { _ in } })
            study = try LatentSpaceStudy(input, towers: portraits ? encoding.towers : nil, scale: scale, seed: seed)
        }
        opened = study
        return study
    }
}
