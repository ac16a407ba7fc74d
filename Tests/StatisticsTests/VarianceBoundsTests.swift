import SynStatistics
import Testing

@Suite struct VarianceBoundsTests {
    /// scipy 1.17, `chi2.ppf` and `chi2.cdf`.
    @Test(arguments: [
        (0.2, 1.0, 0.0641847546673016), (0.2, 2, 0.4462871026284195), (0.2, 6, 3.070088405289287),
        (0.05, 3, 0.35184631774927144), (0.975, 200, 241.05789550631093), (0.5, 0.5, 0.0873476047057468),
        (0.001, 40, 17.91642653525202),
    ])
    func chiSquareQuantiles(p: Double, freedom: Double, expected: Double) throws {
        let found = try #require(ChiSquareDistribution(degreesOfFreedom: freedom).quantile(p))
        #expect(abs(found / expected - 1) < 1e-10, "\(found)")
    }

    @Test(arguments: [
        (0.5, 1.0, 0.5204998778130466), (30, 6, 0.9999606915518156), (1e-3, 4, 1.2495834114479173e-07),
        (250, 200, 0.9906208683311739),
    ])
    func chiSquareProbabilities(x: Double, freedom: Double, expected: Double) throws {
        let found = try ChiSquareDistribution(degreesOfFreedom: freedom).cumulative(x)
        #expect(abs(found / expected - 1) < 1e-10, "\(found)")
    }

    @Test func byHand() throws {
        // One seed each: means 1, 3 and 2, 4, so df 2 and a sum of squares of 4, over χ²(.2, 2) = .446287 and less the
        // pictures' .5.
        let bounds = try #require(VarianceBounds([[[1], [3]], [[2], [4]]], noise: 0.5))
        #expect(abs(bounds.encoder - (4 / 0.4462871026284195 - 0.5)) < 1e-9)
        #expect(bounds.seed == nil && bounds.encoderFreedom == 2 && bounds.seedFreedom == 0)
        #expect(VarianceBounds([[[1, 2]], [[2, 3]]], noise: 0) == nil, "one encoder a style")
    }

    /// In how many of 2,000 made-up runs, four encoders a style and two seeds each, the true variances are below their
    /// limits: 80 %, also where encoders do not differ at all.
    @Test(arguments: [1.0, 0.05])
    func limitsHoldFourTimesInFive(deviation: Double) throws {
        var generator = SeededGenerator(seed: 5)
        func normal() -> Double {
            let draws = (0..<12).map { _ in Double(generator.below(1 << 30)) / Double(1 << 30) }
            return draws.reduce(0, +) - 6
        }
        var (encoders, seeds) = (0, 0)
        for _ in 0..<2000 {
            let styles = (0..<2).map { style in
                (0..<4).map { _ in
                    let level = 3 * Double(style) + deviation * normal()
                    return (0..<2).map { _ in level + 0.5 * normal() + 0.3 * normal() }
                }
            }
            let bounds = try #require(VarianceBounds(styles, noise: 0.09))
            encoders += bounds.encoder >= deviation * deviation ? 1 : 0
            seeds += (bounds.seed ?? 0) >= 0.25 ? 1 : 0
        }
        print("deviation of encoders \(deviation): limits hold in \(encoders) and \(seeds) of 2,000")
        #expect((1540...1680).contains(encoders) && (1540...1680).contains(seeds))
    }
}
