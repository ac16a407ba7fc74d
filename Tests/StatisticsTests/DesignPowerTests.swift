import SynStatistics
import Testing

/// Power against statsmodels 0.15 (`TTestIndPower`, two-sided, α = .05) and scipy's normal distribution.
@Suite struct DesignPowerTests {
    /// With no variance between seeds and pictures, encoders' deviation is the only one: Cohen's d is difference / σ.
    private func design(_ encoders: Int) -> DesignPower {
        DesignPower(.init(encoder: 4, seed: 0, picture: 0), encoders: encoders, seeds: 1, captions: 1)
    }

    @Test(arguments: [
        (2.0, 2, 0.21830707484678244), (2, 4, 0.6568758750949886), (0.5, 8, 0.15404750233609266),
        (1.5, 3, 0.2931947003055979),
    ])
    func powerOfTheTestOfEncoders(effect: Double, encoders: Int, expected: Double) {
        #expect(abs(design(encoders).power(at: 2 * effect, .encodersOfTheirKind) - expected) < 1e-9)
    }

    @Test(arguments: [(2, 5.653489341914222), (4, 2.3807544845379036), (8, 1.5066342476563057)])
    func theSmallestDifferenceThatIsFound(encoders: Int, expected: Double) {
        #expect(abs(design(encoders).detectable(.encodersOfTheirKind) - 2 * expected) < 1e-4)
    }

    @Test func theseEncodersAreANormalTestOfPicturesAlone() {
        var design = DesignPower(
            .init(encoder: 9, seed: 1, picture: 50), encoders: 2, seeds: 1, captions: 25, pictures: 2)
        // SE² = 2 · 50 / (2 · 1 · 25 · 2) = 1, so a difference of 2 is two standard errors.
        #expect(design.standardError(.theseEncoders) == 1)
        #expect(abs(design.power(at: 2, .theseEncoders) - 0.5160052739761748) < 1e-5)
        design.encoders = 1
        #expect(design.power(at: 5, .encodersOfTheirKind) == 0, "one encoder a style cannot be tested")
        #expect(design.detectable(.encodersOfTheirKind) == .infinity)
    }

    @Test func encodersNeeded() {
        let needed = design(2).encodersNeeded(for: 4)
        #expect(needed == 6, "d = 2: power .657 at four, .80 is passed between five and six")
        #expect(design(2).encodersNeeded(for: 1e-3) == nil)
    }

    @Test func aRatioOfMeansHasAnIntervalUnlessItsDenominatorChangesSign() throws {
        let (over, under) = ([1.0, 2, 3, 4], [2.0, 4, 6, 8])
        let half = try ClusteredRatio(over, under, clusters: [0, 0, 1, 1])
        #expect(half.ratio == 0.5 && half.interval == Interval(0.5, 0.5))
        let open = try ClusteredRatio([1, 1], [1, -2], clusters: [0, 1])
        #expect(open.ratio == -2 && open.interval == nil)
        #expect(throws: StatisticsError.self) { try ClusteredRatio([1, 2], [1, 2], clusters: [0, 0]) }
    }
}
