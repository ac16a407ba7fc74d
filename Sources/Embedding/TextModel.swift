import Foundation
import SynCheckpoints
import SynModels
import SynRuns
import SynTensors

/// A frozen text encoder with its tokenizer, opened for the text studies: texts to ids, ids to the states of every
/// layer, each text once, texts of like length together.
package struct TextModel: Sendable {
    /// What tables call it.
    package let name: String
    package let folder: URL
    package let encoder: any TextEncoder
    package let modelType: String
    /// In which precision its weights are multiplied.
    package let precision: Precision
    /// The activation that was asked for, where the checkpoint does not tell it.
    package let activation: EncoderSettings.Activation?
    /// Whether its final vectors pass a last norm and perhaps a projection (CLIP).
    package var isContrastive: Bool { encoder.isContrastive }
    package let reader: TextReader

    /// - Parameters:
    ///   - spelling: a folder, `org/name` in the cache, or `NAME=` and one of these.
    ///   - precision: Float32 unless speed matters more than the last digits.
    ///   - activation: for a CLIP that does not tell its own.
    ///   - taken: names that other encoders have already.
    package init(
        _ spelling: String, shelf: ModelShelf, precision: Precision = .float32,
        activation: EncoderSettings.Activation? = nil,
        taken: [String] = []
    ) throws {
        var (name, path) = ("", spelling)
        if let sign = spelling.firstIndex(of: "="), !spelling[..<sign].contains("/"), sign > spelling.startIndex {
            (name, path) = (String(spelling[..<sign]), String(spelling[spelling.index(after: sign)...]))
        }
        folder = try shelf.folder(of: path)
        if name.isEmpty { name = URL(filePath: path).lastPathComponent }
        guard !taken.contains(name) else {
            throw Complaint(.settings, "two encoders are called \(name); give one another name, as in NAME=\(path)")
        }
        self.name = name
        let opened = try TextEncoderFolder(
            folder, precision: precision, activation: activation.map(CLIPActivation.init))
        (self.precision, self.activation) = (precision, activation)
        reader = try TextReader(opened.rules, positions: opened.encoder.maximumLength)
        encoder = opened.encoder(promptLength: reader.promptLength)
        modelType = opened.modelType
    }

    /// Several encoders, their names different.
    package static func all(
        _ spellings: [String], shelf: ModelShelf, precision: Precision = .float32,
        activation: EncoderSettings.Activation? = nil
    ) throws -> [TextModel] {
        try spellings.reduce(into: []) { models, spelling in
            models.append(
                try TextModel(
                    spelling, shelf: shelf, precision: precision, activation: activation, taken: models.map(\.name)))
        }
    }

    /// Whether upper and lower case letters differ for it.
    package var isCased: Bool { reader.isCased }

    /// All ids of a text. A sentence has the folder's prompt before it, a word has not.
    package func ids(_ text: String, _ frame: TextReading.Frame, prompted: Bool = false) throws -> TextReader.Ids {
        guard let ids = reader.ids(text, frame, prompted: prompted) else {
            throw Complaint(
                .settings, "the tokenizer of \(name) names no end token; choose another variant")
        }
        return ids
    }

    // MARK: - Ids to states

    /// Runs every list of ids once and hands over each batch: which lists it holds and what the model made of them.
    ///
    /// Lists are sorted by length; a batch holds as many as keep its padded size within `budget` tokens. Progress is told
    /// in tokens, which is what the time goes with.
    package func run<Found>(
        _ texts: [[Int32]], budget: Int = 2048, progress: (_ done: Int, _ total: Int) throws -> Void,
        reading: ([[Int32]]) throws -> Found, take: (ArraySlice<Int>, Found) throws -> Void
    ) throws {
        let order = texts.indices.sorted { (texts[$0].count, $0) < (texts[$1].count, $1) }
        let total = texts.reduce(0) { $0 + $1.count }
        var (start, done) = (0, 0)
        while start < order.count {
            var end = start + 1
            while end < order.count, texts[order[end]].count * (end + 1 - start) <= budget { end += 1 }
            let places = order[start..<end]
            try take(places, try reading(places.map { texts[$0] }))
            start = end
            done += places.reduce(0) { $0 + texts[$1].count }
            try progress(done, total)
        }
    }

    /// The states of one token of each text, or of all: [batch, hidden].
    package func pooled(_ states: Tensor, _ texts: [TextReader.Ids], _ pooling: Pooling) throws -> Tensor {
        // Only lengths count here; the ids have been read already.
        let batch = try TokenBatch(
            texts.map { [Int32](repeating: 0, count: $0.ids.count) }, padding: 0, maximumLength: .max, vocabularySize: 1
        )
        switch pooling {
        case .mean, .probe: return batch.mean(states)
        case .cls: return batch.states(states, at: texts.map { _ in 0 })
        case .eos: return batch.states(states, at: texts.map { $0.ids.count - 1 })
        case .last: return batch.states(states, at: texts.map { max($0.ids.count - ($0.hasEnd ? 2 : 1), 0) })
        case .pooler: throw ModelError("The pooler reads the top layer only; it cannot be asked layer by layer.")
        }
    }
}
