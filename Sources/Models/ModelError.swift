import Foundation

/// What is wrong with a model's settings or with what it was given, as a sentence for the person at the terminal.
public struct ModelError: Error, LocalizedError, CustomStringConvertible, Sendable, Equatable {
    public let message: String
    /// Whether a file or folder is not there, rather than wrong inside.
    public let isMissing: Bool

    public init(_ message: String, isMissing: Bool = false) {
        self.message = message
        self.isMissing = isMissing
    }

    public var description: String { message }
    public var errorDescription: String? { message }
}
