import Foundation
import TestSupport

/// Folders as Hugging Face has them, put together from the vocabularies beside the project.
enum RealVocabularies {
    static let folder = Fixture.sharedData("tokenizers")

    static func build(_ name: String, at target: URL) throws {
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        switch name {
        case "bert-base-uncased", "bert-base-cased":
            try Data(read("\(name)-vocab.txt").utf8).write(to: target.appending(path: "vocab.txt"))
            let settings = #"{"do_lower_case": \#(name.hasSuffix("uncased")), "model_max_length": 512}"#
            try Data(settings.utf8).write(to: target.appending(path: "tokenizer_config.json"))
        case "clip":
            let merges = Array(lines(try unzip("bpe_simple_vocab_16e6.txt.gz"))[1...48894])
            let symbols = byteSymbols
            var pieces = symbols + symbols.map { $0 + "</w>" }
            pieces += merges.map { $0.filter { $0 != " " } } + ["<|startoftext|>", "<|endoftext|>"]
            try write(pieces.enumerated().map { ($1, $0) }, merges, target)
        case "clip, OpenAI's file":
            try unzip("bpe_simple_vocab_16e6.txt.gz").write(to: target.appending(path: "bpe_simple_vocab_16e6.txt"))
        case "gpt2":
            let vocabulary = try JSONDecoder().decode([String: Int].self, from: unzip("gpt2-encoder.json.gz"))
            try write(vocabulary.map { ($0, $1) }, gpt2Merges(), target)
        case "roberta":
            let gpt2 = try JSONDecoder().decode([String: Int].self, from: unzip("gpt2-encoder.json.gz"))
            let pieceOfID = Dictionary(uniqueKeysWithValues: gpt2.map { ($1, $0) })
            var pieces = ["<s>", "<pad>", "</s>", "<unk>"]
            for line in lines(try unzip("roberta-dict.txt.gz")).prefix(50257) {
                if let id = line.split(separator: " ").first.flatMap({ Int($0) }), let piece = pieceOfID[id] {
                    pieces.append(piece)
                }
            }
            pieces += ["madeupword0000", "madeupword0001", "madeupword0002", "<mask>"]
            try write(pieces.enumerated().map { ($1, $0) }, gpt2Merges(), target)
        default: throw CocoaError(.fileNoSuchFile)
        }
    }

    private static func gpt2Merges() throws -> [String] {
        lines(try unzip("gpt2-vocab.bpe.gz")).dropFirst().filter { !$0.isEmpty }
    }

    private static var byteSymbols: [String] {
        let kept = [0x21...0x7e, 0xa1...0xac, 0xae...0xff].flatMap { Array($0) }
        let moved = (0..<256 - kept.count).map { 0x100 + $0 }
        return (kept + moved).compactMap { Unicode.Scalar($0).map { String($0) } }
    }

    private static func lines(_ data: Data) -> [String] {
        data.split(separator: 0x0a, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func read(_ name: String) throws -> String {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        return try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    private static func unzip(_ name: String) throws -> Data {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", folder.appending(path: name).path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }

    private static func write(_ pieces: [(String, Int)], _ merges: [String], _ target: URL) throws {
        let members = pieces.map { piece, id in
            let escaped = piece.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\"\(escaped)\": \(id)"
        }
        try Data("{\(members.joined(separator: ", "))}".utf8).write(to: target.appending(path: "vocab.json"))
        let text = "#version: 0.2\n" + merges.joined(separator: "\n") + "\n"
        try Data(text.utf8).write(to: target.appending(path: "merges.txt"))
    }
}
