import Foundation
import SynEmbedding
import SynFiles
import SynImages
import SynModels
import SynRuns
import SynTensors

/// What a picture is drawn from.
package struct GenerationJob: Sendable {
    package let number: Int
    package let caption: Int
    package let text: String
    package let file: String

    package init(number: Int, caption: Int, text: String, file: String) {
        (self.number, self.caption, self.text, self.file) = (number, caption, text, file)
    }
}

/// Draws pictures for captions and writes each to its file, batch after batch.
///
/// A batch whose files are all there as they were written is left alone, so a stopped generation goes on; batches are always cut at
/// the same places, so what is drawn does not depend on where it stopped. Each picture draws its tokens from a
/// stream of its own, named by run seed, portrait and caption: the encoder does not change the draws, only what
/// they are drawn from.
package struct Generation {
    private let sampler: FaceSampler
    private let seed: UInt64
    private let format: SamplingSettings.Format
    private let batch: Int

    package init(_ sampler: FaceSampler, seed: UInt64, format: SamplingSettings.Format, batch: Int) {
        (self.sampler, self.seed, self.format, self.batch) = (sampler, seed, format, batch)
    }

    /// The stream of one picture.
    package static func stream(seed: UInt64, number: Int, caption: Int) -> RandomStream {
        RandomStream(seed: seed, purpose: "tokens of caption \(caption)", index: number)
    }

    /// - Parameters:
    ///   - prefixes: [jobs, K, width].
    ///   - texts: notes for the PNG, beside the caption and the seed.
    ///   - checksums: where every finished picture is noted, under a name made of its file's.
    func run(
        _ jobs: [GenerationJob], prefixes: Tensor, into folder: URL, texts: [(String, String)],
        noting checksums: Checksums, as name: (String) -> String = { $0 }, progress: (Int) throws -> Void
    ) throws {
        try NonFinite.refuse(prefixes, "a number of the adapter's prefixes", model: nil)
        try AtomicFile.makeFolder(folder)
        try progress(0)
        for places in batches(Array(jobs.indices), of: batch) {
            let missing = places.filter { !checksums.isIntact(name(jobs[$0].file)) }
            if !missing.isEmpty {
                let decoder = sampler.decoder
                let tokens = try sampler.tokens(
                    prefixes: prefixes.rows(at: places),
                    streams: places.map { Self.stream(seed: seed, number: jobs[$0].number, caption: jobs[$0].caption) })
                let drawn = decoder.images(fromTokens: tokens)
                try NonFinite.refuse(drawn, "a pixel", model: decoder.folder)
                let images = Image.images(from: drawn, range: .signed)
                for (place, image) in zip(places, images) {
                    try write(image, jobs[place], folder, texts)
                    try checksums.note(name(jobs[place].file))
                }
            }
            try progress((places.last ?? 0) + 1)
        }
    }

    private func write(_ image: Image, _ job: GenerationJob, _ folder: URL, _ texts: [(String, String)]) throws {
        let url = folder.appending(path: job.file)
        switch format {
        case .jpeg: try image.writeJPEG(to: url)
        case .png:
            // No PNG's text can hold a zero character.
            let notes = [("Caption", job.text.replacing("\0", with: "\u{FFFD}")), ("Seed", "\(seed)")] + texts
            try image.writePNG(to: url, texts: notes.map { TextChunk($0.0, $0.1) })
        }
    }
}
