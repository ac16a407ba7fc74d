import SynTensors

/// One label of several, or each label by itself.
package enum Classification {
    /// Mean cross-entropy in nats.
    ///
    /// - Parameters:
    ///   - logits: [.., classes].
    ///   - labels: Int32 [..].
    package static func loss(_ logits: Tensor, _ labels: Tensor) -> Tensor { logits.crossEntropy(labels) }

    /// The share of rows whose largest logit is the label's: 0...1.
    package static func accuracy(_ logits: Tensor, _ labels: Tensor) -> Double {
        let right = zip(logits.detached.argmax().integers, labels.integers).count { $0 == $1 }
        return Double(right) / Double(labels.count)
    }

    /// Mean binary cross-entropy in nats over all labels, in which those with a label count as much as those without: a
    /// reader that has learned how rare hats are would overlook them.
    ///
    /// - Parameters:
    ///   - logits: [batch, labels].
    ///   - truth: 0 or 1, as many as logits, row by row.
    ///   - frequencies: how common each label is, between 0 and 1: [labels].
    package static func balancedLoss(_ logits: Tensor, truth: [Float], frequencies: [Float]) -> Tensor {
        // log(1 + e^−|x|) + max(−x, 0) is −log of the sigmoid, and max(x, 0) instead −log of its complement.
        let width = frequencies.count
        let yes = truth.indices.map { truth[$0] * 0.5 / frequencies[$0 % width] }
        let no = truth.indices.map { (1 - truth[$0]) * 0.5 / (1 - frequencies[$0 % width]) }
        let rest = ((-logits.absolute()).exp() + 1).log()   // [batch, labels]
        let whenTrue = ((-logits).activated(.relu) + rest) * Tensor(yes, shape: logits.shape)
        return (whenTrue + (logits.activated(.relu) + rest) * Tensor(no, shape: logits.shape)).mean()
    }

    /// The share of labels that are read right, each by the sign of its logit: 0...1.
    package static func accuracy(_ logits: Tensor, truth: [Float]) -> Double {
        Double(zip(logits.floats, truth).count { ($0 > 0) == ($1 > 0.5) }) / Double(truth.count)
    }
}
