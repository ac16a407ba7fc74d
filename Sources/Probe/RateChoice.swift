import Foundation
import SynRuns
import SynTensors

/// Which learning rate an encoder's adapters are trained at: of those that the settings list, the one with the least
/// validation loss in a short first training.
package struct RateChoice: Sendable, Equatable {
    /// As the settings list them.
    package let rates: [Double]
    /// The least validation loss of each one's short training, nats per image token; infinite where the loss was no
    /// number any more.
    package let losses: [Double]
    /// Steps of each short training.
    package let steps: Int

    package init(rates: [Double], losses: [Double], steps: Int) {
        (self.rates, self.losses, self.steps) = (rates, losses, steps)
    }

    /// The first of the rates with the least loss.
    package var chosen: Double {
        zip(rates, losses).min { $0.1 < $1.1 }?.0 ?? rates.first ?? AdapterSettings().learningRate
    }
}

extension RateChoice {
    /// As an adapter's file has it.
    package static let key = "learning_rate_choice"

    package var text: String {
        let pairs = zip(rates, losses).map { "\($0.shortest):\($1.shortest)" }
        return "\(steps) \(pairs.joined(separator: " "))"
    }

    /// Nil where the text is none of ours.
    package init?(text: String) {
        let words = text.split(separator: " ")
        let pairs = words.dropFirst().map { $0.split(separator: ":").compactMap { Double($0) } }
        guard let first = words.first, let steps = Int(first), !pairs.isEmpty, pairs.allSatisfy({ $0.count == 2 })
        else {
            return nil
        }
        (self.steps, rates, losses) = (steps, pairs.map { $0[0] }, pairs.map { $0[1] })
    }
}

extension AdapterSettings {
    /// How many steps are taken to choose a rate; 0 where none is to be chosen.
    package var choiceSteps: Int { learningRates.count < 2 ? 0 : learningRates.count * rateSteps }

    /// With one rate, so that nothing is left to choose.
    func fixed(_ rate: Double) -> AdapterSettings {
        var settings = self
        (settings.learningRate, settings.learningRates) = (rate, [])
        return settings
    }
}

extension ProbeFeatures {
    /// The rate of all trainings of an encoder with so many prefix tokens; nil where the settings name one for all.
    ///
    /// Every candidate is trained for ``AdapterSettings/rateSteps`` steps with the first seed, under the schedule and
    /// from the start that the long training has. The losses are kept like all features; stopped in between, the next
    /// call goes on.
    func rateChoice(_ encoder: EncoderSettings, prefixTokens: Int) throws -> RateChoice? {
        var whole = session.settings.adapter
        whole.prefixTokens = prefixTokens
        guard whole.learningRates.count > 1 else { return nil }
        let (rates, seed) = (whole.learningRates, session.settings.seeds.first ?? 0)
        let name = Self.rateName(encoder.name, prefixTokens)
        let key = [
            "learning rate", session.inputs.hash(ofModel: "decoder"), session.data.identity, "\(whole) \(seed)",
            encoder.path == nil ? "\(encoder.name) \(encoder.size ?? 0)" : vectorKey(.training, encoder).joined(),
        ]
        let found = try cache.tensor(
            name, "losses", key: key,
            isSound: { losses in
                losses.elementType == .float32 && losses.shape == [rates.count]
                    && losses.floats.contains { $0.isFinite }
            },
            make: {
                let folder = session.root.appending(path: "features/\(name)")
                let losses = try losses(of: rates, whole, encoder, seed, in: folder, key: key)
                defer { try? FileManager.default.removeItem(at: folder) }
                return Tensor(losses, shape: [rates.count])
            })
        return RateChoice(rates: rates, losses: found.floats.map(Double.init), steps: whole.rateSteps)
    }

    /// The file's name, without hash.
    static func rateName(_ encoder: String, _ prefixTokens: Int) -> String { "rate-\(encoder)-k\(prefixTokens)" }

    /// The least validation loss of each rate's short training.
    private func losses(
        of rates: [Double], _ whole: AdapterSettings, _ encoder: EncoderSettings, _ seed: Int, in folder: URL,
        key: [String]
    ) throws -> [Float] {
        let (decoder, start) = (try session.models().decoder, try start(of: whole))
        let (training, validation) = (
            try data(.training, encoder, seed: seed), try data(.validation, encoder, seed: seed)
        )
        var (losses, refusal) = ([Float](), nil as UserError?)
        for (place, rate) in rates.enumerated() {
            var short = whole.fixed(rate)
            short.steps = whole.rateSteps
            let work = try AdapterTraining(
                decoder, short, seed: UInt64(seed), training: training, validation: validation, start: start,
                folder: folder.appending(path: "\(place)"), metadata: ["key": key.joined(separator: " ")],
                remark: session.remark)
            do {
                while !work.isFinished {
                    try work.advance()
                    try work.saveStateIfDue(session.interruption)
                    try session.tell(
                        "\(encoder.name), learning rate \(rate.shortest)", place * short.rateSteps + work.step,
                        of: rates.count * short.rateSteps, kind: .training,
                        further: whole.steps(for: training.count))
                }
                try work.saveState()
            } catch let complaint as UserError where complaint.kind == .failed {
                refusal = complaint   // too wide for this encoder, perhaps not for others
            }
            losses.append(work.bestValidation ?? .infinity)
        }
        if let refusal, !losses.contains(where: \.isFinite) { throw refusal }
        return losses
    }
}
