import Foundation
import Images

/// Pictures of a folder against captions: what `synesthesia score` does.
public struct ScoringJob {
    private let judges: Judges

    public init(_ settings: ScoreSettings, shelf: ModelShelf) throws {
        judges = try Judges(settings, shelf: shelf)
    }

    /// What `score` prints, as JSON or as text.
    public struct Report: Encodable, Sendable {
        public let scores: Judges.Verdict
        public let pairs: [SampleRecord]

        /// A line for every pair, then the means.
        public var text: String {
            var lines = pairs.map { String(format: "%8.3f  ", $0.clipScore ?? .nan) + "\($0.file)  \($0.text)" }
            lines.append(String(format: "\nCLIP-Score  %.3f, mean of %d pairs", scores.clipScore, scores.count))
            if let inception = scores.inceptionScore {
                lines.append(
                    String(format: "Inception Score  %.3f, standard deviation %.3f over %d splits", inception.mean, inception.deviation, inception.splits))
            } else {
                lines.append("Inception Score  not computed: fewer pictures than splits; lower --splits")
            }
            if let share = scores.attributeScore { lines.append(String(format: "Attributes  %.1f %% of the statements borne out", 100 * share)) }
            if scores.truncatedCaptions > 0 { lines.append("\(scores.truncatedCaptions) captions were longer than the judge's context and were cut") }
            return lines.joined(separator: "\n") + "\n"
        }
    }

    public func run(_ pictures: PictureFolder, _ captions: [String]) throws -> Report {
        guard pictures.names.count == captions.count else {
            throw Complaint(
                .badData, "\(pictures.folder.path) holds \(pictures.names.count) pictures, but there are \(captions.count) captions; they must be as many")
        }
        let records = zip(pictures.names, captions).enumerated().map { place, pair in
            SampleRecord(number: place, caption: 0, text: pair.1, file: pair.0)
        }
        let judged = try judges.judge(records, image: { try pictures.image(pictures.names[$0]) })
        return Report(scores: judged.verdict, pairs: judged.records)
    }
}
