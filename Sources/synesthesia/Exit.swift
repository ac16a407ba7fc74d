import ArgumentParser
import Experiments
import Foundation

/// How the command ends: one sentence on standard error and a code that scripts can tell apart.
enum Exit: Int32 {
    case done = 0
    case failed = 1
    /// The command line or a settings file is wrong (`EX_USAGE`).
    case usage = 64
    /// A file's content is wrong (`EX_DATAERR`).
    case badData = 65
    /// A file or folder is not there (`EX_NOINPUT`).
    case missingInput = 66
    /// The network is needed, but must not be used (`EX_UNAVAILABLE`).
    case offline = 69
    /// Ctrl-C; the same command goes on where this one stopped.
    case interrupted = 130

    /// The code for each kind of complaint.
    init(_ kind: Complaint.Kind) {
        self =
            switch kind {
            case .settings: .usage
            case .badData: .badData
            case .missing: .missingInput
            case .offline: .offline
            case .failed: .failed
            }
    }

    /// Says what went wrong and leaves. Help and version, which also arrive here, are printed as results.
    static func end(with error: any Error) -> Never {
        if error is Output.Closed { exit(done.rawValue) }   // `| head` has read enough
        if error is Interrupted {
            say("\(error)")
            exit(interrupted.rawValue)
        }
        let parsed = Synesthesia.exitCode(for: error)
        if parsed == .success { printAndExit(Synesthesia.fullMessage(for: error)) }
        if parsed == .validationFailure {
            say("\(oneLine(Synesthesia.message(for: error))) (see 'synesthesia --help')")
            exit(usage.rawValue)
        }
        let complaint = Complaint(error)
        say(oneLine(complaint.description))
        for detail in complaint.details { ProgressLine.standardError("  \(detail)\n") }
        exit(Exit(complaint.kind).rawValue)
    }

    private static func printAndExit(_ text: String) -> Never {
        let isWritten = (try? Output.write(text + "\n")) != nil
        exit(isWritten ? done.rawValue : failed.rawValue)
    }

    /// One sentence on standard error, in the place of a progress line that may stand there.
    static func say(_ sentence: String) {
        let fresh = isatty(STDERR_FILENO) == 1 ? "\r\u{1B}[K" : ""
        ProgressLine.standardError("\(fresh)synesthesia: \(sentence)\n")
    }

    /// Without line breaks and full stop; the parser's list of choices becomes part of the sentence.
    private static func oneLine(_ message: String) -> String {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
            .replacing(#/(:|[^ ])\s+- /#) { $0.1 == ":" ? ": " : "\($0.1), " }
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }
}
