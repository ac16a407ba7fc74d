import SynMetrics
import SynReports
import SynRuns
import SynStatistics

/// What can be concluded from the scores of every picture: the floors, and for each outcome the two inferences about
/// encoders.
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

    private let trials: [Trial]
    private let ceiling: [SampleRecord]
    private let primary: PrimaryOutcome

    /// - Parameters:
    ///   - ceiling: the scores of what the VQGAN makes of the captions' real pictures; empty where nobody measured
    ///   them.
    ///   - primary: the outcome that was named beforehand.
    package init(_ trials: [Trial], ceiling: [SampleRecord] = [], primary: PrimaryOutcome = .clip) {
        (self.trials, self.ceiling, self.primary) = (trials, ceiling, primary)
    }

    /// Nil where there is nothing to conclude from.
    package func record() -> InferenceRecord? {
        let outcomes = outcomes.sorted { $0.isPrimary && !$1.isPrimary }.compactMap {
            OutcomeInference($0, trials, ceiling: ceiling).record()
        }
        let record = InferenceRecord(floors: floors, outcomes: outcomes)
        let isEmpty = outcomes.allSatisfy { $0.pairs.isEmpty && $0.above.isEmpty }
        return record.floors.isEmpty && isEmpty ? nil : record
    }

    private var outcomes: [OutcomeInference.Outcome] {
        func outcome(
            _ kind: PrimaryOutcome, _ name: String, _ unit: String, isDifference: Bool = false,
            _ value: @escaping (SampleRecord) -> Double?
        ) -> OutcomeInference.Outcome {
            OutcomeInference.Outcome(
                name: name, unit: unit, isPrimary: kind == primary, value: value, isDifference: isDifference)
        }
        return [
            outcome(.clip, "CLIP-Score", "points") { $0.clipScore },
            outcome(.bits, "Bits saved", "bits a picture", isDifference: true) { $0.bitsSaved },
            outcome(.secondClip, "Second judge", "points") { $0.secondClipScore },
            outcome(.attributes, "Attributes", "% of statements") { sample in
                guard let right = sample.attributesRight, let stated = sample.attributesStated, stated > 0 else {
                    return nil
                }
                return 100 * Double(right) / Double(stated)
            },
        ]
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
}
