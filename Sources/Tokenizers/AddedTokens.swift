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

    private struct Pattern {
        let scalars: [Unicode.Scalar]
        let token: AddedToken
    }

    let tokens: [AddedToken]
    private let raw: [Pattern]
    private let normalized: [Pattern]

    init(_ tokens: [AddedToken], normalizer: Normalizer?) {
        self.tokens = tokens
        func patterns(_ isNormalized: Bool) -> [Pattern] {
            tokens.filter { $0.isNormalized == isNormalized }.map { token in
                let scalars = Array(token.content.unicodeScalars)
                return Pattern(scalars: isNormalized ? normalizer?(scalars) ?? scalars : scalars, token: token)
            }
            .filter { !$0.scalars.isEmpty }.sorted { $0.scalars.count > $1.scalars.count }
        }
        raw = patterns(false)
        normalized = patterns(true)
    }

    /// Cuts out the tokens looked for in the text as given, normalises what lies between, cuts out the others there.
    func split(_ text: [Unicode.Scalar], normalizer: Normalizer?) -> [Piece] {
        Self.split(text[...], raw).flatMap { piece -> [Piece] in
            guard case .text(let between) = piece else { return [piece] }
            return Self.split((normalizer?(Array(between)) ?? Array(between))[...], normalized)
        }
    }

    private static func split(_ text: ArraySlice<Unicode.Scalar>, _ patterns: [Pattern]) -> [Piece] {
        guard !patterns.isEmpty else { return text.isEmpty ? [] : [.text(text)] }
        let firsts = Set(patterns.lazy.map { $0.scalars[0] })
        var pieces: [Piece] = []
        var done = text.startIndex  // all before is in `pieces`
        var index = text.startIndex
        while index < text.endIndex {
            guard firsts.contains(text[index]),
                let pattern = patterns.first(where: { text[index...].starts(with: $0.scalars) })
            else {
                index += 1
                continue
            }
            var start = index
            var end = index + pattern.scalars.count
            index = end
            if pattern.token.isWord {
                let touchesLeft = start > text.startIndex && text[start - 1].isWordPart
                let touchesRight = end < text.endIndex && text[end].isWordPart
                if touchesLeft || touchesRight { continue }
            }
            if pattern.token.stripsLeft { while start > done, text[start - 1].isSpace { start -= 1 } }
            if pattern.token.stripsRight { while end < text.endIndex, text[end].isSpace { end += 1 } }
            if done < start { pieces.append(.text(text[done..<start])) }
            pieces.append(.token(pattern.token.id))
            done = end
        }
        if done < text.endIndex { pieces.append(.text(text[done...])) }
        return pieces
    }
}
