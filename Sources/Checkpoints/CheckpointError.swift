import Foundation

/// What is wrong with a checkpoint, as a sentence for the person at the terminal: the file, the tensor,
/// what was found and what to do.
public struct CheckpointError: Error, LocalizedError, CustomStringConvertible, Sendable, Equatable {
    public let message: String
    /// Whose fault it is: a file's content, its absence, or the place it should be written to.
    public enum Kind: Sendable { case damaged, missing, unwritable }

    public let kind: Kind

    public init(_ message: String, _ kind: Kind = .damaged) {
        self.message = message
        self.kind = kind
    }

    public var description: String { message }
    public var errorDescription: String? { message }
}
