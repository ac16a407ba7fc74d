import Checkpoints
import Foundation
import Models
import Tensors
import Tokenizers

/// A frozen text encoder with its tokenizer, opened for the text studies: texts to ids, ids to the states of every
/// layer, each text once, texts of like length together.
public struct TextModel: Sendable {
    /// What tables call it.
    public let name: String
    public let folder: URL
    public let encoder: any TextEncoder
    public let modelType: String
    /// In which precision its weights are multiplied.
    public let precision: Precision
    /// Whether its final vectors pass a last norm and perhaps a projection (CLIP).
    let isContrastive: Bool
    private let tokenizer: Tokenizer
    private let lowercases: Bool

    /// - Parameters:
    ///   - spelling: a folder, `org/name` in the cache, or `NAME=` and one of these.
    ///   - precision: Float32 unless speed matters more than the last digits.
    ///   - taken: names that other encoders have already.
    public init(
        _ spelling: String, shelf: ModelShelf, precision: Precision = .float32, taken: [String] = []
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
        let opened = try TextEncoderFolder(folder, precision: precision)
        self.precision = precision
        (encoder, modelType, isContrastive) = (opened.encoder, opened.modelType, opened.isContrastive)
        tokenizer = try Tokenizer(folder: opened.tokenizerFolder)
        lowercases = opened.lowercases
    }

    /// Several encoders, their names different.
    public static func all(
        _ spellings: [String], shelf: ModelShelf, precision: Precision = .float32
    ) throws -> [TextModel] {
        try spellings.reduce(into: []) { models, spelling in
            models.append(try TextModel(spelling, shelf: shelf, precision: precision, taken: models.map(\.name)))
        }
    }

    /// Whether upper and lower case letters differ for it.
    public var isCased: Bool { spelled("The") != spelled("the") }

    private func spelled(_ text: String) -> [Int32] {
        tokenizer.encode(lowercases ? text.lowercased() : text, maximumLength: nil).ids
    }

    // MARK: - Texts to ids

    /// A text's ids and what stands at their ends.
    struct Ids: Hashable, Sendable {
        var ids: [Int32]
        let hasStart: Bool
        let hasEnd: Bool

        var inner: ArraySlice<Int32> { ids.dropFirst(hasStart ? 1 : 0).dropLast(hasEnd ? 1 : 0) }
    }

    func ids(_ text: String, _ frame: TextReading.Frame) throws -> Ids {
        var ids = spelled(text)
        var hasStart = tokenizer.startID != nil && ids.first == tokenizer.startID
        var hasEnd = tokenizer.endID != nil && ids.last == tokenizer.endID && ids.count > (hasStart ? 1 : 0)
        switch frame {
        case .own: break
        case .bare:
            ids = Array(ids.dropFirst(hasStart ? 1 : 0).dropLast(hasEnd ? 1 : 0))
            (hasStart, hasEnd) = (false, false)
        case .framed:
            guard let start = tokenizer.startID, let end = tokenizer.endID else {
                throw Complaint(
                    .settings, "the tokenizer of \(name) names no start and end token; choose another variant")
            }
            if !hasStart { ids.insert(start, at: 0) }
            if !hasEnd { ids.append(end) }
            (hasStart, hasEnd) = (true, true)
        }
        return Ids(ids: ids, hasStart: hasStart, hasEnd: hasEnd)
    }

    /// Whether the vocabulary lacks a piece of the text, so that something unknown stands in its place.
    func isPartlyUnknown(_ text: Ids) -> Bool { tokenizer.unknownID.map { text.inner.contains($0) } ?? false }

    // MARK: - Ids to states

    /// Runs every list of ids once and hands over each batch: which lists it holds and what the model made of them.
    ///
    /// Lists are sorted by length; a batch holds as many as keep its padded size within `budget` tokens. Progress is told
    /// in tokens, which is what the time goes with.
    func run<Found>(
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
    func pooled(_ states: Tensor, _ texts: [Ids], _ pooling: Pooling) throws -> Tensor {
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
