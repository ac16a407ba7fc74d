import Foundation
import SynEmbedding
import SynFiles
import SynImages
import SynModels
import SynRuns
import SynTensors

/// A picture to be drawn: of which portrait's caption, and under which name.
package struct FaceRequest: Sendable {
    package let number: Int
    package let caption: Int
    /// From 0, where several pictures are drawn of one caption.
    package let copy: Int
    package let text: String
    package let file: String

    package init(number: Int, caption: Int, copy: Int = 0, text: String, file: String) {
        (self.number, self.caption, self.copy, self.text, self.file) = (number, caption, copy, text, file)
    }
}

/// Draws pictures for captions and writes each to its file, batch after batch.
///
/// A batch whose files are all there as they were written is left alone, so a stopped generation goes on; batches are
/// always cut at the same places, so what is drawn does not depend on where it stopped. Each picture draws its tokens
/// from a stream of its own, named by run seed, portrait and caption: the encoder does not change the draws, only what
/// they are drawn from.
package struct FaceGenerator {
    private let generator: TokenGenerator
    private let seed: UInt64
    private let format: SamplingSettings.Format
    private let batch: Int

    package init(_ generator: TokenGenerator, seed: UInt64, format: SamplingSettings.Format, batch: Int) {
        (self.generator, self.seed, self.format) = (generator, seed, format)
        self.batch = Self.batch(batch, onDevice: generator.decoder.transformer.device != nil)
    }

    /// Pictures that are drawn together. A GPU that draws few waits for its own memory.
    static func batch(_ asked: Int, onDevice: Bool) -> Int { onDevice ? max(asked, 512) : asked }

    /// The stream of one picture. No portrait has a thousand captions, so no two pictures share one.
    package static func stream(seed: UInt64, number: Int, caption: Int, copy: Int = 0) -> RandomStream {
        RandomStream(seed: seed, purpose: "tokens of caption \(caption + 1000 * copy)", index: number)
    }

    /// - Parameters:
    ///   - prefixes: [requests, K, width]; nil for pictures of no caption.
    ///   - texts: notes for the PNG, beside the caption and the seed.
    ///   - checksums: where every finished picture is noted, under a name made of its file's.
    func run(
        _ requests: [FaceRequest], prefixes: Tensor?, into folder: URL, texts: [(String, String)],
        noting checksums: Checksums, as name: (String) -> String = { $0 }, progress: (Int) throws -> Void
    ) throws {
        if let prefixes { try NonFinite.refuse(prefixes, "a number of the adapter's prefixes", model: nil) }
        try AtomicFile.makeFolder(folder)
        try progress(0)
        for places in batches(Array(requests.indices), of: batch) {
            let missing = places.filter { !checksums.isIntact(name(requests[$0].file)) }
            if !missing.isEmpty {
                let decoder = generator.decoder
                let tokens = try generator.tokens(
                    prefixes: prefixes?.rows(at: places),
                    streams: places.map { place in
                        let request = requests[place]
                        return Self.stream(
                            seed: seed, number: request.number, caption: request.caption, copy: request.copy)
                    })
                let drawn = try decoder.images(fromTokens: tokens)
                try NonFinite.refuse(drawn, "a pixel", model: decoder.folder)
                let images = Image.images(from: drawn, range: .signed)
                for (place, image) in zip(places, images) {
                    try write(image, requests[place], folder, texts)
                    try checksums.note(name(requests[place].file))
                }
            }
            try progress((places.last ?? 0) + 1)
        }
    }

    private func write(_ image: Image, _ request: FaceRequest, _ folder: URL, _ texts: [(String, String)]) throws {
        let url = folder.appending(path: request.file)
        switch format {
        case .jpeg: try image.writeJPEG(to: url)
        case .png:
            // No PNG's text can hold a zero character.
            let notes = [("Caption", request.text.replacing("\0", with: "\u{FFFD}")), ("Seed", "\(seed)")] + texts
            try image.writePNG(to: url, texts: notes.map { TextChunk($0.0, $0.1) })
        }
    }
}
