import SynCheckpoints

/// What readers of checkpoints did that the person should know: names found below a prefix, heads left alone, the
/// activation that was taken.
package enum ReaderRemarks {
    /// Who hears of them from now on, each sentence once.
    package static func listen(_ listener: @escaping @Sendable (String) -> Void) { Remarks.listen(listener) }
}
