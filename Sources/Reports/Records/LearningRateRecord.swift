/// The learning rate that an encoder's adapters were trained at, and what else was tried.
package struct LearningRateRecord: Codable, Sendable, Equatable {
    package var encoder: String
    package var chosen: Double
    package var tried: [Trial]
    /// Steps of each short training.
    package var steps: Int

    /// A rate with the least validation loss of its short training, nats per image token; nil where the loss was no
    /// number any more.
    package struct Trial: Codable, Sendable, Equatable {
        package var rate: Double
        package var loss: Double?

        package init(rate: Double, loss: Double?) { (self.rate, self.loss) = (rate, loss) }
    }

    package init(encoder: String, chosen: Double, tried: [Trial], steps: Int) {
        (self.encoder, self.chosen, self.tried, self.steps) = (encoder, chosen, tried, steps)
    }
}

extension ProbeReport {
    /// Which adapters end below the decoder's validation loss without a prefix and which do not, means over seeds; nil
    /// where no such floor was measured.
    package var floorSentence: String? {
        let encoders = EncoderSummary.of(scores)
        func loss(_ encoder: EncoderSummary) -> Double? { encoder.spread { $0.validationLoss?.best }?.mean }
        guard let floor = encoders.first(where: { $0.style == .noCaption }).flatMap(loss), floor.isFinite else {
            return nil
        }
        let adapters = encoders.filter { $0.style != .noCaption }.compactMap { encoder in
            loss(encoder).map { (name: encoder.encoder, loss: $0) }
        }
        guard !adapters.isEmpty else { return nil }
        let (below, above) = (adapters.filter { $0.loss < floor }, adapters.filter { !($0.loss < floor) })
        func names(_ side: [(name: String, loss: Double)]) -> String {
            side.count == adapters.count
                ? "every adapter" : side.isEmpty ? "none" : StyleVerdict.listed(side.map(\.name))
        }
        let start =
            "Without a prefix the decoder's validation loss is \(NumberText.fixed(floor, decimals: 4)). Below it "
        let end = above.isEmpty ? "" : "; not below it, so worse than no caption: \(names(above))"
        return start + "(best checkpoint, mean over seeds): \(names(below))\(end)."
    }

    /// One row an encoder, a column a rate; nil where every encoder had the same.
    package var learningRateTable: TextTable? {
        guard let choices = learningRates, let first = choices.first else { return nil }
        let rates = first.tried.map(\.rate)
        return TextTable(
            "Learning rates",
            columns: [.init("Encoder"), .init("Chosen", .right)]
                + rates.map { .init("Loss at \(NumberText.significant($0))", .right) },
            rows: choices.map { choice in
                [choice.encoder, NumberText.significant(choice.chosen)]
                    + rates.map { rate in
                        let trial = choice.tried.first { $0.rate == rate }
                        return trial.map { $0.loss.map { NumberText.fixed($0, decimals: 4) } ?? "none" } ?? ""
                    }
            },
            notes: [
                "Chosen for each encoder by the validation loss (nats per image token) of a short training of "
                    + "\(first.steps) steps with the first seed; no scored picture had a part in it."
            ])
    }
}
