import Foundation
import SynEmbedding
import SynFiles
import SynImages
import SynModels
import SynRuns
import SynTensors

/// Faces for captions of one's own: what `synesthesia generate` does.
package struct FaceJob {
    private let decoder: CachedDecoder
    private let encoder: TextEmbedder
    private let adapter: Adapter
    private let adapterFolder: URL
    private let name: String
    /// A hash of the three models and the precision.
    private let models: String
    /// What a person should know before: what could not be checked, and what was chosen.
    package let remarks: [String]

    /// How far rounded weights are from the decoder's own, as a share of their size; nil where they are not rounded.
    package var roundingError: Double? { decoder.transformer.roundingError }

    package init(
        decoder: URL, adapter: URL, encoder: URL, precision: PrecisionSetting,
        device: DeviceSetting = .cpu, weights: SamplingSettings.Weights = .full, activation: CLIPActivation? = nil
    ) throws {
        guard device == .cpu || weights == .full else {
            throw UserError(
                .settings, "--weights int8 is drawn with on the CPU only; take full with --device \(device.rawValue)")
        }
        let used = precision.resolved(on: device)
        let opened = try ImageDecoder(folder: decoder, precision: used, device: try device.open())
        self.decoder = CachedDecoder(consume opened, roundingToInt8: weights == .int8)
        self.encoder = try TextEmbedder(folder: encoder, activation: activation)   // in Float32 always, as in the probe
        self.adapter = try Adapter(
            at: adapter, width: self.decoder.configuration.transformer.width,
            vectorSize: self.encoder.encoder.vectorSize(.probe))
        let unchecked = try Adapter.check(adapter, decoder: decoder, encoder: encoder)
        adapterFolder = adapter
        remarks = [unchecked, self.encoder.reader.remark, precision.remark(on: device)].compactMap(\.self)
        name = encoder.lastPathComponent
        var hash = ContentHash()
        hash.add(part: used == .bfloat16 ? "bf16" : "f32")
        if device != .cpu { hash.add(part: device.rawValue) }
        for folder in [decoder, encoder] { hash.add(part: try ModelContents.hash(of: folder)) }
        hash.add(part: try ContentHash(file: Adapter.file(at: adapter)).hexadecimal)
        if let activation { hash.add(part: activation.rawValue) }
        models = hash.hexadecimal   // rounded weights are named with the sampling
    }

    /// That captions are longer than the encoder reads; nil where none is.
    package func remark(on captions: [String]) -> String? { encoder.remark(on: captions) }

    /// One drawn caption, as `generate --json` prints it.
    package struct Face: Encodable, Sendable {
        package let caption: String
        package let file: String
    }

    /// Draws a picture for every caption: `000000.png` and so on, in the captions' order.
    package func run(
        _ captions: [String], seed: UInt64, sampling: SamplingSettings, into folder: String,
        interruption: Interruption, remark: (String) -> Void = { _ in }, progress: (Int) -> Void
    ) throws -> [Face] {
        let ending = sampling.format == .png ? "png" : "jpg"
        let requests = captions.enumerated().map { place, text in
            FaceRequest(number: place, caption: 0, text: text, file: String(format: "%06d.\(ending)", place))
        }
        try MemoryNeed([
            MemoryNeed.drawing(
                decoder.configuration, batch: min(sampling.batch, captions.count), prefixTokens: adapter.prefixTokens,
                isGuided: sampling.guidance != 1, key: "--batch")
        ]).check()
        guard !folder.isEmpty else { throw UserError(.settings, "--out is empty; name a folder for the pictures") }
        let folder = URL(filePath: folder)
        try AtomicFile.makeFolder(folder)
        let lock = try FileLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        let checksums = try Checksums(folder)
        if let word = checksums.remark { remark(word) }
        func record(_ count: Int) -> GenerationRecord {
            GenerationRecord(Array(captions.prefix(count)), seed: seed, sampling, models: models)
        }
        try record(captions.count).claim(
            folder, checksums, files: requests.map(\.file), remark: remark, beginning: record)
        let generator = TokenGenerator(decoder, try sampling.sampler, guidance: Float(sampling.guidance))
        let prefixes = adapter(try encoder.embed(captions).vectors)
        try NonFinite.refuse(prefixes, "a number of the adapter's prefixes", model: adapterFolder)
        let faces = FaceGenerator(generator, seed: seed, format: sampling.format, batch: sampling.batch)
        try faces.run(
            requests, prefixes: prefixes, into: folder,
            texts: [("Encoder", name), ("Guidance", "\(sampling.guidance)")], noting: checksums
        ) { done in
            progress(done)
            try interruption.check()
        }
        return requests.map { Face(caption: $0.text, file: $0.file) }
    }
}
