import Checkpoints

/// What readers of checkpoints did that the person should know: names found below a prefix, heads left alone, the
/// activation that was taken.
public enum ReaderRemarks {
    /// Who hears of them from now on, each sentence once.
    public static func listen(_ listener: @escaping @Sendable (String) -> Void) { Remarks.listen(listener) }
}
