import Foundation

/// A vocabulary that was learned, and how it becomes a folder that Hugging Face's `transformers` opens.
package struct TrainedVocabulary: Sendable {
    package enum Style: Sendable, Equatable {
        case wordPiece(lowercases: Bool)
        case clip
    }

    package struct Merge: Sendable, Equatable {
        package let left, right: String
    }

    package let style: Style
    /// By id.
    package let pieces: [String]
    /// In the order they were learned; none for WordPiece.
    package let merges: [Merge]

    /// Writes `vocab.txt`, or `vocab.json` and `merges.txt`, with `tokenizer_config.json` and
    /// `special_tokens_map.json`. Each file is written whole under another name, then renamed.
    ///
    /// - Parameter modelMaximumLength: the longest sequence the model will take, start and end token included.
    package func write(to folder: URL, modelMaximumLength: Int) throws {
        try FileBytes.makeFolder(folder)
        var specials: [(String, String)]
        var settings: [(String, String)]
        switch style {
        case .wordPiece(let lowercases):
            try write(pieces.map { $0 + "\n" }.joined(), to: folder.appending(path: "vocab.txt"))
            specials = [
                ("cls_token", "[CLS]"), ("mask_token", "[MASK]"), ("pad_token", "[PAD]"), ("sep_token", "[SEP]"),
                ("unk_token", "[UNK]"),
            ]
            settings = [
                ("tokenizer_class", Self.quoted("BertTokenizer")), ("do_lower_case", "\(lowercases)"),
                ("strip_accents", "null"), ("tokenize_chinese_chars", "true"),
            ]
        case .clip:
            let members = pieces.enumerated().map { "\(Self.quoted($1)): \($0)" }
            try write("{" + members.joined(separator: ", ") + "}\n", to: folder.appending(path: "vocab.json"))
            let lines = ["#version: 0.2"] + merges.map { "\($0.left) \($0.right)" }
            try write(lines.joined(separator: "\n") + "\n", to: folder.appending(path: "merges.txt"))
            specials = [
                ("bos_token", "<|startoftext|>"), ("eos_token", "<|endoftext|>"), ("pad_token", "<|endoftext|>"),
                ("unk_token", "<|endoftext|>"),
            ]
            settings = [("tokenizer_class", Self.quoted("CLIPTokenizer"))]
        }
        let named = specials.map { ($0, Self.quoted($1)) }
        try write(Self.object(named), to: folder.appending(path: "special_tokens_map.json"))
        settings.append(("model_max_length", "\(modelMaximumLength)"))
        try write(Self.object(settings + named), to: folder.appending(path: "tokenizer_config.json"))
    }

    private func write(_ text: String, to url: URL) throws { try FileBytes.write(Array(text.utf8), to: url) }

    private static func object(_ members: [(String, String)]) -> String {
        "{\n" + members.map { "  \(quoted($0)): \($1)" }.joined(separator: ",\n") + "\n}\n"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result.unicodeScalars.append("\\") }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }
}
