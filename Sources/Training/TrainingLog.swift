import Foundation
import SynFiles

/// What a line of a training log belongs to.
package protocol LoggedStep: Codable {
    /// Steps taken when the line was written.
    var step: Int { get }
}

/// `training.jsonl`, cut back to the step at which a resumed training stands, so that no step is told twice.
package struct TrainingLog<Line: LoggedStep>: ~Copyable {
    private let appender: JSONLines.Appender

    package init(_ url: URL, keepingUpTo step: Int) throws {
        let lines = try JSONLines.read(Line.self, from: url)
        let kept = lines.filter { $0.step <= step }
        if kept.count < lines.count { try JSONLines.write(kept, to: url) }
        appender = try JSONLines.Appender(url)
    }

    package func append(_ line: Line) throws { try appender.append(line) }
}
