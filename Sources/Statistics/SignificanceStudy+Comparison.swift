/// Two groups and all tests that compare them.
extension SignificanceStudy {
    /// Every test and effect that the two groups allow, each with what it needs or why it could not be computed.
    func compare(_ a: ScoreGroup, _ b: ScoreGroup) -> ComparisonRecord {
        var tests = SignificanceTest.allCases
        if a.pairs(with: b) == nil { tests.removeAll { $0 == .paired || $0 == .pairedEquivalence } }
        if settings.margin == nil { tests.removeAll(where: \.isOfEquivalence) }
        var effects = [effect(a, b, unit: .score)]
        if a.encoders != nil, b.encoders != nil { effects.append(effect(a, b, unit: .encoder)) }
        return ComparisonRecord(
            a: a.name, b: b.name, difference: a.mean - b.mean, tests: tests.map { run($0, a, b) }, effects: effects)
    }

    private func run(_ test: SignificanceTest, _ a: ScoreGroup, _ b: ScoreGroup) -> TestRecord {
        var record = TestRecord(
            name: test, title: test.title, question: test.question, unit: test.unit,
            countA: a.count(of: test.unit), countB: b.count(of: test.unit))
        if let reason = test.obstacle(in: a) ?? test.obstacle(in: b) {
            record.unavailable = reason
            return record
        }
        do throws(StatisticsError) {
            try fill(&record, test, a, b)
        } catch {
            record.unavailable = error.description
        }
        return record
    }

    private func fill(
        _ record: inout TestRecord, _ test: SignificanceTest, _ a: ScoreGroup, _ b: ScoreGroup
    ) throws(StatisticsError) {
        var generator = generator("\(test.rawValue) \(a.name) \(b.name)")
        let units = record.countA + record.countB
        let draws = draws(settings.draws, of: units, in: pairCount)
        let exactLimit = min(settings.exactLimit, settings.work / max(1, pairCount))
        switch test {
        case .student: record.take(try TTest.pooled(a.summaryOrEmpty, b.summaryOrEmpty))
        case .welch: record.take(try TTest.welch(a.summaryOrEmpty, b.summaryOrEmpty))
        case .encoderWelch: record.take(try TTest.welch(a.encoderMeans ?? [], b.encoderMeans ?? []))
        case .paired:
            let pairs = a.pairs(with: b) ?? []
            record.take(try TTest.paired(pairs.map(\.0), pairs.map(\.1)))
        case .mannWhitney:
            let result = try MannWhitney(a.values, b.values)
            record.u = result.statistic
            record.p = result.p
            record.method = result.method.rawValue
        case .permutation:
            record.take(
                try PermutationTest(
                    a.values, b.values, limit: exactLimit, draws: draws, using: &generator))
        case .equivalence, .encoderEquivalence, .pairedEquivalence:
            try fillEquivalence(&record, test, a, b)
        case .encoderPermutation:
            record.take(
                try PermutationTest(
                    units: (a.encoders ?? []).map(\.scores), (b.encoders ?? []).map(\.scores),
                    limit: exactLimit, draws: draws, using: &generator))
        }
    }

    private func fillEquivalence(
        _ record: inout TestRecord, _ test: SignificanceTest, _ a: ScoreGroup, _ b: ScoreGroup
    ) throws(StatisticsError) {
        guard let margin = settings.margin else { return }
        let range = Interval(around: 0, reach: margin)
        let found: EquivalenceTest
        switch test {
        case .encoderEquivalence:
            let name = "An equivalence test"
            found = try .welch(
                Summary(a.encoderMeans ?? [], for: name), Summary(b.encoderMeans ?? [], for: name), within: range)
        case .pairedEquivalence:
            let pairs = a.pairs(with: b) ?? []
            found = try .paired(pairs.map(\.0), pairs.map(\.1), within: range)
        default: found = try .welch(a.summaryOrEmpty, b.summaryOrEmpty, within: range)
        }
        // Of the two, the one that is harder to reject.
        record.t = abs(found.lowerT) < abs(found.upperT) ? found.lowerT : found.upperT
        (record.degreesOfFreedom, record.p, record.difference) = (found.degreesOfFreedom, found.p, found.difference)
        (record.margin, record.interval90) = (margin, found.interval)
    }

    private func effect(_ a: ScoreGroup, _ b: ScoreGroup, unit: SignificanceUnit) -> EffectRecord {
        var record = EffectRecord(unit: unit)
        let test = unit == .score ? SignificanceTest.student : .encoderWelch
        if let reason = test.obstacle(in: a) ?? test.obstacle(in: b) {
            record.unavailable = reason
            return record
        }
        do throws(StatisticsError) {
            let size =
                unit == .score
                ? try EffectSize(a.summaryOrEmpty, b.summaryOrEmpty)
                : try EffectSize(a.encoderMeans ?? [], b.encoderMeans ?? [])
            record.cohenD = size.cohenD
            record.cohenDInterval = size.cohenDInterval
            record.hedgesG = size.hedgesG
            record.hedgesGInterval = size.hedgesGInterval
        } catch {
            record.unavailable = error.description
        }
        return record
    }
}

extension TestRecord {
    fileprivate mutating func take(_ test: TTest) {
        t = test.statistic
        degreesOfFreedom = test.degreesOfFreedom
        p = test.p
        difference = test.difference
        interval = test.interval
    }

    fileprivate mutating func take(_ test: PermutationTest) {
        p = test.p
        smallestP = test.smallestP
        difference = test.difference
        method = test.method.rawValue
        assignments = test.assignments
    }
}
