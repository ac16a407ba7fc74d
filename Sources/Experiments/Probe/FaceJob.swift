import Foundation
import Images
import Models
import Tensors

/// Faces for captions of one's own: what `synesthesia generate` does.
public struct FaceJob {
    private let decoder: ImageDecoder
    private let encoder: CaptionEncoder
    private let adapter: Adapter
    private let name: String

    public init(decoder: URL, adapter: URL, encoder: URL, precision: ProbeSettings.Precision) throws {
        self.decoder = try ImageDecoder(folder: decoder, precision: precision.resolved)
        self.encoder = try CaptionEncoder(folder: encoder, precision: precision.resolved)
        self.adapter = try Adapter(
            folder: adapter, width: self.decoder.configuration.transformer.width, vectorSize: self.encoder.vectorSize)
        name = encoder.lastPathComponent
    }

    /// Draws a picture for every caption: `000000.png` and so on, in the captions' order.
    public func run(
        _ captions: [String], seed: UInt64, sampling: SamplingSettings, into folder: String,
        interruption: Interruption, progress: (Int) -> Void
    ) throws {
        let ending = sampling.format == .png ? "png" : "jpg"
        let jobs = captions.enumerated().map { place, text in
            GenerationJob(number: place, caption: 0, text: text, file: String(format: "%06d.\(ending)", place))
        }
        let sampler = FaceSampler(decoder, try sampling.sampler, guidance: Float(sampling.guidance))
        let generation = Generation(sampler, seed: seed, format: sampling.format, batch: sampling.batch)
        try generation.run(
            jobs, prefixes: adapter(try encoder.encode(captions, seed: seed).vectors), into: URL(filePath: folder),
            texts: [("Encoder", name), ("Guidance", "\(sampling.guidance)")]
        ) { done in
            progress(done)
            try interruption.check()
        }
    }
}
