import Foundation

/// Why a GPU cannot be used, as a sentence for the person at the terminal: what, where, what to do.
package struct CUDAFailure: Error, LocalizedError, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// The driver, a library or the GPU is not there, or is too old.
        case missing
        /// It is there, and refused: no memory left, kernels that do not compile.
        case failed
    }

    package let kind: Kind
    package let description: String
    package var errorDescription: String? { description }

    package init(_ kind: Kind, _ sentence: String) {
        self.kind = kind
        description = sentence
    }
}
