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
    func silentPrefix(_ count: Int) throws -> Tensor {
        let (settings, decoder) = (session.settings, try session.models().decoder)
        var training = settings.adapter.fixed(settings.adapter.learningRate)
        (training.prefixTokens, training.initial, training.standardize) = (count, .start, false)
        training.vectorLength = 1
        (training.steps, training.dropout, training.weightDecay) = (training.silentSteps, 0, 0)
        let seed = settings.seeds.first ?? 0
        let shape = [count, decoder.configuration.transformer.width]
        let key = [
            "silent prefix", session.inputs.hash(ofModel: "decoder"), session.data.identity, "\(training) \(seed)",
        ]
        return try cache.tensor(
            "silent-prefix-\(count)", "prefix", key: key, isSound: { $0.elementType == .float32 && $0.shape == shape }
        ) {
            let folder = session.root.appending(path: "features/silent-prefix-\(count)")
            let work = try AdapterTraining(
                decoder, training, seed: UInt64(seed), training: try silence(.training),
                validation: try silence(.validation), folder: folder, metadata: ["key": key.joined(separator: " ")],
                remark: session.remark)
            while !work.isFinished {
                try work.advance()
                try work.saveStateIfDue(session.interruption)
                let note = work.bestValidation.map { String(format: "validation %.4f", $0) } ?? ""
                try session.tell("silent prefix", work.step, of: work.totalSteps, note: note)
            }
            guard let best = work.best else { throw UserError(.failed, "no step of the silent prefix was validated") }
            let prefix = Tensor(best.bias.floats, shape: shape)
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
