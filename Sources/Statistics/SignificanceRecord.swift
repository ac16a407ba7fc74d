/// The result of comparing groups of scores: every number of a significance report, and the sentences to read
/// them by.
///
/// JSON keys follow pingouin and scipy (`T`, `dof`, `p`, `ci95`, `cohen_d`, …). Absent keys mean "does not exist
/// for these data"; no field is ever NaN or infinite. `schema_version` changes when the meaning of a key does.
package struct SignificanceRecord: Codable, Equatable, Sendable {
    package var schemaVersion = 1
    /// The file or run the scores came from.
    package var source: String?
    /// The seed of Monte Carlo permutations and bootstrap samples.
    package var seed: UInt64
    package var groups: [GroupRecord]
    /// One for each pair of groups: first–second, first–third, second–third, …
    package var comparisons: [ComparisonRecord]
    /// How p values were corrected for asking several questions.
    package var correction: String
    /// What a reader must know before believing a p value.
    package var warnings: [SignificanceWarning]

    enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case source, seed, groups, comparisons, correction, warnings
    }
}

/// One group, described.
package struct GroupRecord: Codable, Equatable, Sendable {
    package var group: String
    /// The number of scores.
    package var n: Int
    package var mean: Double
    /// Sample standard deviation (divisor n − 1); absent for one score.
    package var deviation: Double?
    /// Standard deviation of these scores themselves (divisor n); absent where only a summary is known.
    package var populationDeviation: Double?
    package var median: Double?
    /// Student's 95 % interval of the mean, every score taken as independent.
    package var interval: Interval?
    /// Percentile bootstrap 95 % interval of the mean of `bootstrapUnit`s.
    package var bootstrapInterval: Interval?
    /// What the bootstrap draws: encoder means where encoders are known, else scores.
    package var bootstrapUnit: SignificanceUnit?
    /// The encoders in order of appearance; absent where the scores name none.
    package var encoders: [EncoderRecord]?
    /// Mean of the encoders' means.
    package var meanOverEncoders: Double?
    /// Sample standard deviation of the encoders' means; absent for one encoder.
    package var deviationOverEncoders: Double?
    /// Student's 95 % interval of the mean of encoders' means.
    package var intervalOverEncoders: Interval?

    enum CodingKeys: String, CodingKey {
        case group, n, mean, median, encoders
        case deviation = "sd"
        case populationDeviation = "sd_population"
        case interval = "ci95"
        case bootstrapInterval = "bootstrap_ci95"
        case bootstrapUnit = "bootstrap_unit"
        case meanOverEncoders = "mean_over_encoders"
        case deviationOverEncoders = "sd_over_encoders"
        case intervalOverEncoders = "ci95_over_encoders"
    }
}

/// One encoder of a group: its scores over seeds.
package struct EncoderRecord: Codable, Equatable, Sendable {
    package var encoder: String
    package var n: Int
    package var mean: Double
    /// Sample standard deviation over seeds; absent for one seed.
    package var deviation: Double?

    enum CodingKeys: String, CodingKey {
        case encoder, n, mean
        case deviation = "sd"
    }
}

/// What counts as one independent observation.
package enum SignificanceUnit: String, Codable, Sendable {
    case score
    case encoder
}

/// Two groups compared by every test.
package struct ComparisonRecord: Codable, Equatable, Sendable {
    package var a: String
    package var b: String
    /// Mean of a's scores − mean of b's.
    package var difference: Double
    package var tests: [TestRecord]
    /// Effect sizes, by score and where encoders are known by encoder.
    package var effects: [EffectRecord]

    /// The entry of one test, for those who look for it by name.
    package subscript(_ name: SignificanceTest) -> TestRecord? { tests.first { $0.name == name } }
}

/// One test of one pair of groups. All tests are two-sided.
package struct TestRecord: Codable, Equatable, Sendable {
    package var name: SignificanceTest
    package var title: String
    /// The question this test answers, as a sentence.
    package var question: String
    package var unit: SignificanceUnit
    /// How many units each group has.
    package var countA: Int
    package var countB: Int
    /// T of a t-test.
    package var t: Double?
    /// U of the Mann-Whitney test, of group a.
    package var u: Double?
    package var degreesOfFreedom: Double?
    package var p: Double?
    /// p after Holm's correction over the comparisons of this test.
    package var pHolm: Double?
    /// The smallest p this design could have given (permutation tests).
    package var smallestP: Double?
    /// The difference tested, mean of a's units − mean of b's.
    package var difference: Double?
    /// 95 % confidence interval of `difference`.
    package var interval: Interval?
    /// `exact`, `asymptotic` or `monte-carlo`, where there is a choice.
    package var method: String?
    /// Assignments tried by a permutation test.
    package var assignments: Int?
    /// The margin of an equivalence test, to either side of 0, and the 90 % interval that lies within it where p is
    /// below 0.05.
    package var margin: Double?
    package var interval90: Interval?
    /// Why the numbers are absent, as a sentence; absent when they are there.
    package var unavailable: String?

    enum CodingKeys: String, CodingKey {
        case name, title, question, unit, p, difference, method, assignments, margin, unavailable
        case interval90 = "ci90"
        case countA = "n_a"
        case countB = "n_b"
        case t = "T"
        case u = "U"
        case degreesOfFreedom = "dof"
        case pHolm = "p_holm"
        case smallestP = "p_min"
        case interval = "ci95"
    }
}

/// Cohen's d and Hedges' g of one pair of groups.
package struct EffectRecord: Codable, Equatable, Sendable {
    package var unit: SignificanceUnit
    package var cohenD: Double?
    package var cohenDInterval: Interval?
    package var hedgesG: Double?
    package var hedgesGInterval: Interval?
    /// Why there is no effect size, as a sentence.
    package var unavailable: String?

    enum CodingKeys: String, CodingKey {
        case unit, unavailable
        case cohenD = "cohen_d"
        case cohenDInterval = "cohen_d_ci95"
        case hedgesG = "hedges_g"
        case hedgesGInterval = "hedges_g_ci95"
    }
}

/// Something a reader must know before believing a p value.
package struct SignificanceWarning: Codable, Equatable, Sendable {
    package enum Code: String, Codable, Sendable {
        /// Scores of one encoder under several seeds are counted as independent.
        case seedsNotIndependent = "seeds_not_independent"
        /// Nothing says which scores share an encoder.
        case encodersUnknown = "encoders_unknown"
        /// A group has one score: it has no standard deviation and no t-test.
        case singleScore = "single_score"
        /// A group has one encoder: nothing is known of the spread between encoders.
        case singleEncoder = "single_encoder"
        /// All scores of a group are the same.
        case constantGroup = "constant_group"
        /// Groups differ in their number of encoders.
        case unequalEncoders = "unequal_encoders"
        /// Encoders of a group differ in their number of scores.
        case unequalSeeds = "unequal_seeds"
        /// An encoder appears in more than one group.
        case sharedEncoder = "shared_encoder"
    }

    package var code: Code
    /// The groups it concerns.
    package var groups: [String]
    /// A sentence or two.
    package var message: String
}
