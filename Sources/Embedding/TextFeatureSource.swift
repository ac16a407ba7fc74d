import Foundation
import SynCheckpoints
import SynFiles
import SynModels
import SynRuns
import SynTensors

/// Computes features, one pass per encoder and frame of special tokens, and keeps them in a folder if there is one:
/// tasks with the same texts share them.
package struct TextFeatureSource {
    private static let tokensPerBatch = 2048

    /// Nil: nothing is kept.
    private let cache: FeatureCache?
    package let longTexts: TextFeatures.LongTexts
    package let interruption: Interruption
    package let tell: (WorkProgress) -> Void

    package init(
        keepingIn cache: FeatureCache? = nil, longTexts: TextFeatures.LongTexts = .skip,
        interruption: Interruption = .init(), progress: @escaping (WorkProgress) -> Void = { _ in }
    ) {
        (self.cache, self.longTexts, self.interruption, tell) = (cache, longTexts, interruption, progress)
    }

    /// Features of texts under several readings of the same frame, in one pass where the encoder allows it: what CLIP's
    /// last norm and projection or BERT's pooler make of a token belongs to one reading each.
    package func features(
        of texts: [String], by model: TextEmbedder, _ readings: [TextReading], _ wants: TextFeatures.Wants, task: String
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

        package init(
            _ all: [String], _ model: TextEmbedder, _ reading: TextReading, _ long: TextFeatures.LongTexts
        ) throws {
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
                    throw UserError(
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

    private func needsItsOwnPass(_ reading: TextReading, _ model: TextEmbedder, _ wants: TextFeatures.Wants) -> Bool {
        reading.pooling == .probe
            || (wants.contains(.output) && (model.isContrastive || reading.pooling == .pooler))
    }

    // MARK: - One pass

    private func computed(
        _ prepared: Prepared, _ model: TextEmbedder, _ readings: [TextReading], _ wants: TextFeatures.Wants,
        _ title: String
    ) throws -> [TextReading: Vectors] {
        let texts = prepared.texts
        let count = texts.count
        let ids = texts.map(\.ids)
        var found: [TextReading: [VectorTable]] = [:]   // the output first, then every layer
        func put(_ reading: TextReading, _ slot: Int, _ vectors: Tensor, _ places: ArraySlice<Int>) throws {
            try model.check(vectors, rows: places, ids: { ids[$0] }, text: { prepared.spelled[$0] })
            while found[reading, default: []].count <= slot {
                found[reading, default: []].append(VectorTable(rows: count))
            }
            found[reading]?[slot].put(vectors, at: places)
        }
        let size = TextEmbedder.BatchSize.tokens(Self.tokensPerBatch)
        let total = ids.reduce(0) { $0 + $1.count }
        var done = 0
        func tell(_ places: ArraySlice<Int>) throws {
            done += places.reduce(0) { $0 + ids[$1].count }
            self.tell(.init(task: title, done: done, total: total, note: "tokens"))
            try interruption.check()
        }
        if let reading = readings.first, readings.count == 1, needsItsOwnPass(reading, model, wants) {
            // The pooler has no layers: those are the first token's, which it reads.
            let layered = wants.contains(.layers)
            try model.forEachBatch(of: ids, size) {
                try model.encoder.encode(ids: $0, pooling: reading.pooling, everyLayer: layered)
            } take: { places, vectors in
                try put(reading, 0, vectors.vectors, places)
                for (layer, states) in vectors.layers.enumerated() { try put(reading, layer + 1, states, places) }
                try tell(places)
            }
        } else {
            if readings.contains(where: { $0.pooling == .pooler }) {
                throw ModelError("The pooler reads the top layer only; it cannot be asked layer by layer.")
            }
            try model.forEachBatch(of: ids, size) {
                try model.encoder.hiddenStates(ids: $0)
            } take: { places, states in
                let spans = TokenSpans(places.map { ids[$0].count })
                let ends = places.map { texts[$0].hasEnd ? ids[$0].count - 1 : nil }
                for reading in readings {
                    func pooled(_ states: Tensor) -> Tensor {
                        spans.pooled(states, reading.pooling, of: model.encoder.family, ends: ends)
                    }
                    let shown = wants.contains(.layers) ? Array(states.enumerated()) : []
                    if wants.contains(.output), let top = states.last { try put(reading, 0, pooled(top), places) }
                    for (layer, states) in shown { try put(reading, layer + 1, pooled(states), places) }
                }
                try tell(places)
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
        _ prepared: Prepared, _ model: TextEmbedder, _ readings: [TextReading], _ wants: TextFeatures.Wants,
        _ title: String
    ) throws -> [TextReading: Vectors] {
        guard let cache else { return try computed(prepared, model, readings, wants, title) }
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
            for part in [
                "under all limits", modelHash, model.precision.rawValue, reading.frame.rawValue,
                reading.pooling.rawValue,
            ] {
                hash.add(part: part)
            }
            if let activation = model.activation { hash.add(part: activation.rawValue) }
            return FeatureCache.file("\(model.name)-\(reading.pooling.rawValue)-\(part)", hash)
        }
        for reading in readings {
            found[reading] = read(
                file(reading, "output"), file(reading, "layers"), wants, rows: prepared.texts.count, cache)
        }
        let missing = readings.filter { found[$0] == nil }
        if missing.isEmpty { return found }
        let notes = ["encoder": model.name]
        for (reading, vectors) in try computed(prepared, model, missing, wants, title) {
            if let output = vectors.output {
                try cache.keep([("output", output)], metadata: notes, as: file(reading, "output"))
            }
            if !vectors.layers.isEmpty {
                let layers = vectors.layers.enumerated().map { (name: "layer.\($0.offset)", tensor: $0.element) }
                try cache.keep(layers, metadata: notes, as: file(reading, "layers"))
            }
            found[reading] = vectors
        }
        return found
    }

    /// What the kept files have, if they have all that is wanted, as it was written.
    private func read(
        _ output: String, _ layers: String, _ wants: TextFeatures.Wants, rows: Int, _ cache: FeatureCache
    ) -> Vectors? {
        func tensor(_ file: SafetensorsFile, _ name: String) -> Tensor? {
            guard let tensor = try? file.tensor(name), tensor.elementType == .float32, tensor.shape.count == 2,
                tensor.size(0) == rows
            else { return nil }
            return tensor
        }
        var vectors = Vectors()
        if wants.contains(.output) {
            guard let file = cache.kept(output), let found = tensor(file, "output") else { return nil }
            vectors.output = found
        }
        if wants.contains(.layers) {
            guard let file = cache.kept(layers) else { return nil }
            let found = file.names.indices.compactMap { tensor(file, "layer.\($0)") }
            guard found.count == file.names.count else { return nil }
            vectors.layers = found
        }
        return vectors
    }
}
