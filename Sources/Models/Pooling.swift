import SynTensors

/// How the states of a caption's tokens become one vector.
package enum Pooling: String, Sendable, CaseIterable {
    /// What the text-to-image probe uses: `mean` for encoders that learnt from text alone, the projected `eos` for
    /// CLIP, and for a sentence-transformers folder whatever the folder says.
    case probe
    /// Mean over all real tokens, the special ones included.
    case mean
    /// The first token: [CLS], <s> or start of text.
    case cls
    /// The end token: [SEP], </s> or end of text.
    case eos
    /// The last token before the end token.
    case last
    /// The trained pooler of BERT (tanh of a linear layer on the first token); for CLIP the same as `eos`.
    case pooler

    /// Which states are read for it.
    enum Tokens {
        case all, first, end, beforeEnd
    }

    /// What follows the states, a projection or a pooler, is the encoder's own.
    func tokens(of family: TextEncoderFamily) -> Tokens {
        switch self {
        case .probe: family == .contrastive ? .end : .all
        case .pooler: family == .contrastive ? .end : .first
        case .mean: .all
        case .cls: .first
        case .eos: .end
        case .last: .beforeEnd
        }
    }
}

extension TokenSpans {
    /// One vector per caption, [batch, hidden], of states [batch, time, hidden], or packed [1, tokens, hidden].
    ///
    /// - Parameter ends: where each caption has its end token. Nil for one without: its last token stands for the end
    ///   and for the token before it.
    package func pooled(_ states: Tensor, _ pooling: Pooling, of family: TextEncoderFamily, ends: [Int?]) -> Tensor {
        switch pooling.tokens(of: family) {
        case .all: mean(states)
        case .first: self.states(states, at: lengths.map { _ in 0 })
        case .end: self.states(states, at: zip(ends, lengths).map { $0 ?? $1 - 1 })
        case .beforeEnd:
            self.states(states, at: zip(ends, lengths).map { end, length in end.map { max($0 - 1, 0) } ?? length - 1 })
        }
    }
}
