import SynModels

/// What is taken of a text: which special tokens stand around it, and which of its states become its vector.
package struct TextReading: Hashable, Sendable {
    /// The tokens around a text.
    package enum Frame: String, Sendable {
        /// Those the model's own tokenizer puts: start and end for BERT and CLIP, none for GPT-2.
        case own
        /// Start and end token, also where the tokenizer puts none; the end token alone where it has no start token.
        case framed
        /// None.
        case bare
    }

    package let frame: Frame
    package let pooling: Pooling
    /// Whether it is of sentences, before which a folder may want a prompt.
    package let isOfSentences: Bool

    package init(_ frame: Frame = .own, _ pooling: Pooling, ofSentences: Bool = false) {
        (self.frame, self.pooling, isOfSentences) = (frame, pooling, ofSentences)
    }

    /// The reading that a pooling of sentences means: an end token must be there to be read.
    package init(sentences pooling: Pooling) {
        self.init(pooling == .eos ? .framed : .own, pooling, ofSentences: true)
    }
}

/// How a word is read in the word tasks (Wolfe and Caliskan 2022, section 4).
package enum WordVariant: String, CaseIterable, Sendable {
    /// The last sub-token of the word, between the special tokens the model's tokenizer puts.
    case word
    /// The end token behind the word.
    case eos
    /// The last sub-token between start and end token; differs from `word` for GPT-2 only.
    case bosEos = "bos-eos"
    /// The last sub-token of the word without anything around it.
    case plain

    package var reading: TextReading {
        switch self {
        case .word: TextReading(.own, .last)
        case .eos: TextReading(.framed, .eos)
        case .bosEos: TextReading(.framed, .last)
        case .plain: TextReading(.bare, .last)
        }
    }

    /// As a table says it.
    package var title: String {
        switch self {
        case .word: "last sub-token of the word"
        case .eos: "end token"
        case .bosEos: "last sub-token, start and end token around"
        case .plain: "last sub-token, nothing around"
        }
    }
}

extension Pooling {
    /// As a table says it.
    package var title: String {
        switch self {
        case .probe: "the probe's (mean for BERT-style, projected end token for CLIP)"
        case .mean: "mean over tokens"
        case .cls: "first token"
        case .eos: "end token"
        case .last: "last token before the end token"
        case .pooler: "trained pooler"
        }
    }
}
