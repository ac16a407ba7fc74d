import Foundation
import SynFiles

extension Image {
    /// The image as a PNG file in memory, with text chunks before the pixels.
    ///
    /// The same image and texts give the same bytes, as long as libpng and zlib stay the same.
    package func pngData(texts: [TextChunk] = []) throws -> Data { try PNG.encode(self, texts: texts) }

    /// The image as a baseline JPEG in memory, chroma halved both ways; Pillow's bytes at the same quality.
    package func jpegData(quality: Int = 75) throws -> Data { try JPEG.encode(self, quality: quality) }

    /// Writes a PNG under a temporary name and renames it: the path never holds half a file. The disk is not waited
    /// for, since pictures come by the thousand and can be drawn again.
    package func writePNG(to url: URL, texts: [TextChunk] = []) throws {
        try AtomicFile.write(pngData(texts: texts), to: url, isFlushed: false)
    }

    /// Writes a JPEG, like `writePNG`. JPEG loses detail, and scores computed from it differ a little.
    package func writeJPEG(to url: URL, quality: Int = 75) throws {
        try AtomicFile.write(jpegData(quality: quality), to: url, isFlushed: false)
    }
}
