import Foundation
import SynCheckpoints
import SynImages
import SynModels
import SynTensors
import SynTokenizers

/// One reader of outside bytes, given any bytes at all. Every outcome is right but a trap: an error is an answer.
///
/// `Fuzzing/` runs these with libFuzzer; `FoundCasesTests` replays its seeds and what it once found.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// safetensors files.
    case safetensors
    /// Zip archives of `torch.save` and `torch.jit.save`.
    case zip
    /// A pickle, put where files from before PyTorch 1.6 have theirs.
    case pickle
    case png
    case jpeg
    /// A tokenizer's folder in one file: each of its files follows a line `#file NAME`; `text` is what it cuts.
    case tokenizer
    /// A decoder's `project.yaml`.
    case yaml
    /// A text encoder's folder in one file, in the same way.
    case encoder
    /// Captions, tables of pictures with captions, groups of scores.
    case table
    /// A run's folder in one file: everything of it that is read back.
    case run
    /// What a hub answers to `fetch`.
    case hub

    /// Reads `input` as far as it can be read. `folder` is a place for files, and is this run's alone.
    public func run(_ input: Data, in folder: URL) {
        switch self {
        case .safetensors, .zip: open(input, folder)
        case .pickle: open(Self.legacyFile(around: input), folder)
        case .png, .jpeg: if let image = try? Image(decoding: input, named: "input") { precondition(image.width > 0) }
        case .tokenizer: tokenize(input, folder)
        case .encoder: encoder(input, folder)
        case .table: table(input, folder)
        case .run: readRun(input, folder)
        case .hub: hub(input, folder)
        case .yaml:
            let url = folder.appending(path: "project.yaml")
            guard (try? input.write(to: url)) != nil else { return }
            _ = try? ImageDecoderConfiguration(projectFile: url)
        }
    }

    private func open(_ input: Data, _ folder: URL) {
        let url = folder.appending(path: "input")
        guard (try? input.write(to: url)) != nil, let contents = try? CheckpointContents(of: url) else { return }
        guard let weights = try? Weights(reading: url) else { return }
        for entry in contents.tensors.prefix(100) {
            _ = try? weights.scope.tensor(entry.name, entry.shape, initially: .zeros)
        }
        _ = contents.commonPrefix
    }

    private static func legacyFile(around pickle: Data) -> Data {
        // magic
        var file = Data([0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E])
        file += Data([0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E])   // protocol 1001, no facts
        file += pickle
        file += Data([0x80, 2, 0x5D, 0x58, 1, 0, 0, 0, 0x30, 0x61, 0x2E])   // storages: ["0"], of eight floats
        return file + Data([8, 0, 0, 0, 0, 0, 0, 0]) + Data(count: 32)
    }

    private func tokenize(_ input: Data, _ folder: URL) {
        let names: Set<String> = [
            "tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json", "config.json", "bpe_simple_vocab_16e6.txt", "text",
        ]
        unpack(input, names, into: folder)
        guard let tokenizer = try? Tokenizer(folder: folder) else { return }
        let own = (try? Data(contentsOf: folder.appending(path: "text"))) ?? input.suffix(64)
        let text =
            "The woman's naïve 123 faces,\n[MASK] <mask> 中文 e\u{301} \u{200D}👩‍👩‍👧 "
            + "" + String(decoding: own, as: UTF8.self)
        _ = tokenizer.encode(text, maximumLength: nil)
        _ = tokenizer.encode(text, maximumLength: 5)
        for id in [-1, 0, .max, tokenizer.startID ?? 0] { _ = tokenizer.token(id) }
    }
}
