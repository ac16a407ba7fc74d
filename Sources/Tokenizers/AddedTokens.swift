/// Tokens that are found in the text as they stand, before any model sees it: `[SEP]`, `<|endoftext|>`, `<mask>`.
struct AddedToken: Sendable {
    var content: String
    var id: Int32 = -1   // not known yet
    /// Whether it is a mark of the model rather than a word: `split_special_tokens` leaves those in the text.
    var isSpecial = false
    /// Takes the white space before it.
    var stripsLeft = false
    /// Takes the white space behind it.
    var stripsRight = false
    /// Matches only where no letter, digit or mark touches it.
    var isWord = false
    private var normalized: Bool?
    /// Whether a file said more of it than its content.
    private(set) var hasFlags = false

    /// Looked for in the normalised text (and normalised itself), not in the text as given.
    var isNormalized: Bool { normalized ?? !isSpecial }

    init(content: String) { self.content = content }

    init(special content: String) {
        self.content = content
        isSpecial = true
    }

    /// From an object with `content` and flags.
    init?(_ value: JSONValue) {
        guard let content = value["content"]?.string else { return nil }
        self.content = content
        hasFlags = true
        isSpecial = value["special"]?.bool ?? false
        normalized = value["normalized"]?.bool
        stripsLeft = value["lstrip"]?.bool ?? false
        stripsRight = value["rstrip"]?.bool ?? false
        isWord = value["single_word"]?.bool ?? false
    }

    /// Byte for byte: Swift's `==` takes "é" and "e" + U+0301 for the same.
    func isSpelled(like other: String) -> Bool { content.utf8.elementsEqual(other.utf8) }

    /// Bytes of a token that is read; longer ones would make the search for tokens slow.
    static let longest = 10_000
}

/// Added tokens as they get their ids: the vocabulary's, or else the next one. What a file states is not asked; the
/// original does not either, and the rows of an embedding follow the order.
struct AddedVocabulary {
    private let vocabulary: Vocabulary
    private(set) var tokens: [AddedToken] = []
    private var places: [[UInt8]: Int] = [:]
    private var next: Int

    init(_ vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
        next = vocabulary.count
    }

    /// Adds a token, or gives one that is there new flags.
    mutating func add(_ token: AddedToken) throws {
        let key = Array(token.content.utf8)
        if key.isEmpty { return }
        guard key.count <= AddedToken.longest else {
            throw TokenizerError("An added token has \(key.count) bytes; at most \(AddedToken.longest) are read.")
        }
        var token = token
        if let place = places[key] {
            token.id = tokens[place].id
            tokens[place] = token
            return
        }
        guard next < Vocabulary.largestID else { throw TokenizerError("There are too many added tokens.") }
        token.id = vocabulary.id(of: key[...]) ?? Int32(next)
        next = max(next, Int(token.id) + 1)
        places[key] = tokens.count
        tokens.append(token)
    }

    func has(_ token: AddedToken) -> Bool { places[Array(token.content.utf8)] != nil }

    func id(of token: AddedToken) -> Int32? {
        let key = Array(token.content.utf8)
        return places[key].map { tokens[$0].id } ?? vocabulary.id(of: key[...])
    }
}

/// The added tokens of a tokenizer, ready to be looked for: the leftmost match first, there the longest.
struct AddedTokens: Sendable {
    enum Piece {
        case text(ArraySlice<Unicode.Scalar>)
        case token(Int32)
    }

    private let splitsSpecials: Bool
    private let raw: Patterns
    private let normalized: Patterns

    /// - Parameter splitsSpecials: whether special tokens are left in the text.
    init(_ tokens: [AddedToken], normalizer: Normalizer?, splitsSpecials: Bool) {
        self.splitsSpecials = splitsSpecials
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
        _ = raw.split(text[...], splitsSpecials) { piece in
            guard case .text(let between) = piece else { return body(piece) }
            return normalized.split((normalizer?(Array(between)) ?? Array(between))[...], splitsSpecials, body)
        }
    }
}

/// What added tokens look like in a text, sorted, so that the longest one at a place is found by narrowing.
private struct Patterns: Sendable {
    private let patterns: [(scalars: [Unicode.Scalar], token: AddedToken)]
    /// Which of them begin with a scalar, and whether any begins with one of ASCII.
    private let ranges: [Unicode.Scalar: Range<Int>]
    private let beginsInASCII: [Bool]

    init(_ patterns: some Sequence<(scalars: [Unicode.Scalar], token: AddedToken)>) {
        // Of equal ones the first counts; in the original chance decides.
        let sorted = patterns.filter { !$0.scalars.isEmpty }.enumerated().sorted { a, b in
            if a.element.scalars == b.element.scalars { return a.offset < b.offset }
            return a.element.scalars.lexicographicallyPrecedes(b.element.scalars)
        }
        self.patterns = sorted.map(\.element)
        var ranges: [Unicode.Scalar: Range<Int>] = [:]
        for (index, pattern) in self.patterns.enumerated() {
            let first = pattern.scalars[0]
            ranges[first] = (ranges[first]?.lowerBound ?? index)..<index + 1
        }
        self.ranges = ranges
        beginsInASCII = (0..<128).map { ranges[Unicode.Scalar($0)] != nil }
    }

    /// The longest pattern that begins at `start`. O(its length · log(patterns)).
    private func longest(
        _ text: ArraySlice<Unicode.Scalar>, at start: Int
    ) -> (scalars: [Unicode.Scalar], token: AddedToken)? {
        guard var range = ranges[text[start]] else { return nil }
        var found: Int?
        var depth = 1   // so many scalars of all patterns in the range are those of the text
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
    func split(
        _ text: ArraySlice<Unicode.Scalar>, _ splitsSpecials: Bool, _ body: (AddedTokens.Piece) -> Bool
    ) -> Bool {
        guard !patterns.isEmpty else { return text.isEmpty || body(.text(text)) }
        var done = text.startIndex   // all before was given away
        var index = text.startIndex
        while index < text.endIndex {
            let value = text[index].value
            guard value >= 128 || beginsInASCII[Int(value)], let (scalars, token) = longest(text, at: index) else {
                index += 1
                continue
            }
            var start = index
            var end = index + scalars.count
            index = end
            if splitsSpecials, token.isSpecial { continue }
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
