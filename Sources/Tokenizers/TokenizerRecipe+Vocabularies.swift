import Foundation

/// Files of pieces and merges that are no `tokenizer.json`.
extension TokenizerRecipe {
    /// A piece a line, as BERT's `vocab.txt`.
    static func pieces(_ url: URL) throws -> Vocabulary {
        var vocabulary = Vocabulary(expecting: 1 << 15)
        try FileBytes.eachLine(of: FileBytes.read(url)) { number, line in
            guard number <= Vocabulary.largestID else { throw TokenizerError("\(url.path) has too many lines.") }
            vocabulary.add(line.withoutTrailingSpace, id: Int32(number - 1))
        }
        return vocabulary
    }

    /// What OpenAI's own code ships with its CLIP: merges only, after one line of heading; of their many the first
    /// 48,894 count. The vocabulary follows from them: bytes, bytes that end a word, merged pieces, start and end.
    /// Beside it texts are cleaned first, see ``TextRepair``, which the files of Hugging Face do not ask for.
    static let openAIFile = "bpe_simple_vocab_16e6.txt"

    static func openAI(_ url: URL) throws -> Self {
        let ending = Array("</w>".utf8)
        let bytes = ByteAlphabet.numbered.map { Array(String($0).utf8) }
        var pieces: [[UInt8]] = bytes + bytes.map { $0 + ending }
        var merges: [(left: ArraySlice<UInt8>, right: ArraySlice<UInt8>)] = []
        try FileBytes.eachLine(of: FileBytes.read(url)) { number, line in
            guard number > 1, number <= 1 + 49152 - 256 - 2, !line.isEmpty else { return }
            let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw TokenizerError("\(url.path), line \(number): two pieces with one blank between were expected.")
            }
            merges.append((parts[0], parts[1]))
            pieces.append(Array(parts[0] + parts[1]))
        }
        let marks = ["<|startoftext|>", "<|endoftext|>"]
        pieces += marks.map { Array($0.utf8) }
        var vocabulary = Vocabulary(expecting: pieces.count)
        for (id, piece) in pieces.enumerated() { vocabulary.add(piece[...], id: Int32(id)) }
        var pairs = BytePairs(vocabulary: vocabulary)
        pairs.ending = ending
        for (number, merge) in merges.enumerated() where !pairs.learn(merge.left, merge.right) {
            throw TokenizerError("\(url.path): merge \(number + 1) joins a piece that no other line makes.")
        }
        pairs.unknown = Int32(pieces.count - 1)
        for (place, mark) in marks.enumerated() {
            pairs.marks[Array(mark.unicodeScalars)] = Int32(pieces.count - 2 + place)
        }
        var recipe = Self(kind: .clip, model: .bytePairs(pairs))
        recipe.normalizer = .repaired
        recipe.preTokenizer = .openAI
        recipe.before = [Int32(pieces.count - 2)]
        recipe.after = [Int32(pieces.count - 1)]
        recipe.roles = [.padding: Int32(pieces.count - 1)]
        return recipe
    }

    /// Two pieces a line, as `merges.txt`.
    static func learn(_ url: URL, _ pairs: inout BytePairs) throws {
        let name = url.lastPathComponent
        try FileBytes.eachLine(of: FileBytes.read(url)) { number, line in
            let line = line.last == 0x0d ? line.dropLast() : line
            if line.isEmpty || line.starts(with: "#version".utf8) { return }
            let parts = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw TokenizerError("\(name), line \(number): two pieces with one blank between were expected.")
            }
            guard pairs.learn(parts[0], parts[1]) else {
                throw TokenizerError(
                    "\(name), line \(number): \"\(String(decoding: line.prefix(200), as: UTF8.self))\" merges pieces "
                        + "that vocab.json lacks; the two files do not belong together.")
            }
        }
    }
}

extension JSONScanner {
    static func vocabulary(_ url: URL) throws -> Vocabulary {
        var scanner = try JSONScanner(file: url)
        let vocabulary = try scanner.vocabulary()
        try scanner.finish()
        return vocabulary
    }

    /// An object of pieces and ids.
    mutating func vocabulary() throws -> Vocabulary {
        var vocabulary = Vocabulary(expecting: 1 << 16)
        try members { scanner, piece in vocabulary.add(piece[...], id: try scanner.id()) }
        return vocabulary
    }
}

extension ArraySlice<UInt8> {
    /// Without the white space, of all scripts, at its end.
    fileprivate var withoutTrailingSpace: ArraySlice<UInt8> {
        let text = String(decoding: suffix(64), as: UTF8.self).unicodeScalars
        guard text.last?.isSpace == true else { return self }
        let space = text.reversed().prefix { $0.isSpace }.reduce(0) { $0 + $1.utf8.count }
        let rest = dropLast(space)
        return space < Swift.min(count, 64) ? rest : rest.withoutTrailingSpace
    }
}
