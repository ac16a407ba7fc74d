import Foundation
import SynFiles
import SynReports
import SynRuns
import SynStatistics

/// The comparison of groups of scores: of a table, of what `score --json` printed, or of run folders.
package enum GroupsComparison {
    /// Reads every path and runs every test on all of it together.
    ///
    /// A path is a CSV or TSV file (`-` is standard input), a run's `scores.csv`, `report.json` or a `scores.json` in
    /// it, a file with the output of `score --json`, whose pairs are then one group, or the folder of a run, finished
    /// or not.
    ///
    /// - Parameters:
    ///   - score: the column, or key, that holds the scores; nil for `score` or the CLIP-Score.
    ///   - seed: of permutations and bootstrap samples drawn at random.
    ///   - margin: of tests of equivalence; nil makes none.
    package static func record(
        ofGroupsIn paths: [String], score: String? = nil, seed: UInt64, margin: Double? = nil,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> SignificanceRecord {
        let source = paths.map(InputFile.name).joined(separator: ", ")
        var settings = SignificanceStudy.Settings(seed: seed)
        settings.margin = margin
        let parts = try paths.map { try part($0, score) }
        if parts.count == 1, case .summaries(let rows) = parts[0] {
            return try SignificanceStudy(rows, source: source, settings: settings).record(progress: progress)
        }
        var all: [Observation] = []
        var origins: [Key: String] = [:]
        for (path, part) in zip(paths, parts) {
            guard case .scores(let scores) = part else {
                throw UserError(
                    .badData, "\(path) holds summaries, which can only be compared among themselves; name it alone")
            }
            for one in scores {
                if let encoder = one.encoder, let seed = one.seed {
                    let key = Key(group: one.group, encoder: encoder, seed: seed)
                    if let earlier = origins.updateValue(path, forKey: key), earlier != path {
                        throw UserError(
                            .badData,
                            "\(path): group \(one.group), encoder \(encoder), seed \(seed) already has a score in "
                                + "\(earlier); "
                                + "name each run once")
                    }
                }
                all.append(one)
            }
        }
        if let first = all.first, all.allSatisfy({ $0.group == first.group }) {
            throw UserError(
                .badData, "\(source): all scores belong to group \(first.group); a comparison needs at least two groups"
            )
        }
        return try SignificanceStudy(all, source: source, settings: settings).record(progress: progress)
    }

    private struct Key: Hashable {
        let group: String
        let encoder: String
        let seed: Int
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return path != "-" && FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func part(_ path: String, _ score: String?) throws -> GroupsFile {
        if isFolder(path) { return .scores(try ofRun(URL(filePath: path), score)) }
        let bytes = try InputFile.bytes(
            path, purpose: "a CSV file with columns group,score or group,mean,sd,n, or a run's folder")
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else {
            return try GroupsFile(bytes, file: InputFile.name(path), score: score, isPart: true)
        }
        return .scores(try ofRecord(Data(bytes), path, score))
    }

    // MARK: What this tool writes

    /// `report.json`, one adapter's `scores.json`, or the output of `score --json`.
    private static func ofRecord(_ bytes: Data, _ path: String, _ score: String?) throws -> [Observation] {
        let keys = (try? JSONSerialization.jsonObject(with: bytes) as? [String: Any]).map { Set($0.keys) } ?? []
        if keys.contains("schema_version"), keys.contains("scores") {
            return try observations(
                of: RecordFile.decode(ProbeReport.self, from: bytes, name: path).scores, score, in: path)
        }
        if keys.contains("pairs") {
            let pairs = try RecordFile.decode(Pairs.self, from: bytes, name: path).pairs
            let group = URL(filePath: path).deletingPathExtension().lastPathComponent
            return try pairs.enumerated().map { place, pair in
                guard let score = pair.clip_score, score.isFinite else {
                    throw UserError(.badData, "\(path): pair \(place + 1) has no CLIP-Score")
                }
                return Observation(group: group, score: score)
            }
        }
        guard keys.contains("scores") else {
            throw UserError(
                .badData, "\(path) is JSON, but neither a run's report.json or scores.json nor what score --json prints"
            )
        }
        // RUN/ENCODER/seed-S/scores.json
        let folder = URL(filePath: path).standardizedFileURL.deletingLastPathComponent()
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
        let found = try ofRun(root, score, only: folder)
        guard !found.isEmpty else {
            throw UserError(
                .badData,
                "\(path) does not stand in a run's folder, so its encoder and style are not known; name the run's "
                    + "folder"
            )
        }
        return found
    }

    private struct Pairs: Decodable {
        struct Pair: Decodable { let clip_score: Double? }
        let pairs: [Pair]
    }

    /// Of a finished run its report's scores, else those of every encoder and seed that is done.
    ///
    /// - Parameter only: one adapter's folder.
    private static func ofRun(_ root: URL, _ score: String?, only: URL? = nil) throws -> [Observation] {
        let report = root.appending(path: "report.json").relativePath
        if only == nil, FileManager.default.fileExists(atPath: report) {
            let bytes = Data(try InputFile.bytes(report, purpose: "a run's report"))
            return try observations(
                of: RecordFile.decode(ProbeReport.self, from: bytes, name: report).scores, score, in: report)
        }
        let file = root.appending(path: "settings.yaml").relativePath
        guard FileManager.default.fileExists(atPath: file) else {
            guard only == nil else { return [] }
            throw UserError(
                .missing, "\(root.relativePath) is no run's folder: it has neither report.json nor settings.yaml")
        }
        let settings = try ProbeSettings(file: file)
        var scores: [ScoreRecord] = []
        for encoder in settings.encoders {
            for seed in settings.seeds {
                let folder = try TrialFolder(reading: root, Trial(encoder.name, seed: seed, settings))
                if let only, folder.adapterFolder.standardizedFileURL.path != only.path { continue }
                guard let found = try folder.scores() else { continue }
                scores.append(
                    ScoreRecord(
                        encoder: encoder.name, style: EncoderStyle(rawValue: encoder.style.rawValue) ?? .random,
                        seed: UInt64(seed), clipScore: found.measured.clipScore, n: found.measured.count,
                        fid: found.measured.fid, attributeScore: found.measured.attributeScore))
            }
        }
        guard only != nil || !scores.isEmpty else {
            throw UserError(
                .missing,
                "\(root.relativePath) holds a run of which no encoder is scored yet; go on with synesthesia probe")
        }
        return try observations(of: scores, score, in: root.relativePath)
    }

    private static func observations(
        of scores: [ScoreRecord], _ score: String?, in path: String
    ) throws -> [Observation] {
        let known: [(name: String, value: (ScoreRecord) -> Double?)] = [
            ("clip_score", { $0.clipScore }), ("attribute_score", { $0.attributeScore }), ("fid", { $0.fid }),
            ("inception_score", { $0.inceptionScore?.mean }), ("validation_loss_best", { $0.validationLoss?.best }),
        ]
        let name = score?.lowercased() ?? "clip_score"
        guard let value = known.first(where: { $0.name == name })?.value else {
            throw UserError(
                .settings, "a run has no score \(name); it has \(known.map(\.name).joined(separator: ", "))")
        }
        return try scores.map { record in
            guard let number = value(record), number.isFinite else {
                throw UserError(.badData, "\(path): \(record.encoder), seed \(record.seed), has no \(name)")
            }
            return Observation(
                group: record.style.rawValue, encoder: record.encoder, seed: Int(clamping: record.seed), score: number)
        }
    }
}
