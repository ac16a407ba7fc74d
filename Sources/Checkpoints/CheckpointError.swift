import Foundation

/// What is wrong with a checkpoint, as a sentence for the person at the terminal: the file, the tensor,
/// what was found and what to do.
public struct CheckpointError: Error, LocalizedError, CustomStringConvertible, Sendable, Equatable {
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
    public var errorDescription: String? { message }
}
