import SynReports
import SynRuns
import SynStatistics
import SynTensors

/// Zero-shot classification with three wordings of the classes: the bare name, one template, many.
package struct ClassificationStudy: Sendable {
    private let pictures: EncodedPictures
    private let seed: UInt64

    package init(_ pictures: EncodedPictures, seed: UInt64 = 0) { (self.pictures, self.seed) = (pictures, seed) }

    package func record(_ task: ClassTask) throws -> ClassificationRecord {
        let (towers, own) = (pictures.towers, pictures.vectors.rows(at: task.places))
        let wordings: [(String, [String])] = [
            ("name", ["{}"]), ("one template", [task.template]), ("many templates", task.templates),
        ]
        var (readings, hits, last) = ([ClassificationRecord.Reading](), [[Bool]](), ZeroShot?.none)
        for (name, templates) in wordings {
            let sentences = task.classes.flatMap { one in templates.map { ClassTask.text(one, in: $0) } }
            let classes = try ZeroShot.classVectors(
                towers.texts(sentences), templates: templates.count, source: towers.name)
            let found = ZeroShot(images: own, classes: classes, labels: task.labels)
            readings.append(found.record(name, templates: templates, seed: seed))
            hits.append(found.hits(1))
            last = found
        }
        return try Self.record(
            source: pictures.source, task: task.name, classes: task.classes, labels: task.labels,
            readings: readings, hits: hits, last: last)
    }

    static func record(
        source: String, task: String, classes: [String], labels: [Int], readings: [ClassificationRecord.Reading],
        hits: [[Bool]], last: ZeroShot?
    ) throws -> ClassificationRecord {
        let counts = classes.indices.map { c in labels.count { $0 == c } }
        let n = Double(max(labels.count, 1))
        return ClassificationRecord(
            source: source, task: task, pictures: labels.count, classes: classes, counts: counts, readings: readings,
            recallOfLast: last?.recalls.map { $0?.value } ?? [],
            changes: try zip(hits.dropFirst(), readings.dropFirst()).map { right, reading in
                let test = try McNemar(first: hits[0], second: right)
                return .init(
                    from: readings[0].wording, to: reading.wording, lost: test.onlyFirst, gained: test.onlySecond,
                    p: test.p)
            }, chance: 1 / Double(classes.count), largestClass: Double(counts.max() ?? 0) / n)
    }
}
