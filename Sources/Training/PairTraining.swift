import Foundation
import SynModels
import SynRuns
import SynTensors

/// How a model of two towers learns to bring pairs together: an objective, and whether its scale is learned.
package struct PairTraining: Sendable, Equatable {
    package let objective: Objective
    package let scale: Scale
    /// Of the objectives that retrieve. The CLOOB paper's on Conceptual Captions.
    package static let beta = 8.0

    /// Nil takes the scale as the objective was published with.
    package init(_ objective: Objective, scale: Scale? = nil) {
        (self.objective, self.scale) = (objective, scale ?? objective.publishedScale)
    }

    package enum Objective: String, CaseIterable, Sendable {
        case clip, cyclip, cloob, siglip, infoloob, hopfield

        package var loss: any PairObjective {
            switch self {
            case .clip: Contrastive()
            case .cyclip: CyclicContrastive()
            case .cloob: CLOOB(beta: PairTraining.beta)
            case .siglip: PairwiseSigmoid()
            case .infoloob: InfoLOOB()
            case .hopfield: HopfieldContrastive(beta: PairTraining.beta)
            }
        }

        package var publishedScale: Scale {
            switch self {
            case .clip, .cyclip, .siglip: .learned
            case .cloob, .infoloob, .hopfield: .fixed(30)
            }
        }

        /// Where a learned scale begins.
        var firstScale: Double {
            switch self {
            case .clip, .cyclip: 1 / 0.07
            case .siglip: 10
            case .cloob, .infoloob, .hopfield: 30
            }
        }

        /// What is added to scaled cosines at first: as likely as a pair of a batch belongs together. -10, as
        /// published, is that of 22,000 pairs.
        func firstBias(batch: Int) -> Double? { self == .siglip ? -log(Double(batch - 1)) : nil }

        /// Where the logarithm of a learned scale stays.
        private var logScales: ClosedRange<Float>? { self == .siglip ? nil : 0...log(Float(100)) }

        /// A learned scale's logarithm put back where it stays; nil where it is there.
        package func held(logScale: Float) -> Float? {
            guard let range = logScales, !range.contains(logScale) else { return nil }
            return logScale < range.lowerBound ? range.lowerBound : range.upperBound
        }

        var retrieves: Bool { self == .cloob || self == .hopfield }
    }

    package enum Scale: Sendable, Equatable, CustomStringConvertible {
        case learned
        case fixed(Double)

        package var description: String {
            switch self {
            case .learned: "learned"
            case .fixed(let value): value.shortest
            }
        }
    }

    var firstScale: Double { if case .fixed(let value) = scale { value } else { objective.firstScale } }

    /// Whether the scale stays as it is.
    package var isFixed: Bool { if case .fixed = scale { true } else { false } }

    /// Towers of a form as they begin, for batches of so many pairs. The logarithm of 1/0.07 is rounded as CLIP's own
    /// settings have it.
    package func start(_ form: CLIPConfiguration, batch: Int) -> CLIPConfiguration {
        var start = form
        if self != PairTraining(.clip) { start.initialLogScale = Float(log(firstScale)) }
        start.initialLogitBias = objective.firstBias(batch: batch).map { Float($0) }
        start.objective = record
        return start
    }

    /// What the loss is a function of. A fixed scale has no past.
    ///
    /// - Parameters:
    ///   - images: [batch, size], of any length.
    ///   - captions: [batch, size], of any length.
    package func pairs(images: Tensor, captions: Tensor, of model: CLIP) -> PairedVectors {
        PairedVectors(
            images: images, captions: captions, logScale: isFixed ? model.logScale.detached : model.logScale,
            bias: model.logitBias)
    }

    /// Puts a learned scale back where it stays, after a step: from 1 to 100, where the objective says so.
    package func hold(_ model: CLIP) {
        guard !isFixed, let held = objective.held(logScale: model.logScale.item) else { return }
        model.logScale.detached.assign(Tensor(held))
    }

    /// What follows a model's name: nothing for CLIP's own.
    var suffix: String {
        (objective == .clip ? "" : "-\(objective.rawValue)")
            + (scale == objective.publishedScale ? "" : "-scale-\(scale)")
    }

    /// As the model's settings tell it.
    package var record: PairObjectiveSettings {
        PairObjectiveSettings(
            name: objective.rawValue, scale: scale.description, beta: objective.retrieves ? Self.beta : nil)
    }
}
