import Foundation

/// What is wrong with a checkpoint, as a sentence for the person at the terminal: the file, the tensor,
/// what was found and what to do.
package struct CheckpointError: Error, LocalizedError, CustomStringConvertible, Sendable, Equatable {
    package let message: String
    /// Whose fault it is: a file's content, its absence, or the place it should be written to.
    package enum Kind: Sendable { case damaged, missing, unwritable }

    package let kind: Kind

    package init(_ message: String, _ kind: Kind = .damaged) {
        self.message = message
        self.kind = kind
    }

    package var description: String { message }
    package var errorDescription: String? { message }
}
