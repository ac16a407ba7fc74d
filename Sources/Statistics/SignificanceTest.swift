/// The tests of a significance record, and which question each of them answers.
package enum SignificanceTest: String, Codable, CaseIterable, Sendable {
    case student
    case welch
    case mannWhitney = "mann_whitney"
    case permutation
    case encoderWelch = "encoder_welch"
    case encoderPermutation = "encoder_permutation"
    /// Only where both groups have the same encoders and seeds.
    case paired

    package var title: String {
        switch self {
        case .student: "Student t (pooled)"
        case .welch: "Welch t"
        case .mannWhitney: "Mann-Whitney U"
        case .permutation: "permutation of scores"
        case .encoderWelch: "Welch t of encoder means"
        case .encoderPermutation: "permutation of encoders"
        case .paired: "paired t"
        }
    }

    /// The question, as one sentence.
    package var question: String {
        switch self {
        case .student:
            "If every score were an independent draw and both groups had the same variance, "
                + "would their means differ this much by chance? (The published test.)"
        case .welch:
            "If every score were an independent draw, whatever the variance of each group, "
                + "would their means differ this much by chance?"
        case .mannWhitney:
            "If every score were an independent draw, would a score of one group exceed one of the other "
                + "this often by chance, whatever their distribution?"
        case .permutation:
            "If every single score could have carried either label, how often would dealing out the labels "
                + "at random give a difference of means as large?"
        case .encoderWelch:
            "Do the groups differ by more than encoders of one group differ among each other, "
                + "each encoder counted once as its mean over seeds?"
        case .encoderPermutation:
            "If each encoder, with all its seeds, could have carried either label, how often would dealing "
                + "out the labels at random give a difference of means as large?"
        case .paired:
            "Does the score change from one group to the other within the same encoder and seed, "
                + "if those pairs are independent?"
        }
    }

    /// What the test takes as one independent observation.
    package var unit: SignificanceUnit {
        switch self {
        case .student, .welch, .mannWhitney, .permutation, .paired: .score
        case .encoderWelch, .encoderPermutation: .encoder
        }
    }
}
