import Foundation

/// What is wrong with a tokenizer's files, as a sentence for the person at the terminal.
package struct TokenizerError: Error, Equatable, Sendable, CustomStringConvertible, LocalizedError {
    /// What, where and what to do.
    package let description: String
    package var errorDescription: String? { description }

    /// Whether a file or folder is not there, rather than wrong inside.
    package let isMissing: Bool

    init(_ sentence: String, isMissing: Bool = false) {
        description = sentence
        self.isMissing = isMissing
    }
}
