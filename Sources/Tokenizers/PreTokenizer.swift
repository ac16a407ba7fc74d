/// How a text is cut into the words that the model then spells.
indirect enum PreTokenizer: Sendable {
    /// At white space, which is dropped; each punctuation mark alone.
    case bert
    /// GPT-2: contractions, runs of letters, digits or other marks with one blank before, white space; then every byte
    /// becomes one printable scalar.
    case byteLevel(addsBlank: Bool, splits: Bool)
    /// CLIP: contractions, runs of letters, single digits, runs of other marks; white space is dropped.
    case clip(keepsSpecials: Bool)
    /// CLIP's as OpenAI wrote it, down to bytes: "'ſ" is a contraction too.
    case openAI
    /// SentencePiece: blanks become marks, and each mark begins a word.
    case marks(Unicode.Scalar, addsMark: Bool, splits: Bool)
    case sequence([PreTokenizer])

    /// CLIP's, down to bytes.
    static let clipBytes = PreTokenizer.sequence([
        .clip(keepsSpecials: true), .byteLevel(addsBlank: false, splits: true),
    ])

    typealias Words = [ArraySlice<Unicode.Scalar>]

    func callAsFunction(_ text: ArraySlice<Unicode.Scalar>) -> Words {
        var words: Words = []
        forEachWord(of: text) { word in
            words.append(word)
            return true
        }
        return words
    }

    /// Gives the words to `body`, one after another, until it returns false; returns whether it never did.
    @discardableResult
    func forEachWord(
        of text: ArraySlice<Unicode.Scalar>, _ body: (ArraySlice<Unicode.Scalar>) -> Bool
    ) -> Bool {
        switch self {
        case .bert: return Self.splitBert(text, body)
        case .byteLevel(let addsBlank, let splits):
            let needsBlank = addsBlank && text.first.map { $0 != " " } ?? false
            let text = needsBlank ? ([" "] + text)[...] : text
            guard splits else { return text.isEmpty || body(ByteAlphabet.spell(text)[...]) }
            return Self.split(text, Self.gpt2Match) { body(ByteAlphabet.spell($0)[...]) }
        case .clip(let keepsSpecials):
            return Self.split(text, { Self.clipMatch($0, $1, keepsSpecials: keepsSpecials) }, body)
        case .openAI:
            return Self.split(text, Self.openAIMatch) { body(ByteAlphabet.spell($0)[...]) }
        case .marks(let mark, let addsMark, let splits): return Self.mark(text, mark, addsMark, splits, body)
        case .sequence(let steps): return Self.run(steps[...], text, body)
        }
    }

    private static func run(
        _ steps: ArraySlice<PreTokenizer>, _ text: ArraySlice<Unicode.Scalar>,
        _ body: (ArraySlice<Unicode.Scalar>) -> Bool
    ) -> Bool {
        guard let step = steps.first else { return body(text) }
        return step.forEachWord(of: text) { run(steps.dropFirst(), $0, body) }
    }

    /// The steps of all sequences, and how many times longer they can make a text.
    var work: Work {
        switch self {
        case .bert, .clip: Work(steps: 1, growth: 1)
        case .byteLevel, .openAI: Work(steps: 1, growth: 4)
        case .marks: Work(steps: 1, growth: 2)   // a mark before one scalar
        case .sequence(let steps): steps.reduce(Work()) { $0.followed(by: $1.work) }
        }
    }

    // MARK: BERT

    private static func splitBert(
        _ text: ArraySlice<Unicode.Scalar>, _ body: (ArraySlice<Unicode.Scalar>) -> Bool
    ) -> Bool {
        var start = text.startIndex
        for index in text.indices {
            let scalar = text[index]
            let isMark = scalar.isBertPunctuation
            guard isMark || scalar.isSpace else { continue }
            if start < index, !body(text[start..<index]) { return false }
            if isMark, !body(text[index...index]) { return false }
            start = index + 1
        }
        return start == text.endIndex || body(text[start...])
    }

    // MARK: SentencePiece

    private static func mark(
        _ text: ArraySlice<Unicode.Scalar>, _ mark: Unicode.Scalar, _ addsMark: Bool, _ splits: Bool,
        _ body: (ArraySlice<Unicode.Scalar>) -> Bool
    ) -> Bool {
        var marked = text.map { $0 == " " ? mark : $0 }
        guard let first = marked.first else { return true }
        if addsMark, first != mark { marked.insert(mark, at: 0) }
        guard splits else { return body(marked[...]) }
        var start = 0
        for index in marked.indices.dropFirst() where marked[index] == mark {
            guard body(marked[start..<index]) else { return false }
            start = index
        }
        return body(marked[start...])
    }

    // MARK: Expressions, by hand

    /// Walks over the text; `match` gives the end of the match that begins at an index, or nil if none does.
    private static func split(
        _ text: ArraySlice<Unicode.Scalar>, _ match: (ArraySlice<Unicode.Scalar>, Int) -> Int?,
        _ body: (ArraySlice<Unicode.Scalar>) -> Bool
    ) -> Bool {
        var index = text.startIndex
        while index < text.endIndex {
            guard let end = match(text, index) else {
                index += 1
                continue
            }
            guard body(text[index..<end]) else { return false }
            index = end
        }
        return true
    }

    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    private static func gpt2Match(_ text: ArraySlice<Unicode.Scalar>, _ start: Int) -> Int? {
        if let end = contraction(text, start) { return end }
        let run = text[start] == " " && start + 1 < text.endIndex ? start + 1 : start
        let kind = text[run].kind
        if kind != .space { return end(of: kind, text, run) }
        // White space: all but the last if something follows, so that a word keeps its blank.
        let end = end(of: .space, text, start)
        return end == text.endIndex || end == start + 1 ? end : end - 1
    }

    /// `<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`
    private static func clipMatch(
        _ text: ArraySlice<Unicode.Scalar>, _ start: Int, keepsSpecials: Bool
    ) -> Int? {
        if keepsSpecials, text[start] == "<" {
            for special in ["<|startoftext|>", "<|endoftext|>"]
            where text[start...].starts(with: special.unicodeScalars) {
                return start + special.unicodeScalars.count
            }
        }
        if let end = contraction(text, start) { return end }
        switch text[start].kind {
        case .space: return nil
        case .number: return start + 1
        case let kind: return end(of: kind, text, start)
        }
    }

    /// The same, blind to case: in small letters that leaves the long s.
    private static func openAIMatch(_ text: ArraySlice<Unicode.Scalar>, _ start: Int) -> Int? {
        if text[start] == "'", start + 1 < text.endIndex, text[start + 1] == "ſ" { return start + 2 }
        return clipMatch(text, start, keepsSpecials: true)
    }

    /// `'s|'t|'re|'ve|'m|'ll|'d`
    private static func contraction(_ text: ArraySlice<Unicode.Scalar>, _ start: Int) -> Int? {
        guard text[start] == "'", start + 1 < text.endIndex else { return nil }
        switch text[start + 1] {
        case "s", "t", "m", "d": return start + 2
        case "r", "v": return start + 2 < text.endIndex && text[start + 2] == "e" ? start + 3 : nil
        case "l": return start + 2 < text.endIndex && text[start + 2] == "l" ? start + 3 : nil
        default: return nil
        }
    }

    private static func end(of kind: Unicode.Scalar.Kind, _ text: ArraySlice<Unicode.Scalar>, _ start: Int) -> Int {
        var end = start + 1
        while end < text.endIndex, text[end].kind == kind { end += 1 }
        return end
    }
}
