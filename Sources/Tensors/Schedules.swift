import Foundation

/// A learning rate that rises linearly over `warmup` steps and falls along half a cosine to `floor` at `total`.
package struct CosineSchedule: Sendable, Equatable, Codable {
    package var base: Float
    package var warmup: Int
    package var total: Int
    package var floor: Float

    package init(base: Float, warmup: Int, total: Int, floor: Float = 0) {
        (self.base, self.warmup, self.total, self.floor) = (base, warmup, total, floor)
    }

    /// The rate of a step counted from 0.
    package func rate(at step: Int) -> Float {
        if step < warmup { return base * Float(step + 1) / Float(warmup) }
        let done = min(1, Double(step - warmup) / Double(max(1, total - warmup)))
        return floor + (base - floor) * Float(0.5 * (1 + cos(.pi * done)))
    }
}

/// A learning rate that rises linearly from 0 over `warmup` steps and falls along a straight line to 0 at `total`, as
/// `get_linear_schedule_with_warmup` of Hugging Face `transformers`. Where it warms up, its first step has the rate 0.
package struct LinearSchedule: Sendable, Equatable, Codable {
    package var base: Float
    package var warmup: Int
    package var total: Int

    package init(base: Float, warmup: Int, total: Int) {
        (self.base, self.warmup, self.total) = (base, warmup, total)
    }

    /// The rate of a step counted from 0.
    package func rate(at step: Int) -> Float {
        if step < warmup { return base * Float(Double(step) / Double(warmup)) }
        return base * Float(max(0, Double(total - step) / Double(max(1, total - warmup))))
    }
}

/// A learning rate divided when a loss stops falling, as `torch.optim.lr_scheduler.ReduceLROnPlateau` with
/// a relative threshold: a loss counts as better when it is below best · (1 − threshold).
package struct PlateauSchedule: Sendable, Equatable, Codable {
    package private(set) var rate: Float
    package var factor: Float
    package var patience: Int
    package var threshold: Float
    package private(set) var best: Float?
    package private(set) var badRounds = 0

    package init(base: Float, factor: Float = 0.1, patience: Int = 1, threshold: Float = 0.5) {
        (rate, self.factor, self.patience, self.threshold) = (base, factor, patience, threshold)
    }

    /// Takes note of a validation loss; call once per round.
    package mutating func observe(_ loss: Float) {
        // Written so that a loss that is no number counts as bad.
        if loss < best.map({ $0 * (1 - threshold) }) ?? .infinity {
            best = loss
            badRounds = 0
        } else {
            badRounds += 1
        }
        if badRounds > patience {
            rate *= factor
            badRounds = 0
        }
    }
}
