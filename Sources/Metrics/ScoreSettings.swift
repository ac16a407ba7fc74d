import SynEmbedding
import SynModels
import SynRuns

/// Which networks judge, and how.
package struct ScoreSettings: Sendable, Equatable {
    package var clip = ""
    /// For a CLIP with OpenAI's names that does not tell its own.
    package var activation: CLIPActivation?
    package var inception = ""
    package var splits = 10
    /// Leave the last pictures that do not fill a batch of this size out of the Inception Score, as the released code
    /// does with 128; nil leaves none out.
    package var dropLast: Int?
    /// Of the order in which pictures are dealt to the splits.
    package var shuffleSeed = InceptionScore.defaultSeed
    /// A classifier of drawn attributes, if there is one for this data.
    package var attributes: String?
    /// Of the judges' products; numbers to be compared with published ones are of f32.
    package var precision = PrecisionSetting.f32

    package init() {}
}
