import Foundation
import SynStatistics
import Testing

@Suite struct DistributionTests {
    @Test func studentEqualsMpmath() throws {
        var (tails, complements, quantiles) = (LargestError(), LargestError(), LargestError())
        for row in try Reference.load().student {
            let distribution = try StudentDistribution(degreesOfFreedom: row.df)
            tails.see(distribution.upperTail(row.t), row.sf, "P(T > \(row.t)), \(row.df) degrees")
            tails.see(distribution.cumulative(-row.t), row.sf, "P(T < -\(row.t)), \(row.df) degrees")
            complements.see(distribution.cumulative(row.t), 1 - row.sf, "P(T < \(row.t)), \(row.df) degrees")
            guard let q = row.q, let isf = row.isf else { continue }
            quantiles.see(distribution.upperPoint(q), isf, "quantile \(q), \(row.df) degrees")
            quantiles.see(-(try #require(distribution.quantile(q))), isf, "quantile \(q), \(row.df) degrees")
        }
        tails.check("Student's tail")
        complements.check("Student's distribution function")
        quantiles.check("Student's quantile")
    }

    @Test func normalEqualsMpmath() throws {
        var (tails, quantiles) = (LargestError(), LargestError())
        for row in try Reference.load().normal {
            if let z = row.z, let sf = row.sf {
                tails.see(NormalDistribution.upperTail(z), sf, "P(Z > \(z))")
                tails.see(NormalDistribution.cumulative(-z), sf, "P(Z < -\(z))")
            }
            if let q = row.q, let isf = row.isf {
                quantiles.see(NormalDistribution.upperPoint(q), isf, "quantile \(q)")
            }
        }
        tails.check("The normal tail")
        quantiles.check("The normal quantile")
    }

    /// Fisher's distribution is the incomplete beta function of two free parameters.
    @Test func incompleteBetaEqualsMpmath() throws {
        var tails = LargestError()
        for row in try Reference.load().fisher {
            // P(F > f) = I_x(ν₂/2, ν₁/2) with x = ν₂/(ν₂ + ν₁ f).
            let x = UnitPoint(oddsSquareRoot: (row.f * (row.d1 / row.d2)).squareRoot())
            let (upper, lower) = (
                IncompleteBeta.lower(x, row.d2 / 2, row.d1 / 2), IncompleteBeta.upper(x, row.d2 / 2, row.d1 / 2)
            )
            tails.see(row.f <= 0 ? 1 : upper, row.sf, "P(F > \(row.f)), \(row.d1) and \(row.d2)")
            tails.see(row.f <= 0 ? 0 : lower, row.cdf, "P(F < \(row.f)), \(row.d1) and \(row.d2)")
        }
        tails.check("Fisher's tails")
    }

    @Test func closedForms() throws {
        // One degree of freedom is Cauchy's distribution: ½ − arctan(t)/π; two: ½ − t/(2√(t² + 2)).
        let cauchy = try StudentDistribution(degreesOfFreedom: 1)
        let two = try StudentDistribution(degreesOfFreedom: 2)
        for t in [0.1, 1, 2.5, 7] {
            #expect(abs(cauchy.upperTail(t) - (0.5 - atan(t) / .pi)) < 1e-15)
            #expect(abs(two.upperTail(t) - (0.5 - t / (2 * (t * t + 2).squareRoot()))) < 1e-15)
        }
        #expect(abs(try #require(cauchy.quantile(0.75)) - 1) < 1e-14)
        // I_x(1, b) = 1 − (1 − x)ᵇ and I_x(a, 1) = xᵃ
        #expect(abs(IncompleteBeta.lower(UnitPoint(0.3), 1, 4) - (1 - 0.2401)) < 1e-15)
        #expect(abs(IncompleteBeta.lower(UnitPoint(0.3), 3, 1) - 0.027) < 1e-15)
        #expect(abs(IncompleteBeta.upper(UnitPoint(0.3), 3, 1) - 0.973) < 1e-15)
    }

    @Test func edges() throws {
        let distribution = try StudentDistribution(degreesOfFreedom: 5)
        #expect(distribution.upperTail(0) == 0.5)
        #expect(distribution.upperTail(.infinity) == 0)
        #expect(distribution.cumulative(.infinity) == 1)
        #expect(distribution.quantile(0.5) == 0)
        #expect(distribution.quantile(0) == -.infinity)
        #expect(distribution.quantile(1) == .infinity)
        #expect(distribution.quantile(1.1) == nil)
        #expect(NormalDistribution.upperPoint(0.5) == 0 && NormalDistribution.upperPoint(0) == .infinity)
        let endless = try StudentDistribution(degreesOfFreedom: .infinity)
        #expect(endless.upperTail(1.3) == NormalDistribution.upperTail(1.3))
        #expect(throws: StatisticsError.self) { try StudentDistribution(degreesOfFreedom: 0) }
        #expect(IncompleteBeta.lower(UnitPoint(0), 2, 3) == 0)
        #expect(IncompleteBeta.lower(UnitPoint(1), 2, 3) == 1)
    }
}
