import SynCheckpoints
import SynFiles
import Foundation
import SynModels
import SynRuns
import SynTensors

/// Vectors of texts under one reading: what the encoder puts out, and on request the same tokens' states in every layer.
package struct TextFeatures: Sendable {
    /// What to do with a text longer than the encoder's context.
    package enum LongTexts: String, CaseIterable, Sendable {
        /// Leave it out, as the papers do.
        case skip
        /// Cut its tail and keep its end token.
        case truncate
    }

    /// The row of each text in the tensors; nil for a text that was left out.
    package let rows: [Int?]
    /// [n, vectorSize]; nil where only layers were asked for.
    package let output: Tensor?
    /// The embedding output and every layer, each [n, hidden]; empty unless asked for.
    package let layers: [Tensor]
    /// Which texts were too long, and which the vocabulary cannot spell.
    package let isTooLong: [Bool]
    package let isPartlyUnknown: [Bool]

    /// Which numbers a caller needs.
    package struct Wants: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }
        package static let output = Wants(rawValue: 1)
        package static let layers = Wants(rawValue: 2)
    }
}

/// Computes features, one pass per encoder and frame of special tokens, and keeps them in a folder if there is one:
/// tasks with the same texts share them.
package struct TextFeatureSource {
    /// Of the folder they are kept in; nil: nothing is kept.
    private let checksums: Checksums?
    /// Of the same folder, where nobody else holds one for it.
    private let lock: FileLock?
    package let longTexts: TextFeatures.LongTexts
    package let interruption: Interruption
    private let remark: (String) -> Void
    package let tell: (WorkProgress) -> Void

    /// - Parameter remark: is told of kept features that are not what was written and so are computed again.
    package init(
        keepingIn folder: URL? = nil, longTexts: TextFeatures.LongTexts = .skip, interruption: Interruption = .init(),
        progress: @escaping (WorkProgress) -> Void = { _ in }, remark: @escaping (String) -> Void = { _ in }
    ) throws {
        if let folder { try AtomicFile.makeFolder(folder) }
        // Locked first: opening the list may mend it.
        let lock = try folder.map { try FileLock(folder: $0) }
        let checksums = try folder.map { try Checksums($0) }
        if let word = checksums?.remark { remark(word) }
        self.init(checksums, lock: lock, longTexts: longTexts, interruption, remark, progress)
    }

    package init(
        _ checksums: Checksums?, lock: FileLock? = nil, longTexts: TextFeatures.LongTexts = .skip, _ interruption: Interruption,
        _ remark: @escaping (String) -> Void, _ progress: @escaping (WorkProgress) -> Void
    ) {
        (self.checksums, self.lock, self.longTexts, self.interruption) = (checksums, lock, longTexts, interruption)
        (self.remark, tell) = (remark, progress)
    }

    /// Features of texts under several readings of the same frame, in one pass where the encoder allows it: what CLIP's
    /// last norm and projection or BERT's pooler make of a token belongs to one reading each.
    package func features(
        of texts: [String], by model: TextModel, _ readings: [TextReading], _ wants: TextFeatures.Wants, task: String
    ) throws -> [TextReading: TextFeatures] {
        var found: [TextReading: TextFeatures] = [:]
        let frames = Dictionary(grouping: readings) { TextReading($0.frame, .mean, ofSentences: $0.isOfSentences) }
        for (frame, group) in frames.sorted(by: { $0.key.frame.rawValue < $1.key.frame.rawValue }) {
            let prepared = try Prepared(texts, model, frame, longTexts)
            let title = "\(model.name), \(task)"
            let own = group.filter { needsItsOwnPass($0, model, wants) }
            for readings in own.map({ [$0] }) + [group.filter { !own.contains($0) }] where !readings.isEmpty {
                for (reading, vectors) in try kept(prepared, model, readings, wants, title) {
                    found[reading] = TextFeatures(
                        rows: prepared.rows, output: vectors.output, layers: vectors.layers,
                        isTooLong: prepared.isTooLong, isPartlyUnknown: prepared.isPartlyUnknown)
                }
            }
        }
        return found
    }

    /// The texts as the model reads them: each different list of ids once.
    private struct Prepared {
        package var texts: [TextReader.Ids] = []
        /// A text for each of them, for messages.
        package var spelled: [String] = []
        package var rows: [Int?] = []
        package var isTooLong: [Bool] = []
        package var isPartlyUnknown: [Bool] = []

        package init(_ all: [String], _ model: TextModel, _ reading: TextReading, _ long: TextFeatures.LongTexts) throws {
            var known: [TextReader.Ids: Int] = [:]
            for text in all {
                let whole = try model.ids(text, reading.frame, prompted: reading.isOfSentences)
                isPartlyUnknown.append(model.reader.isPartlyUnknown(whole))
                isTooLong.append(model.reader.isTooLong(whole))
                if model.reader.isTooLong(whole), long == .skip {
                    rows.append(nil)
                    continue
                }
                let ids = model.reader.cut(whole)
                guard !ids.inner.isEmpty else {
                    throw Complaint(
                        .badData, "\"\(text)\" has no tokens that \(model.name) knows; remove it from the file")
                }
                let row = known[ids] ?? texts.count
                if row == texts.count {
                    known[ids] = row
                    texts.append(ids)
                    spelled.append(text)
                }
                rows.append(row)
            }
        }
    }

    private struct Vectors {
        package var output: Tensor?
        package var layers: [Tensor] = []
    }

    private func needsItsOwnPass(_ reading: TextReading, _ model: TextModel, _ wants: TextFeatures.Wants) -> Bool {
        reading.pooling == .probe
            || (wants.contains(.output) && (model.isContrastive || reading.pooling == .pooler))
    }

    // MARK: - One pass

    private func computed(
        _ prepared: Prepared, _ model: TextModel, _ readings: [TextReading], _ wants: TextFeatures.Wants,
        _ title: String
    ) throws -> [TextReading: Vectors] {
        let texts = prepared.texts
        let count = texts.count
        let numbers = FiniteVectors(encoder: model.encoder, folder: model.folder)
        var found: [TextReading: [VectorTable]] = [:]   // the output first, then every layer
        func put(_ reading: TextReading, _ slot: Int, _ vectors: Tensor, _ places: ArraySlice<Int>) throws {
            try numbers.check(vectors, rows: Array(places), ids: { texts[$0].ids }, text: { prepared.spelled[$0] })
            while found[reading, default: []].count <= slot {
                found[reading, default: []].append(VectorTable(rows: count))
            }
            found[reading]?[slot].put(vectors, at: places)
        }
        let progress = { (done: Int, total: Int) in
            tell(.init(task: title, done: done, total: total, note: "tokens"))
            try interruption.check()
        }
        if let reading = readings.first, readings.count == 1, needsItsOwnPass(reading, model, wants) {
            // The pooler has no layers: those are the first token's, which it reads.
            let layered = wants.contains(.layers)
            try model.run(texts.map(\.ids), progress: progress) {
                try model.encoder.encode(ids: $0, pooling: reading.pooling, everyLayer: layered)
            } take: { places, vectors in
                try put(reading, 0, vectors.vectors, places)
                for (layer, states) in vectors.layers.enumerated() { try put(reading, layer + 1, states, places) }
            }
        } else {
            try model.run(texts.map(\.ids), progress: progress) {
                try model.encoder.hiddenStates(ids: $0)
            } take: { places, states in
                for reading in readings {
                    let batch = places.map { texts[$0] }
                    let shown = wants.contains(.layers) ? Array(states.enumerated()) : []
                    if wants.contains(.output), let top = states.last {
                        try put(reading, 0, model.pooled(top, batch, reading.pooling), places)
                    }
                    for (layer, states) in shown {
                        try put(reading, layer + 1, model.pooled(states, batch, reading.pooling), places)
                    }
                }
            }
        }
        return found.mapValues { tables in
            Vectors(
                output: wants.contains(.output) ? tables[0].tensor : nil,
                layers: wants.contains(.layers) ? tables.dropFirst().map(\.tensor) : [])
        }
    }

    // MARK: - Kept

    private func kept(
        _ prepared: Prepared, _ model: TextModel, _ readings: [TextReading], _ wants: TextFeatures.Wants,
        _ title: String
    ) throws -> [TextReading: Vectors] {
        guard let checksums else { return try computed(prepared, model, readings, wants, title) }
        let modelHash = try ModelContents.hash(of: model.folder)
        var texts = ContentHash()
        for text in prepared.texts {
            text.ids.withUnsafeBytes {
                texts.add(part: String($0.count))
                texts.add(Array($0))
            }
        }
        var found: [TextReading: Vectors] = [:]
        func file(_ reading: TextReading, _ part: String) -> String {
            var hash = texts
            for part in ["under all limits", modelHash, model.precision.rawValue, reading.frame.rawValue, reading.pooling.rawValue] {
                hash.add(part: part)
            }
            if let activation = model.activation { hash.add(part: activation.rawValue) }
            return "\(model.name)-\(reading.pooling.rawValue)-\(part)-\(hash.hexadecimal.prefix(16)).safetensors"
        }
        for reading in readings {
            found[reading] = read(file(reading, "output"), file(reading, "layers"), wants, rows: prepared.texts.count, checksums)
        }
        let missing = readings.filter { found[$0] == nil }
        if missing.isEmpty { return found }
        try AtomicFile.makeFolder(checksums.folder)
        func write(_ tensors: [(name: String, tensor: Tensor)], _ file: String) throws {
            try writeSafetensors(tensors, metadata: ["encoder": model.name], to: checksums.folder.appending(path: file))
            try checksums.note(file)
        }
        for (reading, vectors) in try computed(prepared, model, missing, wants, title) {
            if let output = vectors.output { try write([("output", output)], file(reading, "output")) }
            if !vectors.layers.isEmpty {
                let layers = vectors.layers.enumerated().map { (name: "layer.\($0.offset)", tensor: $0.element) }
                try write(layers, file(reading, "layers"))
            }
            found[reading] = vectors
        }
        return found
    }

    /// What the kept files have, if they have all that is wanted, as it was written.
    private func read(
        _ output: String, _ layers: String, _ wants: TextFeatures.Wants, rows: Int, _ checksums: Checksums
    ) -> Vectors? {
        func file(_ name: String) -> SafetensorsFile? {
            let finding = checksums.finding(name, thoroughly: true)
            if let word = checksums.word(name, finding) { remark("\(word); it is made again") }
            return finding == .intact ? try? SafetensorsFile(checksums.folder.appending(path: name)) : nil
        }
        func tensor(_ file: SafetensorsFile, _ name: String) -> Tensor? {
            guard let tensor = try? file.tensor(name), tensor.elementType == .float32, tensor.shape.count == 2, tensor.size(0) == rows
            else { return nil }
            return tensor
        }
        var vectors = Vectors()
        if wants.contains(.output) {
            guard let file = file(output), let found = tensor(file, "output") else { return nil }
            vectors.output = found
        }
        if wants.contains(.layers) {
            guard let file = file(layers) else { return nil }
            let found = file.names.indices.compactMap { tensor(file, "layer.\($0)") }
            guard found.count == file.names.count else { return nil }
            vectors.layers = found
        }
        return vectors
    }
}

/// Vectors that arrive in batches, each put where it belongs.
package struct VectorTable {
    private let rows: Int
    private var values: [Float] = []
    private var width = 0

    package init(rows: Int) { self.rows = rows }

    /// `vectors` is [places, width].
    package mutating func put(_ vectors: Tensor, at places: some Sequence<Int>) {
        if width == 0 {
            width = vectors.size(-1)
            values = [Float](repeating: 0, count: rows * width)
        }
        vectors.withFloats { source in
            for (row, place) in places.enumerated() {
                for i in 0..<width { values[place * width + i] = source[row * width + i] }
            }
        }
    }

    /// Whether nothing has been put into it.
    package var isEmpty: Bool { width == 0 }

    package var tensor: Tensor { Tensor(values, shape: [rows, width]) }   // [rows, width]
}
