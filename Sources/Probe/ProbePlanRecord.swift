import Foundation
import SynReports
import SynRuns

/// What a probe has to do, what of it is done, and how long the rest takes so many ranks: what `synesthesia plan`
/// prints. It is played through with the list by which ranks take their work, at the rates that a run measured.
package struct ProbePlanRecord: Encodable {
    package struct Stage: Encodable {
        package let name: String
        package let pieces: Int
        package let done: Int
        /// Pictures, captions or steps that are left.
        package let units: Double
        package let secondsPerUnit: Double
        package let isMeasured: Bool

        package var seconds: Double { units * secondsPerUnit }

        private enum CodingKeys: String, CodingKey {
            case name, pieces, done, units
            case secondsPerUnit = "seconds_per_unit"
            case isMeasured = "measured"
        }
    }

    package struct Forecast: Encodable {
        package let ranks: Int
        package let seconds: Double
        /// Share of the ranks' time in which they work.
        package let used: Double
    }

    package let name: String
    package let stages: [Stage]
    package let forecasts: [Forecast]
    /// Where the counts are from, if not from the data.
    package let remark: String?
    /// What is left, in the order in which the asked number of ranks would begin it.
    package let order: [String]

    package init(_ settings: ProbeSettings, ranks: Int, rates source: URL? = nil) throws {
        let settings = settings.limited
        let root = URL(filePath: settings.output)
        let clock = RunClock(source ?? root)
        if let source, !clock.isThere {
            throw UserError(.missing, "\(source.relativePath) has no times.json; name the folder of a run")
        }
        _ = clock.takeUp()
        let rates = WorkRates(measuredBy: clock)
        let (counts, plan, remark) = try Self.counts(settings)
        let (published, ablation) = ProbePlan.trials(settings)
        let trials = published + ablation.filter { !Set(published).contains($0) }
        let batch = FaceGenerator.batch(settings.sampling.batch, onDevice: settings.device != .cpu)
        let done = try plan.map { try FinishedWork(reading: root, $0) }
        func work(_ ranks: Int) -> ProbeWork {
            ProbeWork(settings, trials, counts, batch: batch, rates: rates, ranks: ranks) { done?.holds($0) ?? false }
        }
        let own = work(ranks)
        let names: [(RunProgress.Kind, String)] = [
            (.tokens, "image tokens"), (.vectors, "caption vectors"), (.training, "adapters"), (.drawing, "pictures"),
            (.scoring, "scores"),
        ]
        stages = names.map { kind, name in
            let places = own.tasks.indices.filter { own.tasks[$0].kind == kind }
            let open = places.filter { !own.list.isDone($0) }
            return Stage(
                name: name, pieces: places.count, done: places.count - open.count,
                units: open.reduce(0) { $0 + own.units[$1] }, secondsPerUnit: rates[kind].seconds,
                isMeasured: rates[kind].isMeasured)
        }
        var counted = [ranks]
        for count in [1, 2, 4, 8, 16, 32, 64, 128, 256] where !counted.contains(count) { counted.append(count) }
        forecasts = counted.sorted().map { count in
            let forecast = work(count).list.forecast(ranks: count)
            return Forecast(ranks: count, seconds: forecast.seconds, used: forecast.used)
        }
        var begun: [String] = []
        for piece in own.list.forecast(ranks: ranks).order where begun.last != own.tasks[piece].group {
            let group = own.tasks[piece].group
            if !begun.contains(group) { begun.append(group) }
        }
        order = begun
        (name, self.remark) = (settings.name, remark)
    }

    /// From the data, where it is there; else from the settings, with ten captions a picture as published.
    private static func counts(_ settings: ProbeSettings) throws -> (ProbeWork.Counts, ProbePlan?, String?) {
        do {
            let data = try ProbeData(settings.data)
            let plan = ProbePlan(settings, data)
            return (ProbeWork.Counts(data, plan), plan, nil)
        } catch let complaint as UserError where complaint.kind == .missing {
            let data = settings.data
            let scored = data.test ?? data.validation
            var counts = ProbeWork.Counts(
                pictures: [.training: data.train, .validation: data.validation], drawn: scored * 10)
            counts.pictures[.test] = data.test
            counts.captions = counts.pictures.mapValues { $0 * 10 }
            counts.drawn = min(settings.sampling.captions ?? counts.drawn, counts.drawn)
            counts.requests = counts.drawn * settings.sampling.imagesPerCaption
            return (
                counts, nil,
                "The data is not here (\(complaint.description)): counts are those of the settings, with ten captions "
                    + "a picture, and nothing counts as done."
            )
        }
    }

    package var section: ReportSection {
        let table = TextTable(
            "Work",
            columns: [
                .init("Stage"), .init("Pieces", .right), .init("Done", .right), .init("Left", .right),
                .init("s each", .right), .init("Rate"), .init("On one rank", .right),
            ],
            rows: stages.map {
                [
                    $0.name, "\($0.pieces)", "\($0.done)", NumberText.fixed($0.units, decimals: 0),
                    NumberText.significant($0.secondsPerUnit), $0.isMeasured ? "measured" : "assumed",
                    Self.duration($0.seconds),
                ]
            },
            notes: ["Left: pictures of which tokens are made, captions, steps of training, pictures drawn and scored."])
        let times = TextTable(
            "Time", columns: [.init("Ranks", .right), .init("About", .right), .init("Used", .right)],
            rows: forecasts.map {
                ["\($0.ranks)", Self.duration($0.seconds), NumberText.percent($0.used, decimals: 0)]
            },
            notes: [
                "Used: share of the ranks' time in which they work; the rest waits for what others do.",
                "Every rank is taken to be as fast as the one that was measured, alone; messages and the shared disk "
                    + "cost nothing here.",
            ])
        let more = order.count > 12 ? "; and \(order.count - 12) more." : "."
        let assumed = stages.filter { !$0.isMeasured && $0.units > 0 }.map(\.name)
        let word =
            assumed.isEmpty
            ? []
            : [
                ReportSection.Part.warning(
                    "Nothing was measured of \(assumed.joined(separator: ", ")): these rates are assumed, for the "
                        + "published sizes on two cores, and can be wrong by any factor. Measure with "
                        + "`synesthesia probe SETTINGS --limit 64`, then `plan SETTINGS --from` that run's folder.")
            ]
        return ReportSection(
            "What \(name) has to do",
            word + (remark.map { [.warning($0)] } ?? []) + [
                .table(table), .table(times),
            ] + (order.isEmpty ? [] : [.sentence("In this order: " + order.prefix(12).joined(separator: "; ") + more)]))
    }

    private static func duration(_ seconds: Double) -> String {
        seconds < 172_800 ? NumberText.duration(seconds) : NumberText.fixed(seconds / 86_400, decimals: 1) + " days"
    }
}

/// What of a probe's work stands in a run's folder, by its lists alone: for who only reads, perhaps while others write.
private struct FinishedWork {
    private let root: URL
    private let plan: ProbePlan
    private let features: Checksums
    private let folders: [String: TrialFolder]
    private let hasReal: Bool

    init(reading root: URL, _ plan: ProbePlan) throws {
        (self.root, self.plan) = (root, plan)
        features = try Checksums(root.appending(path: "features"), isReadOnly: true)
        let pairs = try plan.trials.map { ($0.title, try TrialFolder(reading: root, $0)) }
        folders = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        hasReal = try Checksums(root, isReadOnly: true).isIntact(RealScores.fileName)
    }

    func holds(_ task: ProbeWork.Task) -> Bool {
        switch task {
        case .tokens(let split, _), .joinedTokens(let split): features.holds("tokens-\(split.rawValue)")
        case .vectors(let encoder, let split, _), .joinedVectors(let encoder, let split):
            features.holds("\(encoder)-\(split.rawValue)")
        case .silentPrefix(let count): features.holds("silent-prefix-\(count)")
        case .rate(let encoder, let count): features.holds(ProbeFeatures.rateName(encoder, count))
        case .training(let trial): folders[trial.title].map { $0.isListed(TrialFolder.trained) } ?? false
        case .drawing(let trial, let range):
            folders[trial.title].map { folder in folder.isListed(plan.requests[range].map { folder.picture($0.file) }) }
                ?? false
        case .judging(let trial, _), .scoring(let trial):
            folders[trial.title].map { $0.isListed([trial.scoresName]) } ?? false
        case .references:
            plan.trials.allSatisfy { folders[$0.title].map { $0.isListed([$0.trial.scoresName]) } ?? false }
        case .realScores: hasReal
        }
    }
}

extension TrialFolder {
    fileprivate func isListed(_ names: [String]) -> Bool { names.allSatisfy { checksums.isIntact($0) } }
}
