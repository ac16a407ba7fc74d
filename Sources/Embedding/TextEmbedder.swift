import Foundation
import SynCheckpoints
import SynModels
import SynRuns
import SynTensors

/// A frozen text encoder with its tokenizer: texts to ids, ids to vectors and to the states of every layer. Every
/// command and every study that asks an encoder something opens it here.
package struct TextEmbedder: Sendable {
    /// What tables call it.
    package let name: String
    /// Where it stands, or the file of its weights.
    package let folder: URL
    package let encoder: any TextEncoder
    /// One of ``TextEncoderRegistry/modelTypes``.
    package let modelType: String
    /// In which precision its weights are multiplied.
    package let precision: Precision
    /// The activation that was asked for, where the checkpoint does not tell it.
    package let activation: CLIPActivation?
    package let reader: TextReader

    /// - Parameters:
    ///   - folder: of a BERT-style or CLIP-style encoder, of GPT-2, of SigLIP, or of sentence-transformers.
    ///   - name: nil for the folder's own.
    ///   - precision: Float32 unless speed matters more than the last digits.
    ///   - activation: for a CLIP that does not tell its own.
    package init(
        folder: URL, name: String? = nil, precision: Precision = .float32, activation: CLIPActivation? = nil
    ) throws {
        let opened = try TextEncoderFolder(folder, precision: precision, activation: activation)
        reader = try TextReader(opened.rules, positions: opened.encoder.maximumLength)
        encoder = opened.encoder(promptLength: reader.promptLength)
        modelType = opened.modelType
        (self.folder, self.name) = (folder, name ?? folder.lastPathComponent)
        (self.precision, self.activation) = (precision, activation)
    }

    /// Whether it learnt from pictures too, so that its vectors pass a last norm and perhaps a projection (CLIP).
    package var isContrastive: Bool { encoder.isContrastive }

    /// Its multiplications for a token, about: only to be compared with those of others.
    package var work: Double {
        Double(encoder.layerCount) * Double(encoder.hiddenSize * encoder.hiddenSize)
    }

    /// Whether upper and lower case letters differ for it.
    package var isCased: Bool { reader.isCased }

    /// That captions are longer than it reads; nil where none is.
    package func remark(on captions: [String]) -> String? {
        let cut = cutCount(captions)
        return cut == 0 ? nil : "\(cut) of \(captions.count) captions were too long and lost their end"
    }

    /// How many captions are longer than it reads.
    package func cutCount(_ captions: [String]) -> Int { captions.count { reader.encoding($0).truncated } }

    // MARK: - Captions to vectors

    package struct Embeddings: Sendable {
        /// [captions, d]
        package let vectors: Tensor
        /// The embedding output and every layer, pooled alike: each [captions, hidden]; empty unless asked for.
        package let layers: [Tensor]
        /// Captions that were longer than the encoder reads and lost their end.
        package let truncated: Int
    }

    /// Vectors in the order of the captions.
    ///
    /// - Parameter progress: told how many captions are done.
    /// - Throws where a number is not finite, naming layer and weights.
    package func embed(
        _ captions: [String], pooling: Pooling = .probe, everyLayer: Bool = false, batch: Int = 64,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Embeddings {
        let encodings = captions.map { reader.encoding($0) }
        var tables: [VectorTable] = []   // the vectors first, then every layer
        var done = 0
        try forEachBatch(of: encodings.map(\.ids), .texts(batch)) {
            try encoder.encode(ids: $0, pooling: pooling, everyLayer: everyLayer)
        } take: { places, found in
            for (slot, vectors) in ([found.vectors] + found.layers).enumerated() {
                try check(vectors, rows: places, ids: { encodings[$0].ids }, text: { captions[$0] })
                if tables.count == slot { tables.append(VectorTable(rows: captions.count)) }
                tables[slot].put(vectors, at: places)
            }
            done += places.count
            try progress(done)
        }
        return Embeddings(
            vectors: tables.first?.tensor ?? Tensor([Float](), shape: [0, encoder.vectorSize(pooling)]),
            layers: tables.dropFirst().map(\.tensor), truncated: encodings.count { $0.truncated })
    }

    // MARK: - Ids to whatever is asked of the encoder

    /// How much goes through the encoder together.
    package enum BatchSize {
        /// So many texts.
        case texts(Int)
        /// As many texts as keep the padded size within so many tokens; one at least.
        case tokens(Int)

        /// How many of the texts fit that begin with this one.
        fileprivate func count(_ lengths: ArraySlice<Int>) -> Int {
            switch self {
            case .texts(let most): min(most, lengths.count)
            case .tokens(let budget):
                max(1, zip(1..., lengths).prefix { count, length in length * count <= budget }.count)
            }
        }
    }

    /// Runs every list of ids once, those of like length together, and hands over each batch: which lists it holds, and
    /// what `reading` made of them. What stands in one batch does not change a text's vector beyond rounding.
    package func forEachBatch<Found>(
        of texts: [[Int32]], _ size: BatchSize, reading: ([[Int32]]) throws -> Found,
        take: (_ places: ArraySlice<Int>, Found) throws -> Void
    ) throws {
        let order = texts.indices.sorted { (texts[$0].count, $0) < (texts[$1].count, $1) }
        let lengths = order.map { texts[$0].count }
        var start = 0
        while start < order.count {
            let places = order[start..<start + size.count(lengths[start...])]
            try take(places, try reading(places.map { texts[$0] }))
            start = places.endIndex
        }
    }

    /// Throws where one of the vectors [n, d] is no number, with the text, the layer and the weights it began in.
    ///
    /// - Parameters:
    ///   - rows: which of all texts those are.
    ///   - ids: what the encoder read for one of all texts.
    ///   - text: that text.
    package func check(_ vectors: Tensor, rows: ArraySlice<Int>, ids: (Int) -> [Int32], text: (Int) -> String) throws {
        try FiniteVectors(encoder: encoder, folder: folder).check(vectors, rows: rows, ids: ids, text: text)
    }
}
