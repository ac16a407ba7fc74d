import Foundation

/// What is wrong with a checkpoint, as a sentence for the person at the terminal: the file, the tensor,
/// what was found and what to do.
public struct CheckpointError: Error, LocalizedError, CustomStringConvertible, Sendable, Equatable {
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
