import Foundation

/// What is wrong with a model's settings or with what it was given, as a sentence for the person at the terminal.
package struct ModelError: Error, LocalizedError, CustomStringConvertible, Sendable, Equatable {
    /// Whose fault it is: a file's content, its absence, or what the person asked for.
    package enum Kind: Sendable { case damaged, missing, settings }

    package let message: String
    package let kind: Kind

    package init(_ message: String, _ kind: Kind = .damaged) {
        self.message = message
        self.kind = kind
    }

    package init(_ message: String, isMissing: Bool) { self.init(message, isMissing ? .missing : .damaged) }

    package var isMissing: Bool { kind == .missing }
    package var description: String { message }
    package var errorDescription: String? { message }
}
