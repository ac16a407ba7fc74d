import SynReports
import SynStatistics

/// Two factors of two levels, every combination once in each of several blocks: here loss by retrieval, blocks being
/// seeds, whose four models share initial weights, pictures and captions.
///
/// Each effect is tested on the blocks' own contrasts by Student's t (Montgomery 2017, section 5.6; the same as a
/// repeated-measures analysis of variance, F = t²), so nothing is taken for granted about how blocks differ.
package struct TwoWayAnalysis: Sendable {
    /// One for each seed.
    let blocks: [FactorCells]

    package init(_ blocks: [FactorCells]) {
        precondition(!blocks.isEmpty, "an analysis of nothing")
        self.blocks = blocks
    }

    package var means: FactorCells {
        func mean(_ path: KeyPath<FactorCells, Double>) -> Double {
            blocks.reduce(0) { $0 + $1[keyPath: path] } / Double(blocks.count)
        }
        return FactorCells(
            clip: mean(\.clip), infoloob: mean(\.infoloob), hopfield: mean(\.hopfield), cloob: mean(\.cloob))
    }

    package func record(measure: String) -> FactorAnalysis {
        var effects = [
            effect("loss", \.loss, halves: (\.clip, \.hopfield), (\.infoloob, \.cloob), weight: 1),
            effect("retrieval", \.retrieval, halves: (\.clip, \.infoloob), (\.hopfield, \.cloob), weight: 1),
            effect("interaction", \.interaction, halves: nil, nil, weight: 0.25),
        ]
        Self.correct(&effects)
        return FactorAnalysis(
            measure: measure, seeds: blocks.count, means: means, effects: effects,
            lossBeyondRetrieval: beyond(), simpleEffects: simpleEffects)
    }

    /// Each factor at each level of the other, as paired t-tests.
    private var simpleEffects: [FactorEffect] {
        let pairs: [(String, KeyPath<FactorCells, Double>, KeyPath<FactorCells, Double>)] = [
            ("loss without retrieval", \.clip, \.infoloob), ("loss with retrieval", \.hopfield, \.cloob),
            ("retrieval under InfoNCE", \.clip, \.hopfield), ("retrieval under InfoLOOB", \.infoloob, \.cloob),
        ]
        var effects = pairs.map { name, before, after in
            tested(name, blocks.map { $0[keyPath: after] - $0[keyPath: before] })
        }
        Self.correct(&effects)
        return effects
    }

    private static func correct(_ effects: inout [FactorEffect]) {
        let known = effects.indices.filter { effects[$0].p != nil }
        for (place, p) in zip(known, holmCorrected(known.compactMap { effects[$0].p })) {
            effects[place].correctedP = p
        }
    }

    private typealias Half = (KeyPath<FactorCells, Double>, KeyPath<FactorCells, Double>)

    /// - Parameters:
    ///   - halves: the cells without and with the change; nil for an interaction.
    ///   - weight: the sum of squares of the effect over value² and blocks.
    private func effect(
        _ name: String, _ contrast: KeyPath<FactorCells, Double>, halves before: Half?, _ after: Half?, weight: Double
    ) -> FactorEffect {
        let values = blocks.map { $0[keyPath: contrast] }
        var effect = tested(name, values)
        let total = variation
        if total > 0 {
            effect.shareOfVariation = weight * Double(blocks.count) * effect.value * effect.value / total
        }
        if let t = effect.t { effect.partialShare = t * t / (t * t + Double(blocks.count - 1)) }
        if let before, let after, blocks.count > 1 {
            func averages(_ half: Half) -> [Double] {
                blocks.map { ($0[keyPath: half.0] + $0[keyPath: half.1]) / 2 }
            }
            if let size = try? EffectSize(averages(after), averages(before)) {
                (effect.hedgesG, effect.hedgesGInterval) = (size.hedgesG, size.hedgesGInterval)
            }
        }
        return effect
    }

    /// The sizes of both effects compared, seed by seed, each taken in the direction of its mean.
    private func beyond() -> FactorEffect {
        let means = means
        let (loss, retrieval) = (means.loss < 0 ? -1.0 : 1, means.retrieval < 0 ? -1.0 : 1)
        return tested("loss beyond retrieval", blocks.map { loss * $0.loss - retrieval * $0.retrieval })
    }

    /// A mean change with its t; without it where there are too few blocks or they do not vary.
    private func tested(_ name: String, _ values: [Double]) -> FactorEffect {
        var effect = FactorEffect(name, value: values.reduce(0, +) / Double(values.count))
        if let test = try? TTest.oneSample(values) {
            (effect.interval, effect.t, effect.p) = (test.interval, test.statistic, test.p)
        }
        return effect
    }

    /// Squared deviations of all models from their mean.
    private var variation: Double {
        let all = blocks.flatMap { [$0.clip, $0.infoloob, $0.hopfield, $0.cloob] }
        let mean = all.reduce(0, +) / Double(all.count)
        return all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
}
