/// Tokens that are found in the text as they stand, before any model sees it: `[SEP]`, `<|endoftext|>`, `<mask>`.
struct AddedToken: Sendable {
    var content: String
    var id: Int32
    /// Looked for in the normalised text (and normalised itself), not in the text as given.
    var isNormalized = false
    /// Takes the white space before it.
    var stripsLeft = false
    /// Takes the white space behind it.
    var stripsRight = false
    /// Matches only where no letter, digit or mark touches it.
    var isWord = false
}

/// The added tokens of a tokenizer, ready to be looked for: the leftmost match first, there the longest.
struct AddedTokens: Sendable {
    enum Piece {
        case text(ArraySlice<Unicode.Scalar>)
        case token(Int32)
    }

    let tokens: [AddedToken]
    private let raw: Patterns
    private let normalized: Patterns

    init(_ tokens: [AddedToken], normalizer: Normalizer?) {
        self.tokens = tokens
        raw = Patterns(tokens.lazy.filter { !$0.isNormalized }.map { (Array($0.content.unicodeScalars), $0) })
        normalized = Patterns(
            tokens.lazy.filter(\.isNormalized).map { token in
                let scalars = Array(token.content.unicodeScalars)
                return (normalizer?(scalars) ?? scalars, token)
            })
    }

    /// Cuts out the tokens looked for in the text as given, normalises what lies between, cuts out the others there.
    /// Gives the pieces to `body` until it returns false.
    func split(_ text: [Unicode.Scalar], normalizer: Normalizer?, _ body: (Piece) -> Bool) {
        _ = raw.split(text[...]) { piece in
            guard case .text(let between) = piece else { return body(piece) }
            return normalized.split((normalizer?(Array(between)) ?? Array(between))[...], body)
        }
    }
}

/// What added tokens look like in a text, sorted, so that the longest one at a place is found by narrowing.
private struct Patterns: Sendable {
    private let patterns: [(scalars: [Unicode.Scalar], token: AddedToken)]
    /// Which of them begin with a scalar.
    private let ranges: [Unicode.Scalar: Range<Int>]

    init(_ patterns: some Sequence<(scalars: [Unicode.Scalar], token: AddedToken)>) {
        // Of equal ones the first counts.
        let sorted = patterns.filter { !$0.scalars.isEmpty }.enumerated().sorted { a, b in
            if a.element.scalars == b.element.scalars { return a.offset < b.offset }
            return a.element.scalars.lexicographicallyPrecedes(b.element.scalars)
        }
        self.patterns = sorted.map(\.element)
        var ranges: [Unicode.Scalar: Range<Int>] = [:]
        for (index, pattern) in self.patterns.enumerated() {
            ranges[pattern.scalars[0], default: index..<index] = (ranges[pattern.scalars[0]]?.lowerBound ?? index)..<index + 1
        }
        self.ranges = ranges
    }

    /// The longest pattern that begins at `start`. O(its length · log(patterns)).
    private func longest(_ text: ArraySlice<Unicode.Scalar>, at start: Int) -> (scalars: [Unicode.Scalar], token: AddedToken)? {
        guard var range = ranges[text[start]] else { return nil }
        var found: Int?
        var depth = 1  // so many scalars of all patterns in the range are those of the text
        while true {
            // The shortest of them stands first.
            if patterns[range.lowerBound].scalars.count == depth {
                found = range.lowerBound
                let shorter = partition(range) { $0.count > depth }
                range = shorter..<range.upperBound
            }
            guard !range.isEmpty, start + depth < text.endIndex else { break }
            let scalar = text[start + depth]
            let lower = partition(range) { $0[depth] >= scalar }
            range = lower..<partition(lower..<range.upperBound) { $0[depth] > scalar }
            guard !range.isEmpty else { break }
            depth += 1
        }
        return found.map { patterns[$0] }
    }

    /// The first place in the range where the condition holds, which then holds to its end.
    private func partition(_ range: Range<Int>, _ holds: ([Unicode.Scalar]) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if holds(patterns[middle].scalars) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Gives tokens and what lies between to `body` until it returns false; returns whether it never did.
    func split(_ text: ArraySlice<Unicode.Scalar>, _ body: (AddedTokens.Piece) -> Bool) -> Bool {
        guard !patterns.isEmpty else { return text.isEmpty || body(.text(text)) }
        var done = text.startIndex  // all before was given away
        var index = text.startIndex
        while index < text.endIndex {
            guard let (scalars, token) = longest(text, at: index) else {
                index += 1
                continue
            }
            var start = index
            var end = index + scalars.count
            index = end
            if token.isWord {
                let touchesLeft = start > text.startIndex && text[start - 1].isWordPart
                let touchesRight = end < text.endIndex && text[end].isWordPart
                if touchesLeft || touchesRight { continue }
            }
            if token.stripsLeft { while start > done, text[start - 1].isSpace { start -= 1 } }
            if token.stripsRight { while end < text.endIndex, text[end].isSpace { end += 1 } }
            if done < start, !body(.text(text[done..<start])) { return false }
            guard body(.token(token.id)) else { return false }
            done = end
        }
        return done == text.endIndex || body(.text(text[done...]))
    }
}
