/// The result of comparing groups of scores: every number of a significance report, and the sentences to read
/// them by.
///
/// JSON keys follow pingouin and scipy (`T`, `dof`, `p`, `ci95`, `cohen_d`, …). Absent keys mean "does not exist
/// for these data"; no field is ever NaN or infinite. `schema_version` changes when the meaning of a key does.
public struct SignificanceRecord: Codable, Equatable, Sendable {
    public var schemaVersion = 1
    /// The file or run the scores came from.
    public var source: String?
    /// The seed of Monte Carlo permutations and bootstrap samples.
    public var seed: UInt64
    public var groups: [GroupRecord]
    /// One for each pair of groups: first–second, first–third, second–third, …
    public var comparisons: [ComparisonRecord]
    /// How p values were corrected for asking several questions.
    public var correction: String
    /// What a reader must know before believing a p value.
    public var warnings: [SignificanceWarning]

    enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case source, seed, groups, comparisons, correction, warnings
    }
}

/// One group, described.
public struct GroupRecord: Codable, Equatable, Sendable {
    public var group: String
    /// The number of scores.
    public var n: Int
    public var mean: Double
    /// Sample standard deviation (divisor n − 1); absent for one score.
    public var deviation: Double?
    /// Standard deviation of these scores themselves (divisor n); absent where only a summary is known.
    public var populationDeviation: Double?
    public var median: Double?
    /// Student's 95 % interval of the mean, every score taken as independent.
    public var interval: Interval?
    /// Percentile bootstrap 95 % interval of the mean of `bootstrapUnit`s.
    public var bootstrapInterval: Interval?
    /// What the bootstrap draws: encoder means where encoders are known, else scores.
    public var bootstrapUnit: SignificanceUnit?
    /// The encoders in order of appearance; absent where the scores name none.
    public var encoders: [EncoderRecord]?
    /// Mean of the encoders' means.
    public var meanOverEncoders: Double?
    /// Sample standard deviation of the encoders' means; absent for one encoder.
    public var deviationOverEncoders: Double?
    /// Student's 95 % interval of the mean of encoders' means.
    public var intervalOverEncoders: Interval?

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
public struct EncoderRecord: Codable, Equatable, Sendable {
    public var encoder: String
    public var n: Int
    public var mean: Double
    /// Sample standard deviation over seeds; absent for one seed.
    public var deviation: Double?

    enum CodingKeys: String, CodingKey {
        case encoder, n, mean
        case deviation = "sd"
    }
}

/// What counts as one independent observation.
public enum SignificanceUnit: String, Codable, Sendable {
    case score
    case encoder
}

/// Two groups compared by every test.
public struct ComparisonRecord: Codable, Equatable, Sendable {
    public var a: String
    public var b: String
    /// Mean of a's scores − mean of b's.
    public var difference: Double
    public var tests: [TestRecord]
    /// Effect sizes, by score and where encoders are known by encoder.
    public var effects: [EffectRecord]

    /// The entry of one test, for those who look for it by name.
    public subscript(_ name: SignificanceTest) -> TestRecord? { tests.first { $0.name == name } }
}

/// One test of one pair of groups. All tests are two-sided.
public struct TestRecord: Codable, Equatable, Sendable {
    public var name: SignificanceTest
    public var title: String
    /// The question this test answers, as a sentence.
    public var question: String
    public var unit: SignificanceUnit
    /// How many units each group has.
    public var countA: Int
    public var countB: Int
    /// T of a t-test.
    public var t: Double?
    /// U of the Mann-Whitney test, of group a.
    public var u: Double?
    public var degreesOfFreedom: Double?
    public var p: Double?
    /// p after Holm's correction over the comparisons of this test.
    public var pHolm: Double?
    /// The smallest p this design could have given (permutation tests).
    public var smallestP: Double?
    /// The difference tested, mean of a's units − mean of b's.
    public var difference: Double?
    /// 95 % confidence interval of `difference`.
    public var interval: Interval?
    /// `exact`, `asymptotic` or `monte-carlo`, where there is a choice.
    public var method: String?
    /// Assignments tried by a permutation test.
    public var assignments: Int?
    /// Why the numbers are absent, as a sentence; absent when they are there.
    public var unavailable: String?

    enum CodingKeys: String, CodingKey {
        case name, title, question, unit, p, difference, method, assignments, unavailable
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
public struct EffectRecord: Codable, Equatable, Sendable {
    public var unit: SignificanceUnit
    public var cohenD: Double?
    public var cohenDInterval: Interval?
    public var hedgesG: Double?
    public var hedgesGInterval: Interval?
    /// Why there is no effect size, as a sentence.
    public var unavailable: String?

    enum CodingKeys: String, CodingKey {
        case unit, unavailable
        case cohenD = "cohen_d"
        case cohenDInterval = "cohen_d_ci95"
        case hedgesG = "hedges_g"
        case hedgesGInterval = "hedges_g_ci95"
    }
}

/// Something a reader must know before believing a p value.
public struct SignificanceWarning: Codable, Equatable, Sendable {
    public enum Code: String, Codable, Sendable {
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

    public var code: Code
    /// The groups it concerns.
    public var groups: [String]
    /// A sentence or two.
    public var message: String
}
