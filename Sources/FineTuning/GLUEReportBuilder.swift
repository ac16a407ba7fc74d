import Foundation
import SynEmbedding
import SynModels
import SynReports
import SynRuns
import SynStatistics
import SynTensors

/// Turns answers into scores, intervals, tests and curves.
package struct GLUEReportBuilder {
    private let study: GLUEStudy
    private let results: [TrialResult]

    package init(_ study: GLUEStudy, _ results: [TrialResult]) { (self.study, self.results) = (study, results) }

    /// - Parameters:
    ///   - probes: of frozen encoders, where they were asked for.
    ///   - limit: of `--limit`, which marks the report.
    package func report(probes: [GLUEProbe] = [], limit: Int? = nil, seconds: Double = 0) -> GLUEReport {
        let isDrawn = study.data.allSatisfy { DrawnTask(rawValue: $0.task.name) != nil }
        var report = GLUEReport(
            title: isDrawn
                ? "What can the drawn world's encoders learn to say of a caption?"
                : "What do text encoders understand of language?",
            dataset: isDrawn ? "the drawn world" : "GLUE", encoders: study.encoders.map(\.glueRecord),
            tasks: study.data.map(Self.record), probes: probes, settings: settings, provenance: provenance(seconds))
        for data in study.data {
            for (place, part) in data.development.enumerated() { add(data, part, place, to: &report) }
        }
        report.comparisons = Self.corrected(report.comparisons)
        report.curves = results.map(Self.curve)
        report.caveats = caveats(isDrawn) + study.leftOut + study.data.flatMap(\.remarks).map { $0 + "." }
        if limit != nil { report.partial = true }
        return report
    }

    /// A seed's answers to a part of a task, by encoder and in the order of the seeds.
    private func answers(_ encoder: String, _ task: String, _ part: Int) -> [(seed: Int, answers: [Double])] {
        results.filter { $0.encoder == encoder && $0.task == task }.map { ($0.seed, $0.development[part]) }
    }

    private func add(_ data: TaskData, _ part: TaskData.Part, _ place: Int, to report: inout GLUEReport) {
        let truth = part.examples.map { $0.answer ?? 0 }
        let quoted = data.task.metrics[0]
        let bootstrap = ScoreBootstrap(quoted, truth: truth)
        var drawn: [(encoder: String, mean: Double, values: [Double?], first: [Double])] = []
        for encoder in study.encoders {
            let found = answers(encoder.name, data.task.name, place)
            guard let first = found.first else { continue }
            for metric in data.task.metrics {
                let seeds = found.map { Self.score(metric, truth, $0.answers, seed: $0.seed) }
                var score = GLUEScore(
                    encoder: encoder.name, task: data.task.name, part: part.name, metric: metric.title,
                    isQuoted: metric == quoted, seeds: seeds, interval: nil, n: truth.count,
                    cut: cutCount(encoder, data),
                    published: GLUETask(rawValue: data.task.name) == nil
                        ? nil : GLUEPublished.average(encoder.name).map { $0 / 100 })
                if metric == quoted {
                    let values = bootstrap.values(found.map(\.answers))
                    score.interval = ScoreBootstrap.interval(values)
                    drawn.append((encoder.name, score.mean, values, first.answers))
                }
                report.scores.append(score)
            }
        }
        guard place == 0 else { return }
        for (i, a) in drawn.enumerated() {
            for b in drawn[(i + 1)...] {
                let differences = zip(a.values, b.values).map { a, b in a.flatMap { a in b.map { a - $0 } } }
                guard let interval = ScoreBootstrap.interval(differences) else { continue }
                report.comparisons.append(
                    GLUEComparison(
                        task: data.task.name, metric: quoted.title, a: a.encoder, b: b.encoder,
                        difference: a.mean - b.mean, interval: interval,
                        p: ScoreBootstrap.p(ofDifferences: differences), pHolm: 1,
                        mcnemar: data.task.isRegression ? nil : Self.discordance(truth, a.first, b.first)))
            }
        }
    }

    /// 0 and a sentence where the measure is undefined.
    static func score(_ metric: GLUEMetric, _ truth: [Double], _ answers: [Double], seed: Int) -> GLUEScore.Seed {
        do {
            return .init(seed: seed, value: try metric.value(truth: truth, answers: answers))
        } catch {
            return .init(seed: seed, value: 0, undefined: error.description)
        }
    }

    private static func discordance(
        _ truth: [Double], _ a: [Double], _ b: [Double]
    ) -> GLUEComparison.Discordance? {
        guard let test = try? McNemar(first: zip(truth, a).map { $0 == $1 }, second: zip(truth, b).map { $0 == $1 })
        else { return nil }
        return .init(onlyA: test.onlyFirst, onlyB: test.onlySecond, p: test.p)
    }

    /// Holm's correction over the tasks of each two encoders.
    private static func corrected(_ comparisons: [GLUEComparison]) -> [GLUEComparison] {
        var all = comparisons
        for places in Dictionary(grouping: all.indices, by: { [all[$0].a, all[$0].b] }).values {
            for (place, p) in zip(places, holmCorrected(places.map { all[$0].p })) { all[place].pHolm = p }
        }
        return all
    }

    private func cutCount(_ encoder: TextEmbedder, _ data: TaskData) -> Int {
        let joining = PairJoining(modelType: encoder.modelType)
        let reader = ClassifierReader(
            encoder.reader, joining, limit: study.settings.length, positions: encoder.encoder.maximumLength)
        return reader.cutCount(data.train) + data.development.reduce(0) { $0 + reader.cutCount($1.examples) }
    }

    private static func curve(_ result: TrialResult) -> GLUECurve {
        GLUECurve(
            encoder: result.encoder, task: result.task, seed: result.seed, steps: result.steps,
            seconds: result.seconds,
            loss: result.curve.compactMap { line in line.loss.map { .init(line.step, $0) } },
            development: result.curve.compactMap { line in line.development.map { .init(line.step, $0) } })
    }

    static func record(_ data: TaskData) -> GLUETaskRecord {
        let truth = (data.development.first?.examples ?? []).map { $0.answer ?? 0 }
        let counts = Dictionary(grouping: data.train.compactMap(\.answer), by: \.self).mapValues(\.count)
        let common = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? 0
        return GLUETaskRecord(
            name: data.task.name, title: data.task.title, question: data.task.question,
            metric: data.task.metrics[0].title, train: data.train.count,
            floor: data.task.isRegression
                ? nil : try? data.task.metrics[0].value(truth: truth, answers: truth.map { _ in common }),
            countsInAverage: data.task.countsInAverage)
    }

    private var settings: [Setting] {
        let settings = study.settings
        let epochs = study.data.map { "\($0.task.title) \(settings.epochs(of: $0.task))" }.joined(separator: ", ")
        return [
            .init("seeds", study.seeds.map(String.init).joined(separator: ", ")), .init("batch", "\(settings.batch)"),
            .init("most tokens of an example", "\(settings.length)"),
            .init("learning rate", settings.learningRate.shortest), .init("epochs", epochs),
            .init("warm-up", "\(settings.warmup.shortest) of the steps"),
            .init("weight decay", settings.weightDecay.shortest),
            .init("norm of gradients", "at most \(settings.gradientNorm.shortest)"),
            .init("products in training", settings.precision.told),
            .init("dropout", settings.dropout.shortest), .init("dropout in CLIP's head", settings.clipDropout.shortest),
        ]
    }

    private func provenance(_ seconds: Double) -> Provenance {
        let machine = Machine(version: Release.version, environment: [:], cache: "")
        return Provenance(
            toolVersion: machine.version, cpu: machine.recorded, threads: Threads.count,
            precision: study.settings.precision.recorded,
            date: Date.now.formatted(.iso8601),
            stages: seconds > 0 ? [.init("this sitting", seconds: seconds)] : [])
    }

    private func caveats(_ isDrawn: Bool) -> [String] {
        var sentences = [
            "Scores are of the development sets, which the learning rate of the published settings was not chosen on "
                + "here; the last weights are taken, not the best. The test sets' answers are not public.",
            "An interval draws the examples again: it speaks of other examples for these trained encoders. The "
                + "deviation over seeds speaks of other starts of the head, other orders and other dropout. Neither "
                + "speaks of other encoders of the same kind.",
            "Fine-tuning changes every weight, so a score says what an encoder can learn from this many examples, not "
                + "what it knew before. Where encoders differ in what they learnt from, they also differ in size, "
                + "vocabulary and amount of text; a difference is no proof of what pictures do.",
        ]
        let cut = study.encoders.filter { $0.isContrastive }.map(\.name)
        if !cut.isEmpty, !isDrawn {
            sentences.append(
                "\(cut.joined(separator: ", ")) read\(cut.count == 1 ? "s" : "") at most so many tokens as the model "
                    + "has places (77 for CLIP); the tables say how many examples lost their end.")
        }
        if isDrawn {
            sentences.insert(
                "This is the miniature world: captions from a grammar, encoders of a few hundred thousand weights that "
                    + "learnt from such captions. It shows that the measurements work; it says nothing of large "
                    + "encoders or of English.", at: 0)
        }
        return sentences
    }
}

extension PairJoining {
    /// As an encoder's classifier has it.
    init(modelType: String) {
        self = modelType == "bert" ? .typed : modelType == "gpt2" ? .plain : .doubled
    }
}

extension TextEmbedder {
    /// What a report says of it.
    var glueRecord: TextEncoderRecord {
        TextEncoderRecord(
            name: name, modelType: modelType, layers: encoder.layerCount, width: encoder.hiddenSize, isCased: isCased)
    }
}
