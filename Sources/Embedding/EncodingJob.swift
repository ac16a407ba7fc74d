import Foundation
import SynCheckpoints
import SynFiles
import SynModels
import SynRuns
import SynTensors

/// Captions to a file of vectors: what `synesthesia encode` does.
package struct EncodingJob {
    private let encoder: TextEmbedder
    private let folder: URL
    private let pooling: Pooling
    private let precision: PrecisionSetting
    private let everyLayer: Bool
    private let activation: CLIPActivation?
    private let output: VectorFile

    /// Looks at everything that may be wrong before the long work: the output's kind and place, the encoder.
    package init(
        folder: URL, pooling: Pooling, precision: PrecisionSetting, everyLayer: Bool, output: String,
        activation: CLIPActivation? = nil
    ) throws {
        self.output = try VectorFile(output, arrays: everyLayer ? 2 : 1)
        encoder = try TextEmbedder(
            folder: folder, precision: precision.resolved, activation: activation)
        (self.folder, self.pooling, self.precision, self.everyLayer) = (folder, pooling, precision, everyLayer)
        self.activation = activation
    }

    /// What `encode --json` prints.
    package struct Outcome: Encodable, Sendable {
        package let file: String
        /// The list of captions beside it; nil where the output is a device or a pipe.
        package let index: String?
        package let captions: Int
        package let vectorSize: Int
        /// Captions that were too long and lost their end.
        package let truncated: Int
        /// True where only the first of the captions were taken, else nil.
        package let partial: Bool?

        enum CodingKeys: String, CodingKey {
            case file, index, captions, truncated, partial
            case vectorSize = "vector_size"
        }
    }

    /// What `FILE.index.json` says: where the vectors come from, and the caption of each row.
    private struct Index: Encodable {
        package let file: String
        package let encoder: String
        package let encoderHash: String
        package let pooling: String
        package let precision: String
        package let prompt: String
        package let maximumLength: Int?
        package let shapes: [String: [Int]]
        /// True where only the first of the captions were taken, else nil.
        package let partial: Bool?
        package let captions: [Row]

        package struct Row: Encodable {
            package let row: Int
            package let caption: String
            package let tokens: Int
            package let truncated: Bool
        }

        enum CodingKeys: String, CodingKey {
            case file, encoder, pooling, precision, prompt, shapes, partial, captions
            case encoderHash = "encoder_hash"
            case maximumLength = "maximum_length"
        }
    }

    /// What a person should know before: prompts, and what `--precision auto` chose.
    package var remarks: [String] { [encoder.reader.remark, precision.remark].compactMap(\.self) }

    /// Writes `embeddings` and perhaps `hidden`, and the index beside them.
    ///
    /// - Parameter portion: which part of a file's captions these are; nil for all of them.
    package func write(_ captions: [String], portion: Portion? = nil, progress: (Int) -> Void) throws -> Outcome {
        let result = try encoder.embed(captions, pooling: pooling, everyLayer: everyLayer, progress: progress)
        var tensors: [(name: String, tensor: Tensor)] = [("embeddings", result.vectors)]
        if everyLayer {
            let layers = result.layers.map { $0.reshaped([1] + $0.shape) }
            tensors.append(("hidden", concatenated(layers, axis: 0)))   // [layers + 1, captions, hidden]
        }
        let index = Index(
            file: output.url.lastPathComponent, encoder: folder.path, encoderHash: try ModelContents.hash(of: folder),
            pooling: pooling.rawValue, precision: precision.recorded, prompt: encoder.reader.prompt,
            maximumLength: encoder.reader.maximumLength,
            shapes: Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor.shape) }),
            partial: portion == nil ? nil : true,
            captions: captions.enumerated().map { row, caption in
                let reading = encoder.reader.encoding(caption)
                return Index.Row(
                    row: row, caption: caption, tokens: reading.ids.count, truncated: reading.truncated)
            })
        try output.write(tensors, metadata: try notes(index, portion))
        let hasIndex = try AtomicFile.replaces(output.url)
        if hasIndex { try AtomicFile.write(json: index, to: output.index) }
        return Outcome(
            file: output.url.relativePath, index: hasIndex ? output.index.relativePath : nil, captions: captions.count,
            vectorSize: result.vectors.size(1), truncated: result.truncated,
            partial: portion == nil ? nil : true)
    }

    /// The index as metadata of safetensors, captions as a JSON list; their header has a limit, which captions of more
    /// than 50 MB would pass.
    private func notes(_ index: Index, _ portion: Portion?) throws -> [String: String] {
        var notes = [
            "encoder": folder.lastPathComponent, "encoder_path": index.encoder, "encoder_hash": index.encoderHash,
            "pooling": index.pooling, "precision": index.precision, "prompt": index.prompt,
        ]
        if let portion { notes["partial"] = portion.sentence }
        if let activation { notes["activation"] = activation.rawValue }
        if let length = index.maximumLength { notes["maximum_length"] = "\(length)" }
        let captions = try JSONText.data(index.captions.map(\.caption), .line)
        if captions.count < 50_000_000 { notes["captions"] = String(decoding: captions, as: UTF8.self) }
        return notes
    }
}
