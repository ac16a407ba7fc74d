import Foundation
import SynMetrics
import SynRuns

/// What a probe is to do: which trials there are, and which captions each of them draws, decided once.
struct ProbePlan: Sendable {
    /// Every encoder and seed as published: with the settings' own prefix and guidance.
    let published: [Trial]
    /// K × W on the encoders named for it, with the first seed.
    let ablation: [Trial]
    /// The captions that are drawn, each of a validation picture.
    let captions: [GenerationCaption]
    /// A picture for each of them, or several, in the same order.
    let requests: [FaceRequest]

    init(_ settings: ProbeSettings, _ data: ProbeData) {
        (published, ablation) = Self.trials(settings)
        captions = data.generationCaptions(settings.sampling.captions)
        let ending = settings.sampling.format == .png ? "png" : "jpg"
        requests = captions.flatMap { choice -> [FaceRequest] in
            let sample = data.scored[choice.sample]
            let name = String(format: "%06d", sample.number) + "-\(choice.caption)"
            return (0..<settings.sampling.imagesPerCaption).map { copy in
                FaceRequest(
                    number: sample.number, caption: choice.caption, copy: copy, text: sample.captions[choice.caption],
                    file: "\(name)\(copy == 0 ? "" : "-\(copy)").\(ending)")
            }
        }
    }

    /// What the settings alone say.
    static func trials(_ settings: ProbeSettings) -> (published: [Trial], ablation: [Trial]) {
        let published = settings.encoders.flatMap { encoder in
            settings.seeds.map { Trial(encoder.name, seed: $0, settings) }
        }
        let (counts, guidances) = (settings.ablation.prefixTokens, settings.ablation.guidance)
        let ablation = settings.seeds.prefix(1).flatMap { seed in
            settings.ablation.encoders.flatMap { encoder in
                counts.flatMap { count in
                    guidances.map { Trial(encoder, seed: seed, settings, prefixTokens: count, guidance: $0) }
                }
            }
        }
        return (published, ablation)
    }

    /// All trials, each once.
    var trials: [Trial] { published + unpublished(ablation) }

    private func unpublished(_ trials: [Trial]) -> [Trial] {
        let known = Set(published)
        return trials.filter { !known.contains($0) }
    }

    /// The published trials of the named encoders and seeds, of all where none is named.
    ///
    /// - Throws for a name or a seed that the settings do not have.
    func published(encoders: [String], seeds: [Int], of settings: ProbeSettings) throws -> [Trial] {
        let known = settings.encoders.map(\.name)
        for name in encoders where !known.contains(name) {
            throw UserError(
                .settings, "the settings have no encoder \"\(name)\"; they have \(known.joined(separator: ", "))")
        }
        for seed in seeds where !settings.seeds.contains(seed) {
            let seeds = settings.seeds.map(String.init).joined(separator: ", ")
            throw UserError(.settings, "the settings have no seed \(seed); they have \(seeds)")
        }
        return published.filter {
            (encoders.isEmpty || encoders.contains($0.encoder)) && (seeds.isEmpty || seeds.contains($0.seed))
        }
    }

    /// How much each of some trials is to do, for the progress of the whole run.
    func parts(_ trials: [Trial], of settings: ProbeSettings, steps: Int, drawing: Bool) -> [RunProgress.Part] {
        let extra = unpublished(trials)
        let pictures = drawing ? requests.count : 0
        let choice = settings.adapter.choiceSteps
        var chosen = self.trials.filter { !trials.contains($0) }
        func first(_ trial: Trial) -> Bool {
            let isFirst = !chosen.contains { $0.encoder == trial.encoder && $0.prefixTokens == trial.prefixTokens }
            chosen.append(trial)
            return isFirst
        }
        return trials.map { trial in
            let number = settings.encoders.firstIndex { $0.name == trial.encoder } ?? 0
            var place = "encoder \(number + 1) of \(settings.encoders.count)"
            if let number = extra.firstIndex(of: trial) {
                place = "ablation \(number + 1) of \(extra.count)"
            } else if settings.seeds.count > 1, let number = settings.seeds.firstIndex(of: trial.seed) {
                place += ", seed \(number + 1) of \(settings.seeds.count)"
            }
            return RunProgress.Part(
                place: place,
                needs: [
                    .training: trial.hasAdapter ? steps + (first(trial) ? choice : 0) : 0, .drawing: pictures,
                    .scoring: pictures,
                ])
        }
    }
}
