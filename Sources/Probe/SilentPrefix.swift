import Foundation
import SynRuns
import SynTensors

extension ProbeFeatures {
    /// The one prefix [K, width], the same for every caption, with which the decoder loses least on the training
    /// pictures' tokens: an adapter's bias alone, trained from the start token on and chosen by the validation loss.
    ///
    /// Nothing of captions is in it, so encoders that begin there differ by what their vectors tell and by nothing
    /// else; and what a further position in front of the tokens costs the decoder is not their work to undo. It is
    /// trained once for a decoder and a number of prefix tokens, with the first seed, and kept like all features.
    ///
    /// For a preconditioned training it is trained as long again in the units of the first one's sensitivity: half of
    /// what the position still costs the miniature decoder lies in directions that it hardly feels near the start
    /// token.
    func silentPrefix(_ count: Int) throws -> Tensor {
        let settings = session.settings.adapter
        let name = "silent-prefix-\(count)"
        guard settings.precondition else { return try constantPrefix(count, name) }
        let rough = try constantPrefix(count, "rough-prefix-\(count)")
        let units = try prefixUnits(at: rough, "rough-units-\(count)")
        return try constantPrefix(count, name, rate: settings.silentRate, in: units)
    }

    /// A prefix trained from the start token on, or from the origin of units in steps of which it is trained.
    private func constantPrefix(
        _ count: Int, _ name: String, rate: Double? = nil, in units: PrefixUnits? = nil
    ) throws -> Tensor {
        let (settings, decoder) = (session.settings, try session.models().decoder)
        var training = settings.adapter.fixed(rate ?? settings.adapter.learningRate)
        (training.prefixTokens, training.initial) = (count, units == nil ? .start : .silent)
        (training.standardize, training.vectorLength, training.precondition) = (false, 1, false)
        (training.steps, training.dropout, training.weightDecay) = (training.silentSteps, 0, 0)
        let seed = settings.seeds.first ?? 0
        let shape = [count, decoder.configuration.transformer.width]
        let key =
            [
                "silent prefix", session.inputs.hash(ofModel: "decoder"), session.data.identity, "\(training) \(seed)",
            ] + (units.map { [$0.origin.floats.description] } ?? [])
        return try cache.tensor(
            name, "prefix", key: key, isSound: { $0.elementType == .float32 && $0.shape == shape }
        ) {
            let folder = session.root.appending(path: "features/\(name)")
            let work = try AdapterTraining(
                decoder, training, seed: UInt64(seed), training: try silence(.training),
                validation: try silence(.validation), start: units.map(AdapterStart.steps), folder: folder,
                metadata: ["key": key.joined(separator: " ")], remark: session.remark)
            while !work.isFinished {
                try work.advance()
                try work.saveStateIfDue(session.interruption)
                let note = work.bestValidation.map { String(format: "validation %.4f", $0) } ?? ""
                try session.tell("silent prefix", work.step, of: work.totalSteps, note: note)
            }
            guard let best = work.best else { throw UserError(.failed, "no step of the silent prefix was validated") }
            let prefix = Tensor((units?.folded(best) ?? best).bias.floats, shape: shape)
            defer { try? FileManager.default.removeItem(at: folder) }
            return prefix
        }
    }

    /// Tokens of a split with captions that say nothing: vectors of one zero.
    private func silence(_ split: ProbeSplit) throws -> AdapterData {
        let tokens = try tokens(split)
        let count = tokens.size(0)
        return try AdapterData(
            tokens: tokens, vectors: .zeros([count, 1]), captionCounts: Array(repeating: 1, count: count))
    }
}
