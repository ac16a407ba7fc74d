import Foundation

/// What is wrong with a model's settings or with what it was given, as a sentence for the person at the terminal.
public struct ModelError: Error, LocalizedError, CustomStringConvertible, Sendable, Equatable {
    /// Whose fault it is: a file's content, its absence, or what the person asked for.
    public enum Kind: Sendable { case damaged, missing, settings }

    public let message: String
    public let kind: Kind

    public init(_ message: String, _ kind: Kind = .damaged) {
        self.message = message
        self.kind = kind
    }

    public init(_ message: String, isMissing: Bool) { self.init(message, isMissing ? .missing : .damaged) }

    public var isMissing: Bool { kind == .missing }
    public var description: String { message }
    public var errorDescription: String? { message }
}
