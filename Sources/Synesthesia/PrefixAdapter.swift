import Foundation
import SynEmbedding
import SynImages
import SynModels
import SynProbe
import SynRuns
import SynTensors

/// The only thing that is trained: one linear layer from a caption's vector to the prefix of a frozen image decoder.
public struct PrefixAdapter: Sendable {
    let adapter: Adapter

    /// An adapter of a run, the folder it stands in, or a checkpoint of the released code.
    public init(_ path: String, for decoder: FaceDecoder) throws(SynesthesiaError) {
        adapter = try explained {
            try Adapter(at: URL(filePath: path), width: decoder.decoder.configuration.transformer.width)
        }
    }

    /// How an adapter is trained (Chen et al. 2023, section 5.1): AdamW on the cross-entropy of the image's tokens.
    public struct Training: Sendable, Equatable {
        /// Optimiser steps.
        public var steps: Int
        /// Pictures of a step, one of their captions each.
        public var batch: Int
        /// Of the first steps; it is divided by ten where the validation loss stalls.
        public var learningRate: Double
        /// How many prefix tokens a caption becomes.
        public var prefixTokens: Int
        /// Of the adapter's start, the order of pictures and dropout: the same seed ends with the same adapter.
        public var seed: UInt64

        /// What is not given is as the miniature experiment has it.
        public init(
            steps: Int = 200, batch: Int = 16, learningRate: Double = 1e-2, prefixTokens: Int = 1, seed: UInt64 = 1
        ) {
            (self.steps, self.batch, self.learningRate) = (steps, batch, learningRate)
            (self.prefixTokens, self.seed) = (prefixTokens, seed)
        }
    }

    /// Trains an adapter, or goes on with the training that was stopped in this folder. The best adapter by the loss on
    /// `validation` is returned and stands in the folder as `adapter.safetensors`.
    ///
    /// - Parameters:
    ///   - training: steps, batch, learning rate, prefix tokens and seed.
    ///   - examples: what it learns from, at least one picture.
    ///   - validation: what the best adapter is chosen by, at least one picture; not of the examples.
    ///   - encoder: turns captions into vectors; stays as it is.
    ///   - decoder: turns pictures into tokens and tells how likely they are; stays as it is.
    ///   - folder: keeps the state, the log and the adapters; made where it is not there.
    ///   - progress: is told the steps done and the newest loss in nats per image token; throwing stops, and the same
    ///     call
    ///     goes on later.
    public static func train(
        _ training: Training = Training(), on examples: [CaptionedPicture], validation: [CaptionedPicture],
        encoder: TextEmbedder, decoder: FaceDecoder, in folder: String,
        progress: (_ step: Int, _ loss: Double?) throws -> Void = { _, _ in }
    ) throws(SynesthesiaError) -> PrefixAdapter {
        guard !examples.isEmpty, !validation.isEmpty else {
            throw SynesthesiaError(.settings, "a training needs pictures to learn from and others to be validated on")
        }
        guard training.steps > 0, training.batch > 0, training.prefixTokens > 0, training.learningRate > 0 else {
            throw SynesthesiaError(
                .settings, "steps, batch, prefix tokens and learning rate of a training are above zero")
        }
        return try explained {
            let place = URL(filePath: folder)
            var settings = AdapterSettings()
            (settings.steps, settings.batch) = (training.steps, min(training.batch, examples.count))
            (settings.learningRate, settings.prefixTokens) = (training.learningRate, training.prefixTokens)
            let run = try AdapterTraining(
                decoder.decoder, settings, seed: training.seed,
                training: try data(examples, encoder, decoder), validation: try data(validation, encoder, decoder),
                folder: place,
                metadata: [
                    "decoder_hash": try ModelContents.hash(of: decoder.folder),
                    "encoder_hash": try ModelContents.hash(of: encoder.embedder.folder),
                ])
            while !run.isFinished {
                let lines = try run.advance()
                try run.saveStateIfDue()
                do {
                    try progress(run.step, lines.compactMap(\.loss).last)
                } catch {
                    try run.saveState()
                    throw error
                }
            }
            try run.saveState()
            try run.saveAdapters()
            return try PrefixAdapter(folder, for: decoder)
        }
    }

    private static func data(
        _ examples: [CaptionedPicture], _ encoder: TextEmbedder, _ decoder: FaceDecoder
    ) throws -> AdapterData {
        let preparation = TamingPreprocessing(side: decoder.pictureSize)
        let tokens = try batches(examples, of: 32).map { part in
            let prepared = try parallelMap(part.count) { try preparation.prepared(part[$0].picture.image) }
            return try decoder.decoder.soundTokens(of: Tensor(prepared, range: .signed))   // [part, h·w]
        }
        return try AdapterData(
            tokens: concatenated(tokens, axis: 0),
            vectors: try encoder.embedder.embed(examples.flatMap(\.captions), pooling: encoder.pooling).vectors,
            captionCounts: examples.map(\.captions.count))
    }
}
