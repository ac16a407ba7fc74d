import Foundation
import SynPortraits
import TestSupport
import Testing

/// Compares 20,000 portraits with CelebA-HQ's figures (`Fixtures/portraits/frequencies.csv`).
@Suite struct AttributeFrequencyTests {
    private static let portraits = 20_000

    private static func attributes() -> [PortraitAttributes] {
        (0..<portraits).map { PortraitWorld().portrait(at: $0).attributes }
    }

    @Test func marginalsAndCorrelationsFollowCelebAHQ() throws {
        let all = Self.attributes()
        let n = Double(Self.portraits)
        func mean(_ a: PortraitAttribute) -> Double { Double(all.count { $0[a] }) / n }
        func correlation(_ a: PortraitAttribute, _ b: PortraitAttribute) -> Double {
            let (p, q) = (mean(a), mean(b))
            let both = Double(all.count { $0[a] && $0[b] }) / n
            return (both - p * q) / (p * (1 - p) * q * (1 - q)).squareRoot()
        }
        let text = try String(contentsOf: Fixture.url("portraits/frequencies.csv"), encoding: .utf8)
        var marginal = (worst: 0.0, name: "")
        var pairwise = (worst: 0.0, name: "")
        var lines = 0
        for row in text.split(separator: "\n").dropFirst() {
            let fields = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let first = try #require(PortraitAttribute(name: fields[0]))
            let figure = try #require(Double(fields[2]))
            lines += 1
            if let second = PortraitAttribute(name: fields[1]) {
                let off = abs(correlation(first, second) - figure)
                if off > pairwise.worst { pairwise = (off, "\(fields[0]) and \(fields[1])") }
            } else {
                let off = abs(mean(first) - figure)
                if off > marginal.worst { marginal = (off, fields[0]) }
            }
        }
        print("largest deviation of 40 marginals: \(marginal.worst) (\(marginal.name))")
        print("largest deviation of the 40 strongest correlations: \(pairwise.worst) (\(pairwise.name))")
        #expect(lines == 80)
        #expect(marginal.worst < 0.015)
        #expect(pairwise.worst < 0.08)
    }

    @Test func noPortraitContradictsItself() {
        for attributes in Self.attributes() {
            var consistent = attributes
            consistent.makeConsistent()
            #expect(attributes == consistent)
        }
        var two: PortraitAttributes = [.blackHair, .grayHair, .wavyHair, .straightHair, .bald, .bangs]
        two.makeConsistent()
        #expect(two == [.grayHair, .noBeard, .straightHair, .bangs])
    }
}
