import SynRuns

/// What is wrong, in one sentence for a person: what, where, and what to do about it. The only error this library
/// throws.
public struct SynesthesiaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whose fault it is.
    public enum Kind: Sendable {
        /// Something impossible or unknown was asked for.
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

    /// Whose fault it is.
    public let kind: Kind
    /// The sentence, and perhaps a line for each of several things.
    public let description: String

    init(_ kind: Kind, _ sentence: String) { (self.kind, description) = (kind, sentence) }

    /// Any error of the rooms below, or of Foundation.
    init(_ error: any Error) {
        if let error = error as? SynesthesiaError { self = error; return }
        let complaint = UserError(error)
        let kind: Kind =
            switch complaint.kind {
            case .settings: .settings
            case .badData: .badData
            case .missing: .missing
            case .offline: .offline
            case .failed: .failed
            }
        self.init(kind, ([complaint.description] + complaint.details).joined(separator: "\n"))
    }
}

/// Runs `body`; whatever it throws leaves as a ``SynesthesiaError``.
func explained<Result>(_ body: () throws -> Result) throws(SynesthesiaError) -> Result {
    do {
        return try body()
    } catch {
        throw SynesthesiaError(error)
    }
}
