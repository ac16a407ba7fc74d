import SynModels

/// One text encoder under test.
package struct EncoderSettings: Sendable, Equatable {
    package var name = ""
    /// A folder or `org/name[@revision]`; nil for the random baseline.
    package var path: String?
    package var style = Style.bert
    package var pooling = Pooling.probe
    /// For a CLIP with OpenAI's names that does not tell its own.
    package var activation: Activation?
    /// The random baseline's vector length; the others know their own.
    package var size: Int?

    package init() {}

    package enum Style: String, CaseIterable, Sendable { case bert, clip, random }

    package enum Activation: String, CaseIterable, Sendable {
        case quickGELU = "quick_gelu"
        case gelu
    }

    package enum Pooling: String, CaseIterable, Sendable {
        /// As in the paper: the mean over tokens for BERT-style, the projected end token for CLIP-style encoders.
        case probe
        case mean, cls, eos, last, pooler
    }
}

extension CLIPActivation {
    package init(_ setting: EncoderSettings.Activation) {
        switch setting {
        case .quickGELU: self = .quickGELU
        case .gelu: self = .gelu
        }
    }
}
