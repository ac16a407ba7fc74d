import Foundation
import SynEmbedding
import SynModels
import SynReports
import SynTensors

/// How the vectors of an encoder lie in every layer's space: words in their sentences, and whole sentences.
package struct GeometryStudy {
    /// Sentences of a file: both columns of a pairs table, or one text a line.
    package static func texts(_ path: String, in folder: StudyFolder, likePaper: Bool = false) throws -> [String] {
        func pairs(_ pairs: ScoredPairs) -> [String] { likePaper ? pairs.left : pairs.texts }
        if path == "sts12-16" {
            return pairs(
                try ScoredPairs(stsYears: folder.find("STS12-en-test") != nil ? folder.url : folder.require(.stsYears)))
        }
        if SimilarityTask.names.contains(path) {
            return pairs(try SimilarityTask(path, in: folder, likePaper: likePaper).pairs)
        }
        let file = folder.findOwn(path) ?? URL(filePath: path)
        if path.lowercased().hasSuffix(".tsv") { return pairs(try ScoredPairs(table: file)) }
        return try CaptionFile(path: path == "-" ? path : file.relativePath).captions
    }

    /// Words drawn from sentences.
    package static func words(
        _ words: ContextualWords, _ models: [TextEmbedder], with source: TextFeatureSource
    ) throws -> [GeometryRecord] {
        try models.map { model in
            let found = try words.layers(of: model) { done, total in
                source.tell(.init(task: "\(model.name), words in sentences", done: done, total: total, note: "tokens"))
                try source.interruption.check()
            }
            return GeometryRecord(
                encoder: model.name, what: .words, reading: "last sub-token of the word", n: found.count,
                leftOut: found.leftOut, layers: try layers(found.layers, "\(model.name), geometry of words", source),
                published: PublishedFigures.geometry(.words, model))
        }
    }

    /// Whole sentences by a pooling, the end token as in the paper. Equal sentences count once; `asGiven` counts them
    /// as often as they stand in the file, as the released code does.
    package static func sentences(
        _ texts: [String], _ models: [TextEmbedder], pooling: Pooling = .eos, asGiven: Bool = false,
        with source: TextFeatureSource
    ) throws -> [GeometryRecord] {
        let reading = TextReading(sentences: pooling)
        return try models.compactMap { model in
            let found = try source.features(of: texts, by: model, [reading], .layers, task: "sentences")
            guard let features = found[reading] else { return nil }
            let rows = features.rows.compactMap(\.self)
            let vectors = asGiven ? features.layers.map { $0.rows(at: rows) } : features.layers
            return GeometryRecord(
                encoder: model.name, what: .sentences, reading: pooling.title, n: vectors.first?.size(0) ?? 0,
                leftOut: features.rows.count { $0 == nil },
                layers: try layers(vectors, "\(model.name), geometry of sentences", source),
                published: PublishedFigures.geometry(.sentences, model))
        }
    }

    private static func layers(
        _ layers: [Tensor], _ title: String, _ source: TextFeatureSource
    ) throws -> [LayerGeometry] {
        try layers.enumerated().map { layer, vectors in
            let record = try VectorGeometry.record(layer: layer, vectors)
            source.tell(.init(task: title, done: layer + 1, total: layers.count, note: ""))
            try source.interruption.check()
            return record
        }
    }
}
