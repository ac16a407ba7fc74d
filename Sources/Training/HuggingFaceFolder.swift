import Foundation
import SynCheckpoints
import SynFiles

/// Writes a trained text encoder or CLIP as a folder that Hugging Face `transformers` opens.
enum HuggingFaceFolder {
    /// `companions` is a folder whose files (vocabulary, preprocessing) belong to the model; weights in half precision.
    static func write(
        _ weights: Weights, configuration: some Encodable, companions: URL, to folder: URL
    ) throws {
        try AtomicFile.makeFolder(folder)
        for name in try FileManager.default.contentsOfDirectory(atPath: companions.path).sorted() {
            try AtomicFile.write(
                try Data(contentsOf: companions.appending(path: name)), to: folder.appending(path: name))
        }
        try AtomicFile.write(json: configuration, to: folder.appending(path: "config.json"))
        try writeSafetensors(
            weights.all.map { ($0.name, $0.tensor.detached) }, floats: .float16,
            to: folder.appending(path: "model.safetensors"))
    }
}
