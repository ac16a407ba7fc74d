import SynTensors

/// The learning rate of every step, and what is remembered of it between steps.
package enum RateSchedule: Codable, Sendable, Equatable {
    case constant(Float)
    /// Warm-up, then half a cosine: the pretraining of the miniature models.
    case cosine(CosineSchedule)
    /// Warm-up, then a straight line to zero: fine-tuning.
    case linear(LinearSchedule)
    /// Divided when the validation loss stalls: the adapter.
    case plateau(PlateauSchedule)

    /// The rate of a step counted from 0.
    package func rate(at step: Int) -> Float {
        switch self {
        case .constant(let rate): rate
        case .cosine(let schedule): schedule.rate(at: step)
        case .linear(let schedule): schedule.rate(at: step)
        case .plateau(let schedule): schedule.rate
        }
    }

    /// Takes note of a validation loss, once per round; only the plateau asks for it.
    package mutating func observe(_ loss: Float) {
        guard case .plateau(var schedule) = self else { return }
        schedule.observe(loss)
        self = .plateau(schedule)
    }

    /// Whether what was remembered can be so.
    var isSound: Bool {
        guard case .plateau(let schedule) = self else { return rate(at: 0).isFinite }
        return schedule.rate.isFinite && (0...max(schedule.patience, 0)).contains(schedule.badRounds)
    }
}
