import SynMetrics
import SynReports
import SynRuns
import SynStatistics

/// What can be concluded from the scores of every picture: the floors, and the two inferences about encoders.
package struct ProbeInference {
    /// A trial's scores, picture by picture.
    package struct Trial {
        let encoder: String
        let style: EncoderStyle
        let seed: UInt64
        let scores: ImageScores
        let samples: [SampleRecord]

        package init(encoder: String, style: EncoderStyle, seed: UInt64, scores: ImageScores, samples: [SampleRecord]) {
            (self.encoder, self.style, self.seed) = (encoder, style, seed)
            (self.scores, self.samples) = (scores, samples)
        }
    }

    /// Caption number `caption` of a portrait.
    private struct Caption: Hashable {
        let portrait: Int
        let caption: Int
    }

    /// Each caption's mean over an encoder's seeds and copies.
    private struct Means {
        let encoder: String
        let style: EncoderStyle
        let scores: [Caption: Double]

        func score(_ caption: Caption) -> Double { scores[caption] ?? .nan }
    }

    private let trials: [Trial]
    private let means: [Means]
    /// Those that every encoder has.
    private let captions: [Caption]

    package init(_ trials: [Trial]) {
        self.trials = trials
        var order: [String] = []
        var grouped: [String: [Trial]] = [:]
        for trial in trials {
            if grouped[trial.encoder] == nil { order.append(trial.encoder) }
            grouped[trial.encoder, default: []].append(trial)
        }
        means = order.compactMap { name in
            guard let own = grouped[name], let style = own.first?.style else { return nil }
            let each = own.flatMap(\.samples).reduce(into: [Caption: [Double]]()) { scores, sample in
                guard let score = sample.clipScore, score.isFinite else { return }
                scores[Caption(portrait: sample.number, caption: sample.caption), default: []].append(score)
            }
            return Means(
                encoder: name, style: style, scores: each.mapValues { $0.reduce(0, +) / Double($0.count) })
        }
        let common = means.dropFirst().reduce(Set(means.first.map { Array($0.scores.keys) } ?? [])) {
            $0.intersection($1.scores.keys)
        }
        captions = common.sorted { ($0.portrait, $0.caption) < ($1.portrait, $1.caption) }
    }

    /// Nil where there is nothing to conclude from.
    package func record() -> InferenceRecord? {
        let real = means.filter { !$0.style.isBaseline }
        var pairs: [InferenceRecord.Pair] = real.indices.flatMap { i in
            real.indices.dropFirst(i + 1).compactMap { j in
                pair(real[i].encoder, real[j].encoder) { real[i].score($0) - real[j].score($0) }
            }
        }
        for (place, p) in holmCorrected(pairs.map(\.p)).enumerated() { pairs[place].pHolm = p }
        let record = InferenceRecord(floors: floors, styles: styles(real), pairs: pairs, kinds: kinds)
        return record.floors.isEmpty && pairs.isEmpty ? nil : record
    }

    private var floors: [InferenceRecord.Floor] {
        trials.compactMap { trial in
            trial.scores.shuffled.map {
                InferenceRecord.Floor(
                    encoder: trial.encoder, style: trial.style, seed: trial.seed, clipScore: trial.scores.clipScore,
                    shuffled: $0.clipScore, difference: $0.difference, interval: $0.interval, p: $0.p)
            }
        }
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
                guard let score = sample.clipScore, score.isFinite else { continue }
                scores.append(score)
                isCLIP.append(trial.style == .clip ? 1 : 0)
                names.append(trial.encoder)
                seeds.append("\(trial.encoder) \(trial.seed)")
                portraits.append(sample.number)
                captions.append(Caption(portrait: sample.number, caption: sample.caption))
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
