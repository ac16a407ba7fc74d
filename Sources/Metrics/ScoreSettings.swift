import SynEmbedding
import SynModels
import SynRuns

/// Which networks judge, and how.
package struct ScoreSettings: Sendable, Equatable {
    package var clip = ""
    /// For a CLIP with OpenAI's names that does not tell its own.
    package var activation: CLIPActivation?
    /// Another CLIP that judges the same pictures; nil for none.
    package var secondClip: String?
    package var inception = ""
    package var splits = 10
    /// Leave the last pictures that do not fill a batch of this size out of the Inception Score, as the released code
    /// does with 128; nil leaves none out.
    package var dropLast: Int?
    /// Of the order in which pictures are dealt to the splits.
    package var shuffleSeed = InceptionScore.defaultSeed
    /// A classifier of drawn attributes, if there is one for this data.
    package var attributes: String?
    /// The outcome that the report's first sentence is about, named before anything is measured.
    package var primary = PrimaryOutcome.clip
    /// Of the judges' products; numbers to be compared with published ones are of f32.
    package var precision = PrecisionSetting.f32

    package init() {}
}

/// What a probe can be judged by: a CLIP's score, the bits that a caption saves the decoder, the second CLIP's score,
/// or the share of a caption's statements that a reader finds in the picture.
package enum PrimaryOutcome: String, CaseIterable, Sendable {
    case clip, bits, attributes
    case secondClip = "second-clip"
}
