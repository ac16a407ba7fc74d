import SynMetrics
import SynReports
import SynStatistics

/// One outcome, such as the CLIP-Score, of every drawn caption: how the encoders stand above the decoder without a
/// caption, how *these* encoders differ, and how *encoders of these styles* would.
struct OutcomeInference {
    /// What is measured, and what an encoder's caption is held against.
    struct Outcome {
        let name: String
        let unit: String
        let isPrimary: Bool
        /// Of a picture; nil where it was not measured.
        let value: (SampleRecord) -> Double?
        /// Whether the value is itself a difference from no caption.
        var isDifference = false
    }

    /// Caption number `caption` of a portrait.
    private struct Caption: Hashable {
        let portrait: Int
        let caption: Int

        init(_ sample: SampleRecord) { (portrait, caption) = (sample.number, sample.caption) }
    }

    /// Each caption's mean over an encoder's seeds and copies.
    private struct Means {
        let encoder: String
        let style: EncoderStyle
        let scores: [Caption: Double]

        func score(_ caption: Caption) -> Double { scores[caption] ?? .nan }
    }

    private let outcome: Outcome
    private let trials: [ProbeInference.Trial]
    private let means: [Means]
    /// Of what the VQGAN makes of the real pictures.
    private let ceiling: [Caption: Double]
    /// Those that every encoder has.
    private let captions: [Caption]

    init(_ outcome: Outcome, _ trials: [ProbeInference.Trial], ceiling: [SampleRecord]) {
        (self.outcome, self.trials) = (outcome, trials)
        self.ceiling = Self.means(ceiling, outcome)
        var order: [String] = []
        var grouped: [String: [ProbeInference.Trial]] = [:]
        for trial in trials {
            if grouped[trial.encoder] == nil { order.append(trial.encoder) }
            grouped[trial.encoder, default: []].append(trial)
        }
        means = order.compactMap { name in
            guard let own = grouped[name], let style = own.first?.style else { return nil }
            let scores = Self.means(own.flatMap(\.samples), outcome)
            return scores.isEmpty ? nil : Means(encoder: name, style: style, scores: scores)
        }
        let common = means.dropFirst().reduce(Set(means.first.map { Array($0.scores.keys) } ?? [])) {
            $0.intersection($1.scores.keys)
        }
        captions = common.sorted { ($0.portrait, $0.caption) < ($1.portrait, $1.caption) }
    }

    private static func means(_ samples: [SampleRecord], _ outcome: Outcome) -> [Caption: Double] {
        samples.reduce(into: [Caption: [Double]]()) { scores, sample in
            guard let score = outcome.value(sample), score.isFinite else { return }
            scores[Caption(sample), default: []].append(score)
        }.mapValues { $0.reduce(0, +) / Double($0.count) }
    }

    /// Nil where nobody measured it.
    func record() -> InferenceRecord.Outcome? {
        let real = means.filter { !$0.style.isBaseline }
        guard !real.isEmpty, !captions.isEmpty else { return nil }
        var pairs: [InferenceRecord.Pair] = real.indices.flatMap { i in
            real.indices.dropFirst(i + 1).compactMap { j in
                pair(real[i].encoder, real[j].encoder) { real[i].score($0) - real[j].score($0) }
            }
        }
        for (place, p) in holmCorrected(pairs.map(\.p)).enumerated() { pairs[place].pHolm = p }
        return InferenceRecord.Outcome(
            name: outcome.name, unit: outcome.unit, isPrimary: outcome.isPrimary, above: above, styles: styles(real),
            pairs: pairs, kinds: kinds)
    }

    // MARK: - Above no caption

    private var above: [InferenceRecord.Level] {
        let floor = means.first { $0.style == .noCaption }
        guard outcome.isDifference || floor != nil else { return [] }
        var levels = means.filter { $0.style != .noCaption }.compactMap { encoder in level(encoder, floor) }
        let corrected = holmCorrected(levels.map(\.p))
        for (place, p) in corrected.enumerated() { levels[place].pHolm = p }
        return levels
    }

    private func level(_ encoder: Means, _ floor: Means?) -> InferenceRecord.Level? {
        func low(_ caption: Caption) -> Double { outcome.isDifference ? 0 : floor?.score(caption) ?? .nan }
        let differences = captions.map { encoder.score($0) - low($0) }
        let clusters = captions.map(\.portrait)
        var generator = SeededGenerator(seed: 0)
        guard let mean = try? ClusteredMean(differences, clusters: clusters, using: &generator) else { return nil }
        let whole = captions.map { (ceiling[$0] ?? .nan) - low($0) }
        let way = outcome.isDifference ? nil : try? ClusteredRatio(differences, whole, clusters: clusters)
        return InferenceRecord.Level(
            encoder: encoder.encoder, style: encoder.style,
            mean: captions.reduce(0) { $0 + encoder.score($1) } / Double(captions.count), difference: mean.mean,
            interval: mean.resampled, p: mean.p, way: way?.ratio, wayInterval: way?.interval)
    }

    // MARK: - These encoders

    private func pair(_ a: String, _ b: String, _ difference: (Caption) -> Double) -> InferenceRecord.Pair? {
        var generator = SeededGenerator(seed: 0)
        guard
            let mean = try? ClusteredMean(
                captions.map(difference), clusters: captions.map(\.portrait), using: &generator)
        else { return nil }
        return InferenceRecord.Pair(
            a: a, b: b, difference: mean.mean, interval: mean.resampled, p: mean.p, captions: mean.count,
            portraits: mean.clusters)
    }

    private func styles(_ real: [Means]) -> InferenceRecord.Pair? {
        let (clip, bert) = (real.filter { $0.style == .clip }, real.filter { $0.style == .bert })
        guard !clip.isEmpty, !bert.isEmpty else { return nil }
        return pair(EncoderStyle.clip.name, EncoderStyle.bert.name) { caption in
            func mean(_ encoders: [Means]) -> Double {
                encoders.reduce(0) { $0 + $1.score(caption) } / Double(encoders.count)
            }
            return mean(clip) - mean(bert)
        }
    }

    // MARK: - Encoders of these styles

    /// Encoders are what was sampled, so no test of styles has more degrees of freedom than encoders less two: where
    /// their variance is estimated as nothing, Satterthwaite's would be as many as there are captions, and nulls would
    /// be rejected too often.
    ///
    /// score = style + (1 | encoder) + (1 | seed of an encoder) + (1 | portrait) + (1 | caption), by restricted
    /// likelihood.
    private var kinds: InferenceRecord.Kinds? {
        let real = trials.filter { !$0.style.isBaseline }
        let encoders = Dictionary(grouping: real, by: \.style).mapValues { Set($0.map(\.encoder)).count }
        guard (encoders[.clip] ?? 0) > 1, (encoders[.bert] ?? 0) > 1 else { return nil }
        var (scores, isCLIP) = ([Double](), [Double]())
        var (names, seeds, portraits, captions) = ([String](), [String](), [Int](), [Caption]())
        for trial in real {
            for sample in trial.samples {
                guard let score = outcome.value(sample), score.isFinite else { continue }
                scores.append(score)
                isCLIP.append(trial.style == .clip ? 1 : 0)
                names.append(trial.encoder)
                seeds.append("\(trial.encoder) \(trial.seed)")
                portraits.append(sample.number)
                captions.append(Caption(sample))
            }
        }
        var factors = [MixedModel.Factor("encoder", of: names)]
        let count = Set(names).count
        if Set(seeds).count > count { factors.append(.init("seed", of: seeds)) }
        factors.append(.init("portrait", of: portraits))
        if Set(captions).count > Set(portraits).count { factors.append(.init("caption", of: captions)) }
        let ones = [Double](repeating: 1, count: scores.count)
        guard let model = try? MixedModel(scores, columns: [ones, isCLIP], factors: factors),
            let test = try? model.estimate(of: 1, limit: Double(count - 2))
        else { return nil }
        return InferenceRecord.Kinds(
            a: EncoderStyle.clip.name, b: EncoderStyle.bert.name, difference: test.value,
            standardError: test.standardError, degreesOfFreedom: test.degreesOfFreedom, interval: test.interval,
            p: test.p,
            variances: model.components.map { .init(name: $0.name, variance: $0.variance) }
                + [.init(name: "picture", variance: model.residual)],
            encoders: count)
    }
}
