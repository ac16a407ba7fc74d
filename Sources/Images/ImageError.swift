/// What went wrong with an image, as a sentence for the person at the terminal.
package struct ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// There is no such file, or it may not be read.
        case missing
        /// The contents are not what they should be: no image, a cut file, an absurd size.
        case damaged
        /// The result cannot be written.
        case unwritable
    }

    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
