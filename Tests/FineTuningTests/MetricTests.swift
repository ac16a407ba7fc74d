import Foundation
import SynFineTuning
import SynStatistics
import TestSupport
import Testing

/// Measures against scikit-learn, scipy and statsmodels: `Tests/Fixtures/finetuning/metrics.json`.
@Suite struct GLUEMetricTests {
    private struct Reference: Decodable {
        struct Labels: Decodable {
            let name: String
            let truth, guesses: [Int]
            let accuracy, matthews: Double
            let f1: Double?
        }
        struct Scores: Decodable {
            let name: String
            let truth, guesses: [Double]
            let pearson, spearman: Double
        }
        struct Discordant: Decodable {
            let onlyFirst, onlySecond: Int
            let p: Double
        }
        let labels: [Labels]
        let scores: [Scores]
        let mcnemar: [Discordant]

        static func load() throws -> Reference {
            try JSONDecoder().decode(
                Reference.self, from: Data(contentsOf: Fixture.url("finetuning/metrics.json")))
        }
    }

    private static let tolerance = 1e-12

    @Test func labels() throws {
        let cases = try Reference.load().labels
        #expect(cases.count == 6)
        for item in cases {
            let (truth, guesses) = (item.truth.map(Double.init), item.guesses.map(Double.init))
            func value(_ metric: GLUEMetric) throws -> Double { try metric.value(truth: truth, answers: guesses) }
            #expect(abs(try value(.accuracy) - item.accuracy) <= Self.tolerance, "\(item.name)")
            #expect(abs(try value(.matthews) - item.matthews) <= Self.tolerance, "\(item.name)")
            if let f1 = item.f1 { #expect(abs(try value(.f1) - f1) <= Self.tolerance, "\(item.name)") }
        }
    }

    @Test func scores() throws {
        let cases = try Reference.load().scores
        #expect(cases.count == 3)
        for item in cases {
            let pearson = try GLUEMetric.pearson.value(truth: item.truth, answers: item.guesses)
            let spearman = try GLUEMetric.spearman.value(truth: item.truth, answers: item.guesses)
            #expect(abs(pearson - item.pearson) <= Self.tolerance, "\(item.name)")
            #expect(abs(spearman - item.spearman) <= Self.tolerance, "\(item.name)")
        }
    }

    @Test func mcnemar() throws {
        let cases = try Reference.load().mcnemar
        #expect(cases.count == 10)
        for item in cases {
            let found = McNemar(onlyFirst: item.onlyFirst, onlySecond: item.onlySecond).p
            #expect(abs(found - item.p) <= 1e-12 + 1e-10 * item.p, "\(item.onlyFirst), \(item.onlySecond): \(found)")
        }
        let found = try McNemar(first: [true, true, false, true], second: [true, false, true, false])
        #expect((found.onlyFirst, found.onlySecond) == (2, 1))
        #expect(throws: StatisticsError.self) { try McNemar(first: [true], second: []) }
    }

    /// scikit-learn says 0 and warns; here it is said that there is no such number.
    @Test func undefined() {
        func complaint(_ metric: GLUEMetric, _ truth: [Double], _ answers: [Double]) -> String {
            do {
                return "\(try metric.value(truth: truth, answers: answers))"
            } catch { return error.description }
        }
        #expect(complaint(.matthews, [1, 1, 0], [1, 1, 1]).contains("undefined"))
        #expect(complaint(.matthews, [1, 1], [0, 1]).contains("undefined"))
        #expect(complaint(.f1, [0, 0], [0, 0]).contains("undefined"))
        #expect(complaint(.f1, [1, 0], [0, 0]) == "0.0")
        #expect(complaint(.spearman, [1, 2, 3], [2, 2, 2]).contains("undefined"))
        #expect(complaint(.pearson, [1, 2, 3], [2, 2, 2]).contains("undefined"))
        #expect(complaint(.accuracy, [], []).contains("undefined"))
        #expect(complaint(.accuracy, [1], []).contains("equal numbers"))
    }
}
