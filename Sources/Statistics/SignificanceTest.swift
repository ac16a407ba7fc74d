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
    /// Only where a margin was named: whether the groups are as good as equal.
    case equivalence
    case encoderEquivalence = "encoder_equivalence"
    case pairedEquivalence = "paired_equivalence"

    /// The tests whose null is a difference, not its absence.
    package var isOfEquivalence: Bool {
        switch self {
        case .equivalence, .encoderEquivalence, .pairedEquivalence: true
        default: false
        }
    }

    package var title: String {
        switch self {
        case .student: "Student t (pooled)"
        case .welch: "Welch t"
        case .mannWhitney: "Mann-Whitney U"
        case .permutation: "permutation of scores"
        case .encoderWelch: "Welch t of encoder means"
        case .encoderPermutation: "permutation of encoders"
        case .paired: "paired t"
        case .equivalence: "equivalence, Welch t (TOST)"
        case .encoderEquivalence: "equivalence of encoder means, Welch t (TOST)"
        case .pairedEquivalence: "equivalence, paired t (TOST)"
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
        case .equivalence:
            "If every score were an independent draw and the true difference were as large as the margin, would the "
                + "means be so close by chance? A small p speaks for a difference that does not matter."
        case .encoderEquivalence:
            "If the true difference of encoders' means were as large as the margin, would they be so close by chance, "
                + "each encoder counted once? A small p speaks for a difference that does not matter."
        case .pairedEquivalence:
            "If the true change within the same encoder and seed were as large as the margin, would it be so small by "
                + "chance? A small p speaks for a change that does not matter."
        }
    }

    /// What the test takes as one independent observation.
    package var unit: SignificanceUnit {
        switch self {
        case .student, .welch, .mannWhitney, .permutation, .paired, .equivalence, .pairedEquivalence: .score
        case .encoderWelch, .encoderPermutation, .encoderEquivalence: .encoder
        }
    }
}
