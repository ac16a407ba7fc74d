import SynTensors

/// Vectors of texts under one reading: what the encoder puts out, and on request the same tokens' states in every
/// layer.
package struct TextFeatures: Sendable {
    /// What to do with a text longer than the encoder's context.
    package enum LongTexts: String, CaseIterable, Sendable {
        /// Leave it out, as the papers do.
        case skip
        /// Cut its tail and keep its end token.
        case truncate
    }

    /// The row of each text in the tensors; nil for a text that was left out.
    package let rows: [Int?]
    /// [n, vectorSize]; nil where only layers were asked for.
    package let output: Tensor?
    /// The embedding output and every layer, each [n, hidden]; empty unless asked for.
    package let layers: [Tensor]
    /// Which texts were too long, and which the vocabulary cannot spell.
    package let isTooLong: [Bool]
    package let isPartlyUnknown: [Bool]

    /// Which numbers a caller needs.
    package struct Wants: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }
        package static let output = Wants(rawValue: 1)
        package static let layers = Wants(rawValue: 2)
    }
}
