import Foundation
import SynTensors

/// Predicting each token from those before it, as the image transformer (Esser et al. 2021, section 3.2) and the
/// adapter in front of it (Chen et al. 2023, section 5.1) learn.
package enum NextToken {
    /// Mean cross-entropy in nats per token.
    ///
    /// - Parameters:
    ///   - logits: at each place, of the token that stands there: [batch, time, vocabulary].
    ///   - tokens: Int32 [batch, time].
    package static func loss(_ logits: Tensor, _ tokens: Tensor) -> Tensor { logits.crossEntropy(tokens) }

    /// Nats as bits.
    package static func bits(_ nats: Double) -> Double { nats / log(2) }
}
