import Foundation
import SynEmbedding
import SynMetrics
import SynReports
import SynRuns
import SynTensors

/// Where a report's numbers come from, and what must be known before one is quoted.
extension ProbeReportBuilder {
    /// Where the decoder was computed, if not on the CPU; nil where no model is open any more.
    private var deviceNote: String? {
        (try? session.models())?.deviceNote
    }

    var provenance: Provenance {
        let machine = Machine(version: Release.version, environment: [:], cache: "")
        return Provenance(
            toolVersion: machine.version, cpu: machine.recorded + (deviceNote.map { "; \($0)" } ?? ""),
            threads: Threads.count,
            precision: settings.precision.recorded(on: settings.device), date: Date.now.formatted(.iso8601),
            stages: session.clock.stages.map { Provenance.Stage($0.name, seconds: $0.seconds) })
    }

    /// The encoders that could not read all captions to their end; vectors that are kept do not tell.
    func cutCaptions() throws -> [CutCaptions] {
        let captions = session.data.all.flatMap(\.captions)
        let models = try session.models()
        return settings.encoders.compactMap { encoder -> CutCaptions? in
            guard let embedder = models.encoder(encoder.name)?.embedder else { return nil }
            let cut = embedder.cutCount(captions)
            return cut == 0 ? nil : CutCaptions(encoder: encoder.name, cut: cut, captions: captions.count)
        }
    }

    func caveats(_ cut: [CutCaptions]) throws -> [String] {
        var sentences: [String] = []
        if settings.data.isDrawnWorld {
            sentences.append(
                "This is the miniature world: drawn faces, captions from a grammar, encoders of a few hundred "
                    + "thousand weights. What is found here is about them; the paper's finding is about the real "
                    + "encoders."
            )
        }
        sentences.append(
            "A low score is not missing knowledge: it is knowledge that one linear layer into this decoder does not "
                + "carry into pictures.")
        if let seen = session.data.seen {
            sentences.append(
                "Of \(seen.captions) captions of the test portraits \(seen.words) stand in training word for word and "
                    + "\(seen.statements) more as the same statements; they are not drawn"
                    + (seen.portraits == 0 ? "." : ", so that \(seen.portraits) portraits have none left.")
                    + " What remains of training in the others: every single statement, in other company.")
        } else if session.data.test.isEmpty {
            sentences.append(
                "As published, the scored captions are those that the schedule and the checkpoint were chosen by, and "
                    + "captions that training has are not left out.")
        }
        if settings.adapter.choiceSteps > 0 {
            sentences.append(
                "Each encoder's learning rate is the best of several by the validation loss, instead of the published "
                    + "5e-4 for all.")
        } else if settings.adapter.learningRate != AdapterSettings().learningRate {
            sentences.append(
                "The adapter's learning rate is \(settings.adapter.learningRate) instead of the published 5e-4, "
                    + "because its training is far shorter."
            )
        }
        if settings.sampling.weights == .int8 {
            sentences.append(
                "The decoder drew with its transformer's weights rounded to eight bits, off by "
                    + String(
                        format: "%.2f %% of their size.",
                        100 * (try session.models().drawing.transformer.roundingError ?? 0)))
        }
        if !cut.isEmpty {
            let each = cut.map { "\($0.encoder) \($0.cut) of \($0.captions)" }
            sentences.append(
                "Captions that are longer than an encoder reads lost their end: \(each.joined(separator: ", ")).")
        }
        if let truncated = scores.values.map(\.measured.truncatedCaptions).max(), truncated > 0 {
            sentences.append("\(truncated) captions were longer than the judge's context and were cut for scoring.")
        }
        let measured = scores.values.map(\.measured)
        if let warning = measured.compactMap(\.fidWarning).min() {
            sentences.append(ProbeReport.fidCaveat + warning + ".")
        }
        if let dropped = measured.first(where: { ($0.inceptionCount ?? $0.count) < $0.count }),
            let counted = dropped.inceptionCount, dropped.inceptionScore != nil
        {
            sentences.append(
                "The last \(dropped.count - counted) of \(dropped.count) pictures fill no batch and are not in the "
                    + "Inception Scores (scores.drop-last).")
        }
        if let lacking = measured.first(where: { $0.inceptionScore == nil }) {
            sentences.append(
                "There is no Inception Score: \(lacking.count) pictures are fewer than its \(settings.scores.splits) "
                    + "splits (scores.splits)."
            )
        }
        return sentences
    }
}
