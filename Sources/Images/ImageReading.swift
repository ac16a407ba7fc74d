import Foundation

/// Sizes beyond which a file is refused before its pixels are read.
package enum ImageLimits {
    /// Pixels along one side.
    package static let side = 16_384
    /// Pixels altogether: where Pillow, too, suspects a file made to exhaust memory.
    package static let area = 178_956_970
    /// Bytes of one file.
    static let fileSize = 1 << 30

    static func check(width: Int, height: Int, named name: String) throws {
        guard width > 0, height > 0 else {
            throw ImageError(.damaged, "\(name): the image has no pixels (\(width)×\(height)).")
        }
        guard width <= side, height <= side else {
            throw ImageError(
                .damaged, "\(name): \(width)×\(height) pixels are too many; a side may have at most \(side).")
        }
        guard width * height <= area else {
            throw ImageError(
                .damaged, "\(name): \(width)×\(height) pixels are too many; an image may have at most \(area).")
        }
    }
}

extension Image {
    /// Refuses to make a picture beyond the limits, as a strip one pixel high would become when enlarged.
    func checkResizing(toWidth newWidth: Int, height newHeight: Int) throws {
        guard newWidth * newHeight <= ImageLimits.area else {
            throw ImageError(
                .damaged,
                "An image of \(width)×\(height) pixels is too narrow: resized it would have "
                    + "\(newWidth)×\(newHeight), and at most \(ImageLimits.area) pixels are allowed.")
        }
    }

    /// Reads a PNG or JPEG, told apart by content, as Pillow's `Image.open(path).convert("RGB")` does.
    ///
    /// Alpha is dropped, not blended; 16-bit colour keeps its high byte, 16-bit grey is cut off at 255; gamma,
    /// colour profiles and the EXIF orientation are ignored; CMYK is read as inverted. Bytes after the picture's end
    /// are nobody's and do no harm. Stricter than Pillow in two ways: a PNG without its end or with a wrong check sum
    /// is refused even if all pixels are there, and so is a JPEG made to keep its reader busy by hundreds of scans. A
    /// JPEG has no check sums: wrong bytes in its middle may show as wrong pixels, as in Pillow; a cut one is refused.
    package init(contentsOf url: URL) throws {
        self = try Image(decoding: Image.bytes(of: url), named: url.path)
    }

    /// The same from bytes; `name` stands in errors where a path would.
    package init(decoding file: Data, named name: String) throws {
        let start = Array(file.prefix(8))
        if start.starts(with: PNG.signature) {
            self = try PNG.decode(file, named: name)
        } else if start.starts(with: JPEG.signature) {
            self = try JPEG.decode(file, named: name)
        } else {
            throw Image.unread(file, named: name)
        }
    }

    /// Why a file that is neither PNG nor JPEG is not read: what it is, where that can be told.
    private static func unread(_ file: Data, named name: String) -> ImageError {
        if file.isEmpty { return ImageError(.damaged, "\(name): the file is empty.") }
        guard let kind = ForeignFile.kind(file.prefix(4096)) else {
            return ImageError(.damaged, "\(name): this is neither a PNG nor a JPEG.")
        }
        return ImageError(
            .damaged, "\(name): this is \(kind), and only PNG and JPEG are read; \(ForeignFile.advice(kind)).")
    }

    /// The text chunks (tEXt, zTXt, iTXt) of a PNG, in order: those before the pixels, where this library writes
    /// them. Empty for a JPEG.
    package static func texts(of url: URL) throws -> [TextChunk] {
        try texts(in: bytes(of: url), named: url.path)
    }

    package static func texts(in file: Data, named name: String) throws -> [TextChunk] {
        if file.starts(with: PNG.signature) { return try PNG.leadingTexts(of: file, named: name) }
        if file.starts(with: JPEG.signature) { return [] }
        throw unread(file, named: name)
    }

    private static func bytes(of url: URL) throws -> Data {
        var info = stat()
        guard stat(url.path, &info) == 0 else {
            throw ImageError(
                .missing,
                errno == ENOENT
                    ? "\(url.path): there is no such file."
                    : "\(url.path): the file cannot be read (\(String(cString: strerror(errno)))).")
        }
        guard info.st_mode & S_IFMT == S_IFREG else {
            let what = info.st_mode & S_IFMT == S_IFDIR ? "a folder" : "no ordinary file"
            throw ImageError(.missing, "\(url.path): this is \(what), not an image.")
        }
        guard info.st_size <= ImageLimits.fileSize else {
            throw ImageError(.damaged, "\(url.path): \(info.st_size) bytes are too many for an image.")
        }
        do {
            return try Data(contentsOf: url)
        } catch {
            throw ImageError(.missing, "\(url.path): the file cannot be read (\(error.localizedDescription)).")
        }
    }
}
