/// A group as the tests need it: its scores, or only their summary; and its encoders where they are known.
struct ScoreGroup: Sendable {
    struct Encoder: Sendable {
        let name: String
        let scores: [Double]
    }

    let name: String
    let count: Int
    let mean: Double
    /// Nil for a single score.
    let summary: Summary?
    /// Empty where only a summary is known.
    let observations: [Observation]
    /// In order of appearance; nil unless every score names its encoder.
    let encoders: [Encoder]?

    init(name: String, scores: [Observation]) {
        let values = scores.map(\.score)
        self.name = name
        count = scores.count
        mean = meanOf(values)
        summary = try? Summary(values)
        observations = scores
        var names: [String] = []
        var members: [String: [Double]] = [:]
        for one in scores {
            guard let encoder = one.encoder else { continue }
            if members[encoder] == nil { names.append(encoder) }
            members[encoder, default: []].append(one.score)
        }
        let complete = scores.allSatisfy { $0.encoder != nil }
        encoders = complete ? names.map { Encoder(name: $0, scores: members[$0] ?? []) } : nil
    }

    init(_ row: SummaryRow) {
        name = row.group
        count = row.count
        mean = row.mean
        summary =
            row.count >= 2
            ? row.deviation.map { Summary(mean: row.mean, deviation: $0, count: row.count) } : nil
        observations = []
        encoders = nil
    }

    var values: [Double] { observations.map(\.score) }

    var encoderMeans: [Double]? { encoders?.map { meanOf($0.scores) } }

    /// The summary where `SignificanceTest.obstacle` has made sure there is one; else one that no test accepts.
    var summaryOrEmpty: Summary { summary ?? Summary(mean: mean, deviation: 0, count: 1) }

    /// Some encoder has several scores.
    var hasRepeats: Bool { encoders?.contains { $0.scores.count > 1 } ?? false }

    func count(of unit: SignificanceUnit) -> Int {
        switch unit {
        case .score: count
        case .encoder: encoders?.count ?? 0
        }
    }

    func validate() throws(StatisticsError) {
        try requireFinite(observations.isEmpty ? [mean] : values, atLeast: 1, for: "Group \(name)")
        if let summary { try summary.validated(for: "Group \(name)") }
    }

    /// The scores of equal encoder and seed side by side; nil unless both groups have exactly the same ones.
    func pairs(with other: ScoreGroup) -> [(Double, Double)]? {
        struct Key: Hashable {
            let encoder: String
            let seed: Int?
        }
        func keyed(_ group: ScoreGroup) -> [Key: Double]? {
            var scores: [Key: Double] = [:]
            for one in group.observations {
                guard let encoder = one.encoder,
                    scores.updateValue(one.score, forKey: Key(encoder: encoder, seed: one.seed)) == nil
                else { return nil }
            }
            return scores.isEmpty ? nil : scores
        }
        guard let own = keyed(self), let others = keyed(other), own.count == others.count else { return nil }
        var pairs: [(Double, Double)] = []
        for one in observations {
            guard let encoder = one.encoder, let partner = others[Key(encoder: encoder, seed: one.seed)] else {
                return nil
            }
            pairs.append((one.score, partner))
        }
        return pairs
    }
}

extension SignificanceTest {
    /// Why this test cannot be asked of a group, as a sentence; nil when it can.
    func obstacle(in group: ScoreGroup) -> String? {
        let name = group.name
        switch self {
        case .student, .welch, .equivalence:
            if group.count == 1 {
                return "Group \(name) has a single score, so its standard deviation, and what builds on it, "
                    + "is undefined."
            }
            return group.summary == nil ? "Group \(name) has no standard deviation." : nil
        case .mannWhitney, .permutation:
            return group.observations.isEmpty
                ? "Only the mean and standard deviation of group \(name) are known; this test needs its scores." : nil
        case .encoderWelch, .encoderPermutation, .encoderEquivalence:
            if group.observations.isEmpty {
                return "Only the mean and standard deviation of group \(name) are known; "
                    + "this test needs its scores and their encoders."
            }
            guard let encoders = group.encoders else {
                return "The scores of group \(name) do not name their encoders, and this test counts encoders."
            }
            if self != .encoderPermutation, encoders.count == 1 {
                return "Group \(name) has a single encoder (\(encoders[0].name)), so the spread between encoders, "
                    + "and what builds on it, is undefined."
            }
            return nil
        case .paired, .pairedEquivalence:
            return group.count == 1
                ? "Group \(name) has a single score, so the spread of differences, and what builds on it, "
                    + "is undefined." : nil
        }
    }
}
