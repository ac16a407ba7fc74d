import Foundation

/// Which files of a repository are read here, and whether a folder holds enough of them.
///
/// Settings, tokenizer, image preparation and weights; of the weights one form: safetensors, whole or in parts, and
/// PyTorch's archive only where there is no safetensors. Weights of other frameworks, other precisions
/// (`model.fp16.safetensors`) and folders such as `onnx/` are left alone. Of sentence-transformers' folders: the list
/// of modules, and the settings and weights of each.
package enum ModelFiles {
    /// Read where they are there; each means something to some models only.
    static let small = [
        "config.json", "preprocessor_config.json", "processor_config.json", "open_clip_config.json", "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "vocab.txt", "vocab.json", "merges.txt", "modules.json",
        "config_sentence_transformers.json",
        "project.yaml", "adapter.safetensors",
        // Limits of length, by the names that sentence-transformers has given their file.
        "sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json",
        "sentence_camembert_config.json", "sentence_albert_config.json", "sentence_xlm-roberta_config.json",
        "sentence_xlnet_config.json",
    ]

    /// What to take from a repository that holds `names`, in its order.
    package static func wanted(among names: [String]) -> [String] {
        let groups = Dictionary(grouping: names) { folder(of: $0) }
        let taken = groups.flatMap { folder, names -> [String] in
            guard folder.isEmpty || isModule(folder) else { return [] }
            let inside = names.map { String($0.dropFirst(folder.count)) }
            let chosen = inside.filter(small.contains) + weights(among: inside)
            return chosen.map { folder + $0 }
        }
        return names.filter(Set(taken).contains)
    }

    /// The best form of weights among the names of one folder.
    private static func weights(among names: [String]) -> [String] {
        for stem in ["model", "pytorch_model"] {
            let ending = stem == "model" ? "safetensors" : "bin"
            if names.contains("\(stem).\(ending)") { return ["\(stem).\(ending)"] }
            let index = "\(stem).\(ending).index.json"
            if names.contains(index) { return [index] + names.filter { isPart($0, stem, ending) } }
        }
        return []
    }

    /// `model-00001-of-00003.safetensors`
    private static func isPart(_ name: String, _ stem: String, _ ending: String) -> Bool {
        let parts = name.split(separator: ".")
        guard parts.count == 2, parts[1] == ending else { return false }
        let pieces = parts[0].split(separator: "-")
        return pieces.count == 4 && pieces[0] == stem && pieces[2] == "of" && Int(pieces[1]) != nil
            && Int(pieces[3]) != nil
    }

    /// With its slash; empty for the top.
    private static func folder(of name: String) -> String {
        name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
    }

    /// `1_Pooling/`, `2_Dense/`
    private static func isModule(_ folder: String) -> Bool {
        let pieces = folder.dropLast().split(separator: "_", maxSplits: 1)
        return pieces.count == 2 && Int(pieces[0]) != nil && !folder.dropLast().contains("/")
    }

    /// What a folder lacks to be a model that can be opened, each as a phrase; empty when nothing is missing.
    ///
    /// Judged by names alone: a cut file is found when it is read.
    package static func missing(in folder: URL) -> [String] {
        func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.appending(path: name).path) }
        if has("adapter.safetensors") { return [] }
        guard has("config.json") || has("project.yaml") else { return ["its settings (config.json)"] }
        var missing: [String] = []
        let archives = ["model.safetensors", "pytorch_model.bin", "model.ckpt", "last.ckpt"]
        if !archives.contains(where: has) {
            let index = ["model.safetensors.index.json", "pytorch_model.bin.index.json"].first(where: has)
            let parts = index.map { Self.parts(listedIn: folder.appending(path: $0)) } ?? ["model.safetensors"]
            let absent = parts.filter { !has($0) }
            if !absent.isEmpty { missing.append("its weights (\(absent.joined(separator: ", ")))") }
        }
        if needsTokenizer(folder), !has("tokenizer.json"), !has("vocab.txt"), !(has("vocab.json") && has("merges.txt"))
        {
            missing.append("its tokenizer (tokenizer.json, or vocab.txt, or vocab.json with merges.txt)")
        }
        return missing
    }

    private struct Index: Decodable {
        let weight_map: [String: String]
    }

    private static func parts(listedIn index: URL) -> [String] {
        guard let bytes = FileManager.default.contents(atPath: index.path),
            let map = try? JSONDecoder().decode(Index.self, from: bytes)
        else { return [] }   // a damaged list is the reader's to complain about
        return Set(map.weight_map.values).sorted()
    }

    /// Whether its settings tell of a vocabulary, so that it reads texts.
    private static func needsTokenizer(_ folder: URL) -> Bool {
        struct Settings: Decodable {
            let readsTexts: Bool

            enum Keys: String, CodingKey, CaseIterable {
                case vocabulary = "vocab_size"
                // A CLIP's, which may leave out numbers that are as usual.
                case text = "text_config"
                case oldText = "text_config_dict"
            }

            init(from decoder: any Decoder) throws {
                let found = try decoder.container(keyedBy: Keys.self)
                readsTexts = Keys.allCases.contains { found.contains($0) }
            }
        }
        let bytes = FileManager.default.contents(atPath: folder.appending(path: "config.json").path)
        return bytes.flatMap { try? JSONDecoder().decode(Settings.self, from: $0) }?.readsTexts ?? false
    }
}
