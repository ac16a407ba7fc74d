/// Compares groups of scores pairwise by every test that fits them (protocol, section 1).
///
/// The published comparison is Student's pooled test over all scores. Twelve scores of four encoders under three seeds
/// are not twelve independent encoders, so beside it stand tests whose unit is the encoder, tests without the
/// assumption of equal variances or of normality, effect sizes and intervals; p values are corrected by Holm over the
/// comparisons of each test.
package struct SignificanceStudy: Sendable {
    /// How much resampling, and from which seed.
    ///
    /// All of it is bounded by `work`, so that a hundred thousand scores take seconds: with more units than that allows
    /// fewer assignments are dealt and fewer resamples drawn, never below 999, and the record says how many.
    package struct Settings: Equatable, Sendable {
        package var seed: UInt64
        /// Units dealt out or drawn in all comparisons of one test together, about.
        package var work = 400_000_000
        /// Permutations are enumerated up to so many assignments, drawn at random above.
        package var exactLimit: Int
        /// Random assignments where enumeration is too long; p is never below 1 / (draws + 1).
        package var draws: Int
        package var bootstrapResamples: Int
        /// The largest difference that would not matter, in units of the score; nil makes no tests of equivalence.
        package var margin: Double?

        package init(
            seed: UInt64 = 0, exactLimit: Int = 3_000_000, draws: Int = 99_999, bootstrapResamples: Int = 9_999
        ) {
            self.seed = seed
            self.exactLimit = exactLimit
            self.draws = draws
            self.bootstrapResamples = bootstrapResamples
        }
    }

    let groups: [ScoreGroup]
    private let source: String?
    let settings: Settings

    /// Groups of individual scores, in order of first appearance.
    package init(_ observations: [Observation], source: String? = nil, settings: Settings = Settings()) {
        var names: [String] = []
        var members: [String: [Observation]] = [:]
        for one in observations {
            if members[one.group] == nil { names.append(one.group) }
            members[one.group, default: []].append(one)
        }
        groups = names.map { ScoreGroup(name: $0, scores: members[$0] ?? []) }
        self.source = source
        self.settings = settings
    }

    /// Groups of which only summaries are known: t-tests and effect sizes, nothing that needs the scores.
    package init(_ summaries: [SummaryRow], source: String? = nil, settings: Settings = Settings()) {
        groups = summaries.map(ScoreGroup.init)
        self.source = source
        self.settings = settings
    }

    /// What a groups file holds, under its name.
    package init(_ file: GroupsFile, source: String? = nil, settings: Settings = Settings()) {
        switch file {
        case .scores(let scores): self.init(scores, source: source, settings: settings)
        case .summaries(let rows): self.init(rows, source: source, settings: settings)
        }
    }

    /// All tests of all pairs.
    ///
    /// Throws only where there is nothing to compare (fewer than two groups, a score that is not finite) or too much
    /// (more than a hundred groups).
    /// What is undefined for single groups is said in the record.
    /// - Parameter progress: told after each group and each comparison how many of all are done; may throw to stop.
    package func record(
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> SignificanceRecord {
        guard groups.count >= 2 else {
            throw StatisticsError.tooFew(what: "A comparison of groups", needed: 2, found: groups.count)
        }
        guard groups.count <= Self.mostGroups else {
            throw StatisticsError.outOfRange(
                what: "The number of groups", value: Double(groups.count),
                range: "at most \(Self.mostGroups), because every two are compared")
        }
        for group in groups { try group.validate() }
        let total = groups.count + pairCount
        var done = 0
        func tell() throws {
            try progress(done, total)
            done += 1
        }
        var comparisons: [ComparisonRecord] = []
        for (index, a) in groups.enumerated() {
            for b in groups[(index + 1)...] {
                try tell()
                comparisons.append(compare(a, b))
            }
        }
        correct(&comparisons)
        var described: [GroupRecord] = []
        for group in groups {
            try tell()
            described.append(describe(group))
        }
        try tell()
        return SignificanceRecord(
            source: source, seed: settings.seed, groups: described, comparisons: comparisons,
            correction: comparisons.count == 1
                ? "There is one comparison, so p values need no correction."
                : "Holm's correction over the \(comparisons.count) comparisons, for each test separately; a test that "
                    + "could not be computed was asked too and counts as p = 1.",
            warnings: SignificanceWarning.all(for: groups))
    }

    static let mostGroups = 100
    var pairCount: Int { groups.count * (groups.count - 1) / 2 }

    /// As many draws of so many units as the work allows, at least 999, at most `most`.
    func draws(_ most: Int, of units: Int, in rounds: Int) -> Int {
        min(most, max(999, settings.work / max(1, rounds) / max(1, units)))
    }

    /// A stream of its own for each purpose, so that adding a group changes no other result.
    func generator(_ purpose: String) -> SeededGenerator {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325   // FNV-1a
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var mixer = SeededGenerator(seed: settings.seed)
        return SeededGenerator(seed: mixer.next() ^ hash)
    }

    // MARK: One group

    private func describe(_ group: ScoreGroup) -> GroupRecord {
        var record = GroupRecord(group: group.name, n: group.count, mean: group.mean)
        if let summary = group.summary {
            record.deviation = summary.deviation
            record.interval = meanInterval(summary)
        }
        let scores = group.values
        if let details = try? Descriptives(scores) {
            record.populationDeviation = details.populationDeviation
            record.median = details.median
        }
        let units = group.encoderMeans ?? scores
        var generator = generator("bootstrap \(group.name)")
        record.bootstrapInterval = try? Bootstrap.meanInterval(
            of: units, resamples: draws(settings.bootstrapResamples, of: units.count, in: groups.count),
            using: &generator)
        if record.bootstrapInterval != nil { record.bootstrapUnit = group.encoders == nil ? .score : .encoder }
        if let encoders = group.encoders, let over = try? Descriptives(units) {
            record.encoders = encoders.map { encoder in
                let spread = try? Summary(encoder.scores).deviation
                return EncoderRecord(
                    encoder: encoder.name, n: encoder.scores.count, mean: meanOf(encoder.scores), deviation: spread)
            }
            record.meanOverEncoders = over.mean
            record.deviationOverEncoders = over.sampleDeviation
            record.intervalOverEncoders = (try? Summary(units)).flatMap(meanInterval)
        }
        return record
    }

    private func meanInterval(_ summary: Summary) -> Interval? {
        guard summary.deviation > 0 else { return nil }   // a constant tells nothing of its precision
        let t = StudentDistribution(checked: Double(summary.count - 1)).upperPoint(0.025)
        return Interval(around: summary.mean, reach: t * summary.squaredError.squareRoot())
    }

    // MARK: All comparisons

    private func correct(_ comparisons: inout [ComparisonRecord]) {
        for test in SignificanceTest.allCases {
            let places = comparisons.indices.compactMap { row in
                comparisons[row].tests.firstIndex { $0.name == test && $0.p != nil }.map { (row, $0) }
            }
            let asked = comparisons.count { $0[test] != nil }
            let corrected = holmCorrected(places.map { comparisons[$0.0].tests[$0.1].p ?? 1 }, of: asked)
            for ((row, column), p) in zip(places, corrected) { comparisons[row].tests[column].pHolm = p }
        }
    }
}
