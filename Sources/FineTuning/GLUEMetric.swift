import SynStatistics

/// A measure of a task's answers. Table 1 shows it times 100.
package enum GLUEMetric: String, CaseIterable, Sendable, Codable {
    case matthews, accuracy, f1, pearson, spearman

    package var title: String {
        switch self {
        case .matthews: "Matthews"
        case .accuracy: "accuracy"
        case .f1: "F1"
        case .pearson: "Pearson"
        case .spearman: "Spearman"
        }
    }

    /// The measure of answers: labels' places or scores.
    ///
    /// - Throws where it is undefined: a correlation with something that never varies.
    package func value(truth: [Double], answers: [Double]) throws(StatisticsError) -> Double {
        switch self {
        case .pearson: return try Correlation.pearson(truth, answers).coefficient
        case .spearman: return try Correlation.spearman(truth, answers).coefficient
        case .matthews: return try Self.agreement(truth, answers).matthews()
        case .accuracy: return try Self.agreement(truth, answers).accuracy
        case .f1: return try Self.agreement(truth, answers).f1()
        }
    }

    private static func agreement(_ truth: [Double], _ answers: [Double]) throws(StatisticsError) -> LabelAgreement {
        try LabelAgreement(truth: truth.map { Int($0) }, guesses: answers.map { Int($0) })
    }
}
