import SynTensors

/// Guessing hidden words (Devlin et al. 2018, section 3.1): mean cross-entropy over the hidden places alone.
package enum MaskedLanguage {
    /// - Parameters:
    ///   - logits: of the hidden places: [hidden, vocabulary].
    ///   - answers: what stood there: Int32 [hidden].
    package static func loss(_ logits: Tensor, _ answers: Tensor) -> Tensor { Classification.loss(logits, answers) }

    /// The share of hidden words that are guessed: 0...1.
    package static func accuracy(_ logits: Tensor, _ answers: Tensor) -> Double {
        Classification.accuracy(logits, answers)
    }
}
