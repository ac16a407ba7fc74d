import Foundation
import SynStatistics
import TestSupport
import Testing

/// What scipy and mpmath say: `Tests/Fixtures/statistics/statistics.json`, made by `make.py` beside it.
struct Reference: Decodable {
    struct Student: Decodable { let df, t, sf: Double; let q, isf: Double? }
    struct Normal: Decodable { let z, sf, q, isf: Double? }
    struct Fisher: Decodable { let d1, d2, f, sf, cdf: Double }
    struct Test: Decodable {
        let T, dof, p: Double
        let ci: [Double?]?
        let pExact: Double?
        enum CodingKeys: String, CodingKey {
            case T, dof, p, ci
            case pExact = "p_exact"
        }
    }
    struct Rank: Decodable { let U, p: Double }
    struct Permutation: Decodable { let difference, p: Double }
    struct Effect: Decodable { let d, g: Double; let d_ci, g_ci: [Double] }
    struct Exact: Decodable { let pooled, welch: Test; let effect: Effect }
    struct Groups: Decodable {
        let name: String
        let a, b: [Double]
        let scipy: [String: Test]?
        let exact: Exact
        let ranks: [String: Rank]?
        let permutation: [String: Permutation]?
    }
    struct Summaries: Decodable { let a, b: [Double]; let pooled, welch: Test }
    struct Line: Decodable { let x, y: [Double]; let r, p: Double }

    let student: [Student]
    let normal: [Normal]
    let fisher: [Fisher]
    let groups: [Groups]
    let summaries: [Summaries]
    let lines: [Line]

    static func load() throws -> Reference {
        try JSONDecoder().decode(Reference.self, from: Data(contentsOf: Fixture.url("statistics/statistics.json")))
    }
}

/// Largest relative error of many comparisons, with the place where it stood.
struct LargestError {
    /// The promise of the room: every statistic and p value, from 1 down to 1e-300.
    static let promised = 1e-9

    private(set) var value = 0.0
    private(set) var place = "nowhere"
    private(set) var count = 0
    private(set) var smallest = Double.infinity

    /// Relative to the expected value, or to `scale` where that is larger (a zero has no relative error).
    mutating func see(_ actual: Double, _ expected: Double, scale: Double = 0, _ place: @autoclosure () -> String) {
        count += 1
        if expected != 0 { smallest = min(smallest, abs(expected)) }
        if actual == expected { return }
        let error = abs(actual - expected) / max(abs(expected), scale)
        if !(error <= value) {
            value = error.isNaN ? .infinity : error
            self.place = "\(place()): \(actual) for \(expected)"
        }
    }

    mutating func see(_ actual: Interval, _ expected: [Double?], scale: Double, _ place: @autoclosure () -> String) {
        see(actual.lower, expected[0] ?? -.infinity, scale: scale, place())
        see(actual.upper, expected[1] ?? .infinity, scale: scale, place())
    }

    func check(_ what: String, within tolerance: Double = promised, sourceLocation: SourceLocation = #_sourceLocation) {
        print("\(what): largest relative error \(value) in \(count) values down to \(smallest)")
        #expect(count > 0, sourceLocation: sourceLocation)
        #expect(value <= tolerance, "\(what), \(place)", sourceLocation: sourceLocation)
    }
}
