import SynTensors

/// Captions with their words in another order (Yuksekgonul et al. 2023, section 3): what a reader who minds order
/// would notice.
package enum WordShuffle: String, CaseIterable, Sendable {
    case words = "all words"
    case threes = "groups of three words"
    case within = "words within groups of three"

    /// Another order than the given one wherever there is one.
    package func shuffled(_ caption: String, seed: UInt64, index: Int) -> String {
        let words = caption.split(separator: " ").map(String.init)
        let groups = stride(from: 0, to: words.count, by: 3).map { Array(words[$0..<min($0 + 3, words.count)]) }
        var stream = RandomStream(seed: seed, purpose: "order of words", index: index)
        for _ in 0..<16 {
            let made =
                switch self {
                case .words: words.shuffled(using: &stream)
                case .threes: groups.shuffled(using: &stream).flatMap(\.self)
                case .within: groups.flatMap { $0.shuffled(using: &stream) }
                }
            if made != words { return made.joined(separator: " ") }
        }
        return caption
    }
}
