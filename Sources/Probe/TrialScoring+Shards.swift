import Foundation
import SynFiles
import SynMetrics
import SynRuns
import SynTensors

/// Verdicts that ranks leave for the one that makes a trial's scores of them.
extension TrialScoring {
    /// Judges some of a trial's pictures and keeps the verdicts in the run's `shards`.
    func keepVerdicts(on range: Range<Int>, of trial: Trial, in folder: TrialFolder) throws {
        guard try keptVerdicts(on: range, of: trial, in: folder) == nil else { return }
        let judged = try verdicts(on: range, of: trial, in: folder)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = try encoder.encode(Verdicts(records: judged.records, truncated: judged.truncated))
        let rows = JudgedPart.Kind.allCases.compactMap { kind in judged.rows[kind].map { (kind.rawValue, $0) } }
        try features.shards.write(
            rows, text: String(decoding: text, as: UTF8.self), Self.name(trial, range), try key(trial, range, folder))
    }

    /// Those that were left by somebody, whole and of these pictures.
    func keptVerdicts(on range: Range<Int>, of trial: Trial, in folder: TrialFolder) throws -> JudgedPart? {
        guard
            let kept = features.shards.readWithText(Self.name(trial, range), try key(trial, range, folder)),
            let told = try? JSONDecoder().decode(Verdicts.self, from: Data(kept.text.utf8)),
            told.records.count == range.count
        else { return nil }
        let rows = kept.tensors.reduce(into: [JudgedPart.Kind: Tensor]()) { rows, tensor in
            if let kind = JudgedPart.Kind(rawValue: tensor.key) { rows[kind] = tensor.value }
        }
        return JudgedPart(records: told.records, truncated: told.truncated, rows: rows)
    }

    /// What stands beside the rows.
    private struct Verdicts: Codable {
        let records: [SampleRecord]
        let truncated: Int
    }

    private static func name(_ trial: Trial, _ range: Range<Int>) -> String {
        "verdicts-\(range.lowerBound + 1)-\(range.upperBound)"
    }

    /// Everything that verdicts depend on: the judges, decoder and adapter behind the bits, the pictures themselves.
    private func key(_ trial: Trial, _ range: Range<Int>, _ folder: TrialFolder) throws -> [String] {
        let models = ["scores.clip", "scores.second-clip", "scores.inception", "scores.attributes", "decoder"]
        let adapter =
            trial.hasAdapter
            ? try ContentHash(file: folder.adapterFolder.appending(path: Adapter.fileName)).hexadecimal : "none"
        let pictures = try session.plan.requests[range].flatMap { request in
            [
                "\(request.number) \(request.caption) \(request.copy) \(request.text)",
                try ContentHash(file: folder.imageFolder.appending(path: request.file)).hexadecimal,
            ]
        }
        return [trial.title, session.settings.scores.precision.rawValue, session.precision.rawValue, adapter]
            + models.map { session.inputs.hash(ofModel: $0) } + pictures
    }
}
