import Foundation
import SynFiles
import SynRuns

/// What is looked at before any command begins.
enum CommandLineCheck {
    /// Arguments that no command can mean: names that are not UTF-8, which would be changed on their way, and empty
    /// names, which every file function takes for the folder at hand.
    static func arguments() throws {
        for place in 1..<max(1, Int(CommandLine.argc)) {
            guard let raw = CommandLine.unsafeArgv[place] else { continue }
            let bytes = Array(UnsafeBufferPointer(start: raw, count: strlen(raw))).map(UInt8.init(bitPattern:))
            guard let text = String(validating: bytes, as: UTF8.self) else {
                let shown = bytes.map {
                    (0x20..<0x7f).contains($0)
                        ? String(UnicodeScalar($0)) : "\\x" + String($0, radix: 16, uppercase: true)
                }
                throw UserError(
                    .settings,
                    "the argument \(printable(shown.joined())) is not UTF-8; rename that file or folder, or link to "
                        + "it by another name"
                )
            }
            let previous = place > 1 ? CommandLine.unsafeArgv[place - 1].map { String(cString: $0) } ?? "" : ""
            if text.isEmpty {
                throw UserError(
                    .settings,
                    previous.hasPrefix("--")
                        ? "\(previous) is given nothing; name what is meant"
                        : "an argument is empty; name what is meant")
            }
            if text.hasPrefix("--"), text.hasSuffix("="), !text.dropFirst(2).dropLast().contains("=") {
                throw UserError(.settings, "\(text.dropLast()) is given nothing; name what is meant")
            }
        }
    }

    /// Where the shell allows too little memory, threads cannot be made, and the libraries end or wait for them.
    static func memory() throws {
        for (kind, letter) in [(RLIMIT_AS, "v"), (RLIMIT_DATA, "d")] {
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(kind.rawValue), &limit) == 0, limit.rlim_cur < least else { continue }
            throw UserError(
                .failed,
                "the shell allows this program only \(ByteCount.text(Int(clamping: limit.rlim_cur))) of memory, but "
                    + "even small models need "
                    + "\(ByteCount.text(Int(least))); raise the limit (ulimit -\(letter))")
        }
    }

    private static let least: rlim_t = 1_000_000_000
}
