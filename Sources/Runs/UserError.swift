/// What is wrong, in one sentence for the person at the terminal: what, where, and what to do about it.
///
/// The kind says whose fault it is and so decides the command's exit code; the library never exits by itself.
package struct UserError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, CaseIterable, Sendable {
        /// A command line or a settings file asks for something impossible or unknown.
        case settings
        /// A file is there, but its content is not what it should be.
        case badData
        /// A file or folder that should be read is not there.
        case missing
        /// The network would be needed, but must not be used.
        case offline
        /// Everything else: the disk is full, a folder cannot be written.
        case failed
    }

    package let kind: Kind
    package let description: String
    /// Where there is a list to it: one line for each entry.
    package let details: [String]

    package init(_ kind: Kind, _ sentence: String, details: [String] = []) {
        self.kind = kind
        description = sentence
        self.details = details
    }
}
