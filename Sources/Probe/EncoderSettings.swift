import SynModels

/// One text encoder under test.
package struct EncoderSettings: Sendable, Equatable {
    package var name = ""
    /// A folder or `org/name[@revision]`; nil for the baselines.
    package var path: String?
    package var style = Style.bert
    package var pooling = Pooling.probe
    /// For a CLIP with OpenAI's names that does not tell its own.
    package var activation: CLIPActivation?
    /// The random baseline's vector length; the others know their own.
    package var size: Int?

    package init() {}

    package enum Style: String, CaseIterable, Sendable {
        case bert, clip, random
        /// No encoder: the decoder without a prefix, the floor that every encoder has to rise above.
        case noCaption = "none"
    }
}
