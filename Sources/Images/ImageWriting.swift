import Foundation

extension Image {
    /// The image as a PNG file in memory, with text chunks before the pixels.
    ///
    /// The same image and texts give the same bytes, as long as libpng and zlib stay the same.
    public func pngData(texts: [TextChunk] = []) throws -> Data { try PNG.encode(self, texts: texts) }

    /// The image as a baseline JPEG in memory, chroma halved both ways; Pillow's bytes at the same quality.
    public func jpegData(quality: Int = 75) throws -> Data { try JPEG.encode(self, quality: quality) }

    /// Writes a PNG under a temporary name and renames it: the path never holds half a file.
    public func writePNG(to url: URL, texts: [TextChunk] = []) throws {
        try Image.replace(url, with: pngData(texts: texts))
    }

    /// Writes a JPEG, like `writePNG`. JPEG loses detail, and scores computed from it differ a little.
    public func writeJPEG(to url: URL, quality: Int = 75) throws {
        try Image.replace(url, with: jpegData(quality: quality))
    }

    private static func replace(_ url: URL, with data: Data) throws {
        let temporary = url.deletingLastPathComponent()
            .appending(path: ".\(url.lastPathComponent).\(UUID().uuidString).part")
        func failed() -> ImageError {
            let reason = String(cString: strerror(errno))
            unlink(temporary.path)
            return ImageError(.unwritable, "\(url.path): the image cannot be written (\(reason)).")
        }
        let file = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL, 0o666)
        guard file >= 0 else { throw failed() }
        var rest = data[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else {
                let error = failed()
                close(file)
                throw error
            }
            rest = rest.dropFirst(written)
        }
        guard close(file) == 0, rename(temporary.path, url.path) == 0 else { throw failed() }
    }
}
