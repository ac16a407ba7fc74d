import ArgumentParser
import Foundation
import SynFiles
import SynRuns

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
    /// Told by SIGTERM or SIGUSR1 to make room, as before a time limit: everything is saved, and the same command goes
    /// on (`EX_TEMPFAIL`). Batch scripts requeue at this code.
    case stopped = 75
    /// Ctrl-C; the same command goes on where this one stopped.
    case interrupted = 130

    /// The code for each kind of complaint.
    init(_ kind: UserError.Kind) {
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
    static func end(with error: any Error) -> Never { exit(code(saying: error)) }

    /// Says what went wrong and returns the code to leave with.
    static func code(saying error: any Error) -> Int32 {
        if error is Output.Closed { return done.rawValue }   // `| head` has read enough
        if error is Interrupted {
            say("\(error)")
            return (SignalWatch.isTold ? stopped : interrupted).rawValue
        }
        let parsed = Synesthesia.exitCode(for: error)
        if parsed == .success { printAndExit(Synesthesia.fullMessage(for: error)) }
        if parsed == .validationFailure {
            say("\(oneLine(Synesthesia.message(for: error))) (see 'synesthesia --help')")
            return usage.rawValue
        }
        let complaint = UserError(error)
        // What the system calls a file may be no UTF-8; it then came here with this mark, and is not found by it.
        let isMangled = complaint.description.unicodeScalars.contains("\u{FFFD}")
        say(
            oneLine(complaint.description)
                + (isMangled ? "; \u{FFFD} stands for bytes that are not UTF-8: rename that file" : ""))
        for detail in complaint.details.prefix(100) { ProgressLine.standardError("  \(printableSentence(detail))\n") }
        if complaint.details.count > 100 { ProgressLine.standardError("  and \(complaint.details.count - 100) more\n") }
        return Exit(complaint.kind).rawValue
    }

    private static func printAndExit(_ text: String) -> Never {
        do {
            try Output.write(exactly: text + "\n")
        } catch {
            if !(error is Output.Closed) {
                say(UserError(error).description)
                exit(failed.rawValue)
            }
        }
        exit(done.rawValue)
    }

    /// One sentence on standard error, in the place of a progress line that may stand there. Names within it come from
    /// files and networks: here they become visible, and short.
    static func say(_ sentence: String) {
        let fresh = isatty(STDERR_FILENO) == 1 ? "\r\u{1B}[K" : ""
        ProgressLine.standardError("\(fresh)synesthesia: \(printableSentence(sentence))\n")
    }

    /// Without line breaks and full stop; the parser's list of choices becomes part of the sentence.
    private static func oneLine(_ message: String) -> String {
        // No sentence of ours is as long as this; what is longer holds a name from outside.
        let cut =
            message.utf8.count > 100_000
            ? "\(message.unicodeScalars.prefix(50_000)) \(message.unicodeScalars.suffix(50_000))" : message
        let line = cut.split(whereSeparator: \.isNewline).joined(separator: " ")
            .replacing(#/(:|[^ ])\s+- /#) { $0.1 == ":" ? ": " : "\($0.1), " }
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }
}
