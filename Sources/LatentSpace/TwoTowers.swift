import Foundation
import SynCheckpoints
import SynEmbedding
import SynImages
import SynModels
import SynRuns
import SynTensors

/// Both towers of a model with what prepares their inputs: texts and pictures to unit vectors of one space.
package struct TwoTowers: Sendable {
    package let images: ImageEmbedder
    package let reader: TextReader
    /// Of the model.
    package let folder: URL
    /// What was asked for in place of what the model's settings say; nil for theirs.
    package let activation: CLIPActivation?

    package var name: String { folder.lastPathComponent }

    /// What changes whenever the model's files or the activation do.
    var contentHash: String {
        get throws { try ModelContents.hash(of: folder) + (activation.map { " \($0.rawValue)" } ?? "") }
    }

    /// - Parameter folder: of a CLIP or SigLIP, or of a checkpoint with OpenAI's names.
    package init(folder: URL, activation: CLIPActivation? = nil) throws {
        try Self.requirePictures(in: folder)
        images = try ImageEmbedder(folder: folder, activation: activation)
        reader = try TextReader(TextEncoderFolder.rules(of: folder), positions: images.model.maximumLength)
        (self.folder, self.activation) = (folder, activation)
    }

    package var model: any ImageTextModel { images.model }

    /// Refuses a folder whose settings name a model that reads texts only. What else may be amiss is said when it is
    /// opened.
    static func requirePictures(in folder: URL) throws {
        struct Settings: Decodable { let model_type: String? }
        guard let data = try? Data(contentsOf: folder.modelFolder.appending(path: "config.json")),
            let type = (try? JSONDecoder().decode(Settings.self, from: data))?.model_type,
            !["clip", "siglip"].contains(type), TextEncoderRegistry.modelTypes.contains(type)
        else { return }
        throw UserError(
            .badData,
            "\(folder.path) holds a model of type \(type), which reads texts only and has no picture tower; name the "
                + "folder of a CLIP or SigLIP with both")
    }

    private init(_ images: ImageEmbedder, like other: TwoTowers) {
        self.images = images
        (reader, folder, activation) = (other.reader, other.folder, other.activation)
    }

    /// Another model in the place of this one, with the same tokenizer and preparation of pictures.
    package func with(_ model: any ImageTextModel) -> TwoTowers { TwoTowers(images.with(model), like: self) }

    /// Towers of the same form with new weights.
    package func untrained(seed: UInt64) throws -> TwoTowers {
        if let siglip = model as? SigLIP { return with(try SigLIP(Weights(fresh: seed).scope, siglip.configuration)) }
        guard let clip = model as? CLIP, clip.configuration.resNet == nil else {
            throw UserError(
                .badData,
                "\(name) cannot be given new weights: only vision transformers in Hugging Face's form can; name such a "
                    + "model")
        }
        return with(try CLIP(Weights(fresh: seed).scope, clip.configuration))
    }

    /// Unit vectors of texts: [texts, d].
    package func texts(_ sentences: [String], batch: Int = 64) throws -> DoubleMatrix {
        try PairedVectors.units(DoubleMatrix(textTable(sentences, batch: batch)), "texts", name)
    }

    /// What the model makes of texts, of any length: [texts, d].
    func textTable(_ sentences: some RandomAccessCollection<String>, batch: Int = 64) throws -> Tensor {
        let sentences = Array(sentences)
        return try table(sentences.count, batch) { places in
            try model.embed(ids: places.map { reader.encoding(sentences[$0]).ids })
        }
    }

    /// Unit vectors of pictures that are opened when their turn comes, on all threads: [count, d].
    ///
    /// - Parameter progress: told how many are done.
    package func pictures(
        _ count: Int, batch: Int = 64, progress: (Int) throws -> Void = { _ in }, _ picture: (Int) throws -> Image
    ) throws -> DoubleMatrix {
        let table = try pictureTable(count, batch: batch, progress: progress, picture)
        return try PairedVectors.units(DoubleMatrix(table), "pictures", name)
    }

    /// What the model makes of pictures, of any length: [count, d].
    func pictureTable(
        _ count: Int, batch: Int = 64, progress: (Int) throws -> Void = { _ in }, _ picture: (Int) throws -> Image
    ) throws -> Tensor {
        try table(count, batch) { places in
            let prepared = try parallelMap(places.count) { try images.prepared(picture(places.lowerBound + $0)) }
            let vectors = try images.embed(prepared: prepared)
            try progress(places.upperBound)
            return vectors
        }
    }

    /// How many texts lose their end.
    package func cutTexts(_ sentences: [String]) -> Int { sentences.count { reader.encoding($0).truncated } }

    private func table(_ count: Int, _ batch: Int, _ part: (Range<Int>) throws -> Tensor) throws -> Tensor {
        var table = VectorTable(rows: count)
        for start in stride(from: 0, to: count, by: batch) {
            let places = start..<min(start + batch, count)
            table.put(try part(places).detached, at: places)
        }
        return table.tensor   // [count, d]
    }
}
