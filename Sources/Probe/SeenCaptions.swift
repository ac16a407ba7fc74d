import SynPortraits

/// What a probe's training reads: captions word for word, and the sets of statements that they make. A caption of which
/// training has either may be drawn well by an adapter that learnt it by heart.
package struct SeenCaptions {
    private let texts: Set<String>
    private let statements: Set<[String]>

    /// How many of some captions training has.
    package struct Count: Sendable, Equatable {
        package let captions: Int
        /// Word for word.
        package let words: Int
        /// Not word for word, but as the same set of statements.
        package let statements: Int
        /// Of how many portraits no caption is left.
        package let portraits: Int
    }

    init(_ training: [ProbeSample]) {
        texts = Set(training.lazy.flatMap(\.captions))
        statements = Set(texts.map(Self.statements))
    }

    /// What a caption states, in a fixed order; of captions that state nothing we know, the caption itself.
    private static func statements(_ caption: String) -> [String] {
        let read = CaptionMentions.read(caption).map { "\($0.rawValue) \($1)" }.sorted()
        return read.isEmpty ? [caption] : read
    }

    /// The numbers of each portrait's captions that may be drawn: all, unless `training` is given, whose are left out.
    static func drawable(of scored: [ProbeSample], _ training: [ProbeSample]?) -> ([[Int]], Count?) {
        guard let training else { return (scored.map { Array($0.captions.indices) }, nil) }
        let seen = SeenCaptions(training)
        var (words, same) = (0, 0)
        let left = scored.map { sample in
            sample.captions.indices.filter { number in
                let caption = sample.captions[number]
                if seen.texts.contains(caption) {
                    words += 1
                    return false
                }
                guard seen.statements.contains(statements(caption)) else { return true }
                same += 1
                return false
            }
        }
        let count = Count(
            captions: scored.reduce(0) { $0 + $1.captions.count }, words: words, statements: same,
            portraits: left.count(where: \.isEmpty))
        return (left, count)
    }
}
