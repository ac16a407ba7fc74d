import Foundation
import SynMetrics
import SynPortraits
import SynRuns
import SynStatistics
import SynTensors
import TestSupport
import Testing

/// Linear readings against scikit-learn, and distances of sets against torch-fidelity and numpy:
/// `Tests/Fixtures/scores/make_readings.py`.
@Suite struct LinearReadingTests {
    private struct Reference: Decodable {
        struct Ridge: Decodable { let alpha: Double; let w: [Double]; let b, r2: Double }
        struct Logistic: Decodable { let c: Double; let w: [Double]; let b, auc, loss: Double }
        struct Areas: Decodable {
            let values: [Double]; let labels: [Bool]; let weights: [Double]; let auc, weighted: Double
        }
        struct Kernel: Decodable { let size: Int; let subsets: [[[Int]]]; let mean, std: Double }
        let x: [[Double]]; let y: [Double]; let ridge: [Ridge]; let logistic: [Logistic]; let areas: Areas
        let first, second: [[Double]]; let kid: [Kernel]; let precision, recall: Double
    }

    private let reference: Reference

    init() throws {
        reference = try JSONDecoder().decode(
            Reference.self, from: Data(contentsOf: Fixture.url("scores/readings.json")))
    }

    private func matrix(_ rows: some Collection<[Double]>) -> DoubleMatrix {
        DoubleMatrix(rows.flatMap(\.self), rows: rows.count, columns: rows.first?.count ?? 0)
    }

    private func expectClose(_ a: [Double], _ b: [Double], _ tolerance: Double, _ place: String) {
        let error = zip(a, b).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? .infinity
        print("\(place): largest error \(error)")
        #expect(a.count == b.count && error <= tolerance, "\(place): \(error)")
    }

    @Test func ridgeEqualsScikitLearn() throws {
        let (x, held) = (matrix(reference.x[..<40]), matrix(reference.x[40...]))
        let regression = try RidgeRegression(x)
        for row in reference.ridge {
            let found = regression.fit(Array(reference.y[..<40]), penalty: row.alpha)
            expectClose(found.weights + [found.intercept], row.w + [row.b], 1e-9, "ridge, α \(row.alpha)")
            let (guess, y) = (found(held), Array(reference.y[40...]))
            let level = y.reduce(0, +) / Double(y.count)
            let r2 =
                1 - zip(guess, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                / y.reduce(0) { $0 + ($1 - level) * ($1 - level) }
            #expect(abs(r2 - row.r2) < 1e-9)
        }
    }

    @Test func logisticRegressionEqualsScikitLearn() throws {
        let (x, held) = (matrix(reference.x[..<40]), matrix(reference.x[40...]))
        let labels = reference.y.map { $0 > 0 }
        let regression = LogisticRegression(x)
        var start: LinearFunction?
        for row in reference.logistic {
            let cold = regression.fit(Array(labels[..<40]), inversePenalty: row.c)
            let warm = regression.fit(Array(labels[..<40]), inversePenalty: row.c, start: start)
            expectClose(cold.weights + [cold.intercept], row.w + [row.b], 1e-7, "logistic, C \(row.c)")
            expectClose(warm.weights, cold.weights, 1e-8, "warm, C \(row.c)")
            let scores = cold(held)
            #expect(abs((AreaUnderROC(scores, Array(labels[40...]))() ?? 0) - row.auc) < 1e-12)
            #expect(abs(LogisticRegression.loss(scores, Array(labels[40...])) - row.loss) < 1e-6)
            start = cold
        }
    }

    @Test func areaEqualsScikitLearn() throws {
        let areas = reference.areas
        let found = AreaUnderROC(areas.values, areas.labels)
        let (plain, weighted) = (try #require(found()), try #require(found { areas.weights[$0] }))
        #expect(abs(plain - areas.auc) < 1e-12 && abs(weighted - areas.weighted) < 1e-12)
        #expect(AreaUnderROC([1, 2], [true, true])() == nil)
    }

    @Test func kernelDistanceEqualsTorchFidelity() throws {
        let (a, b) = (matrix(reference.first), matrix(reference.second))
        for row in reference.kid {
            let found = try KernelDistance(between: a, and: b, over: row.subsets.map { ($0[0], $0[1]) })
            expectClose([found.mean, found.deviation], [row.mean, row.std], 1e-9, "kernel distance")
            #expect(found.subsetSize == row.size)
        }
        let drawn = try KernelDistance(between: a, and: b)
        #expect(drawn.subsetSize == 40 && drawn.subsets == 100)
        #expect(try KernelDistance(between: a, and: a).subsets == 1)
        #expect(throws: UserError.self) { try KernelDistance(between: matrix([[1, 2]]), and: matrix([[1, 2]])) }
    }

    @Test func precisionAndRecallTheLongWay() throws {
        let found = try PrecisionRecall(of: matrix(reference.first), among: matrix(reference.second))
        #expect(abs(found.precision - reference.precision) < 1e-12 && abs(found.recall - reference.recall) < 1e-12)
        #expect(found.precision > 0 && found.precision < 1)
        #expect(throws: UserError.self) {
            try PrecisionRecall(of: matrix(reference.first.prefix(3)), among: matrix(reference.second))
        }
    }

    /// Vectors that hold the statements are read; vectors of noise are not, and faces that show them are counted.
    @Test func whatIsThereIsFound() throws {
        let captions = (0..<150).flatMap { PortraitWorld().portrait(at: $0).describedCaptions }
        let stated = captions.map(\.mentions)
        let attributes = Array(Set(stated.flatMap(\.keys))).sorted { $0.rawValue < $1.rawValue }
        var generator = SeededGenerator(seed: 3)
        func noise() -> Double { Double(generator.next() >> 11) * 0x1p-53 - 0.5 }
        let knowing = matrix(
            stated.map { one in attributes.map { (one[$0].map { $0 ? 1 : -1 } ?? 0) + 0.4 * noise() } })
        let blind = matrix(stated.map { _ in (0..<20).map { _ in noise() } })
        let faces = captions.prefix(300).enumerated().map { place, caption in
            DrawnAttributes(
                portrait: place / 10, stated: caption.mentions,
                probabilities: Dictionary(uniqueKeysWithValues: attributes.map { ($0, 0.5 + noise()) }))
        }
        let reading = try LinearReading(stated)
        let found = try reading.record(of: "knowing", vectors: knowing, drawn: faces)
        let none = try reading.record(of: "blind", vectors: blind)
        #expect(found.attributes.count > 8 && found.training > found.test && found.faces == 300)
        let (r2, auc) = (try #require(found.r2), try #require(found.auc))
        #expect(r2.value > 0.6 && auc.value > 0.9)
        let (shown, lost) = (try #require(found.drawn), try #require(found.lost))
        #expect(abs(shown.value - 0.5) < 0.1 && lost.interval.lower > 0.2)
        let (blindR2, blindArea) = (try #require(none.r2), try #require(none.auc))
        #expect(blindR2.value < 0.05 && abs(blindArea.value - 0.5) < 0.06)
        #expect(none.drawn == nil && none.lost == nil)
        for one in found.attributes { #expect(one.auc.interval.contains(one.auc.value)) }
        #expect(throws: UserError.self) { try LinearReading(texts: ["He has a beard."]) }
    }
}
