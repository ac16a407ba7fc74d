import Foundation
import SynEmbedding
import SynFiles
import SynModels
import SynProbe
import SynReports
import SynStatistics

extension FuzzTarget {
    /// Puts a folder's files into place: each follows a line `#file NAME` of the input, and only the given names are.
    func unpack(_ input: Data, _ names: Set<String>, into folder: URL) {
        for name in names { try? FileManager.default.removeItem(at: folder.appending(path: name)) }
        let mark = Data("#file ".utf8)
        var rest = input
        while let start = rest.firstRange(of: mark), let line = rest[start.upperBound...].firstIndex(of: 0x0A) {
            let end = rest[line...].firstRange(of: mark)?.lowerBound ?? rest.endIndex
            let name = String(decoding: rest[start.upperBound..<line], as: UTF8.self)
            if names.contains(name) {
                let file = folder.appending(path: name)
                try? FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try? rest[(line + 1)..<end].write(to: file)
            }
            rest = rest[end...]
        }
    }

    /// A text encoder's folder: settings of Hugging Face and of sentence-transformers, beside a tiny BERT's weights.
    func encoder(_ input: Data, _ folder: URL) {
        let names: Set<String> = [
            "config.json", "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json",
            "1_Pooling/config.json", "2_Dense/config.json", "tokenizer_config.json", "vocab.txt",
            "preprocessor_config.json",
            "open_clip_config.json",
        ]
        unpack(input, names, into: folder)
        let weights = folder.appending(path: "model.safetensors")
        if !FileManager.default.fileExists(atPath: weights.path) {
            try? FileManager.default.copyItem(
                at: Self.fixtures.appending(path: "text/bert/model.safetensors"), to: weights)
        }
        _ = try? TextEncoderFolder(folder)
    }

    private static let fixtures = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    /// Tables that people write: captions, groups of scores, pictures with captions.
    func table(_ input: Data, _ folder: URL) {
        _ = try? CaptionFile(Array(input), source: "input")
        _ = try? DelimitedText(input, quoting: .none, file: "input")
        for name in ["t.csv", "t.tsv", "t.jsonl"] {
            let url = folder.appending(path: name)
            guard (try? input.write(to: url)) != nil else { return }
            var settings = DataSettings()
            settings.table = url.path
            _ = try? CaptionDataset(settings)
            _ = try? GroupsFile(contentsOf: url)
        }
    }
}
