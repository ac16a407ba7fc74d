import SynStatistics

/// Two encoders on the same pairs: is the difference of their correlations more than chance?
package struct TextComparison: Codable, Sendable, Equatable {
    package var task: String
    package var taskTitle: String
    package var metric: TextScore.Metric
    /// "output", "best layer", "best layer, cross-validated" or "top layer".
    package var place: String
    package var a: String
    package var b: String
    /// How each was read: `mean`, `word`.
    package var variantA: String
    package var variantB: String
    package var n: Int
    package var valueA: Double
    package var valueB: Double
    /// The correlation of the two encoders' similarities with each other.
    package var between: Double
    package var williamsT: Double
    package var degreesOfFreedom: Int
    package var williamsP: Double
    package var steigerZ: Double
    package var steigerP: Double
    /// Williams' p corrected by Holm over all comparisons of the task.
    package var pHolm: Double
    /// Zou's 95 % interval of the difference a − b; absent in older files and where a correlation is ±1.
    package var differenceInterval: Interval?
    /// Where a difference that would not matter was named.
    package var equivalence: Equivalence?

    /// Two one-sided tests at .05 (Schuirmann 1987): a difference of the margin or more is ruled out exactly where the
    /// 90 % interval lies within it.
    package struct Equivalence: Codable, Sendable, Equatable {
        /// The least correlation difference that would matter.
        package var margin: Double
        /// Zou's, of a − b; nil where a correlation is ±1.
        package var interval90: Interval?
        package var isShown: Bool

        enum CodingKeys: String, CodingKey {
            case margin
            case interval90 = "difference_ci90"
            case isShown = "shown"
        }
    }

    /// The same with the tests of equivalence.
    func testingEquivalence(within margin: Double) -> TextComparison {
        var copy = self
        let test = try? DependentCorrelations(first: valueA, second: valueB, between: between, count: n)
        let interval = test?.differenceInterval(confidence: 0.9)
        copy.equivalence = Equivalence(
            margin: margin, interval90: interval,
            isShown: interval.map { -margin < $0.lower && $0.upper < margin } ?? false)
        return copy
    }

    /// The place of best layers that the compared pairs did not choose.
    package static let crossValidated = "best layer, cross-validated"

    package init(
        task: String, taskTitle: String, metric: TextScore.Metric, place: String, a: (encoder: String, variant: String),
        b: (encoder: String, variant: String), test: DependentCorrelations, pHolm: Double
    ) {
        (self.task, self.taskTitle, self.metric, self.place) = (task, taskTitle, metric, place)
        (self.a, variantA, self.b, variantB) = (a.encoder, a.variant, b.encoder, b.variant)
        (n, self.pHolm) = (test.count, pHolm)
        (valueA, valueB, between) = (test.first, test.second, test.between)
        (williamsT, degreesOfFreedom, williamsP) = (test.williamsT, test.degreesOfFreedom, test.williamsP)
        (steigerZ, steigerP, differenceInterval) = (test.steigerZ, test.steigerP, test.differenceInterval)
    }

    enum CodingKeys: String, CodingKey {
        case task, metric, place, a, b, n, between
        case taskTitle = "task_title"
        case variantA = "vector_a"
        case variantB = "vector_b"
        case valueA = "value_a"
        case valueB = "value_b"
        case williamsT = "williams_t"
        case degreesOfFreedom = "df"
        case williamsP = "williams_p"
        case steigerZ = "steiger_z"
        case steigerP = "steiger_p"
        case pHolm = "p_holm"
        case differenceInterval = "difference_ci95"
        case equivalence
    }
}
