import Foundation

/// What is wrong with a model's settings or with what it was given, as a sentence for the person at the terminal.
public struct ModelError: Error, LocalizedError, CustomStringConvertible, Sendable, Equatable {
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
    public var errorDescription: String? { message }
}
