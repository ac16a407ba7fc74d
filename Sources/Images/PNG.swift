import CSynPNG
import Foundation

/// One text chunk of a PNG: a short Latin key such as "Description", and any text.
package struct TextChunk: Sendable, Equatable {
    package let key: String
    package let text: String

    package init(_ key: String, _ text: String) {
        self.key = key
        self.text = text
    }
}

/// PNG through libpng.
enum PNG {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    static func decode(_ file: Data, named name: String) throws -> Image {
        try withReader(of: file, named: name, texts: false) { reader in
            let width = Int(cpng_width(reader)), height = Int(cpng_height(reader))
            try ImageLimits.check(width: width, height: height, named: name)
            // Deflate packs at most 1,032 bytes into one: a smaller file cannot hold what it claims.
            if cpng_stored_size(reader) / 1032 > UInt64(file.count) {
                throw ImageError(
                    .damaged,
                    "\(name): \(file.count) bytes cannot hold the \(width)×\(height) pixels this PNG claims; "
                        + "it is cut short or damaged.")
            }
            return try Image(width: width, height: height) { canvas in
                var reason = ErrorText(capacity: Int(CPNG_ERROR_CAPACITY))
                let done = reason.fill { cpng_read_pixels(reader, canvas.baseAddress, canvas.count, $0) }
                if done == 0 { throw damaged(name, reason.string) }
            }
        }
    }

    /// Text chunks that stand before the pixels, without decoding those.
    static func leadingTexts(of file: Data, named name: String) throws -> [TextChunk] {
        try withReader(of: file, named: name, texts: true) { texts(of: $0) }
    }

    static func encode(_ image: Image, texts: [TextChunk]) throws -> Data {
        for chunk in texts { try check(chunk) }
        let latin = texts.map { latin1($0.text) }
        let values = zip(texts, latin).map { chunk, bytes in bytes ?? Array(chunk.text.utf8) }
        // One block of memory holds every string with its ending zero; C gets addresses into it.
        var block: [UInt8] = []
        for (chunk, value) in zip(texts, values) { block += Array(chunk.key.utf8) + [0] + value + [0] }
        return try block.withUnsafeBytes { block in
            var entries: [cpng_text] = []
            var at = 0
            for (index, chunk) in texts.enumerated() {
                guard let base = block.baseAddress?.assumingMemoryBound(to: CChar.self) else { break }
                let valueAt = at + chunk.key.utf8.count + 1
                entries.append(
                    cpng_text(key: base + at, value: base + valueAt, is_utf8: latin[index] == nil ? 1 : 0))
                at = valueAt + values[index].count + 1
            }
            var out: UnsafeMutablePointer<UInt8>?
            var count = 0
            var reason = ErrorText(capacity: Int(CPNG_ERROR_CAPACITY))
            let done = reason.fill {
                cpng_encode(
                    image.pixels, image.pixels.count, UInt32(image.width), UInt32(image.height),
                    entries, entries.count, 6, &out, &count, $0)
            }
            guard done != 0, let out else {
                throw ImageError(.unwritable, "A PNG could not be made: \(reason.string).")
            }
            defer { cpng_free(out) }
            return Data(bytes: out, count: count)
        }
    }

    // MARK: - Parts

    private static func withReader<Result>(
        of file: Data, named name: String, texts: Bool, _ body: (OpaquePointer) throws -> Result
    ) throws -> Result {
        try file.withUnsafeBytes { bytes in
            var reason = ErrorText(capacity: Int(CPNG_ERROR_CAPACITY))
            let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard let reader = reason.fill({ cpng_open(start, bytes.count, texts ? 1 : 0, $0) }) else {
                throw damaged(name, reason.string)
            }
            defer { cpng_close(reader) }
            return try body(reader)
        }
    }

    private static func damaged(_ name: String, _ reason: String) -> ImageError {
        ImageError(.damaged, "\(name): this PNG is damaged or cut short (\(reason)).")
    }

    private static func texts(of reader: OpaquePointer) -> [TextChunk] {
        (0..<cpng_text_count(reader)).compactMap { index in
            var length = 0
            var isUTF8: Int32 = 0
            guard let key = cpng_text_key(reader, index),
                let value = cpng_text_value(reader, index, &length, &isUTF8)
            else { return nil }
            let bytes = UnsafeRawBufferPointer(start: value, count: length)
            let keyBytes = UnsafeRawBufferPointer(start: key, count: strlen(key))
            return TextChunk(
                fromLatin1(keyBytes), isUTF8 != 0 ? String(decoding: bytes, as: UTF8.self) : fromLatin1(bytes))
        }
    }

    private static func fromLatin1(_ bytes: UnsafeRawBufferPointer) -> String {
        var text = ""
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text
    }

    /// The bytes of a tEXt chunk, or nil where the text needs iTXt.
    private static func latin1(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A, 0x20...0x7E, 0xA0...0xFF: bytes.append(UInt8(scalar.value))
            default: return nil
            }
        }
        return bytes
    }

    private static func check(_ chunk: TextChunk) throws {
        let key = Array(chunk.key.utf8)
        let spaced = key.first == 0x20 || key.last == 0x20 || chunk.key.contains("  ")
        guard (1...79).contains(key.count), key.allSatisfy({ (0x20...0x7E).contains($0) }), !spaced else {
            throw ImageError(
                .unwritable,
                "\"\(chunk.key)\" cannot be the key of a PNG text: it takes 1 to 79 plain ASCII characters "
                    + "without spaces at its ends or in a row.")
        }
        if chunk.text.utf8.contains(0) {
            throw ImageError(.unwritable, "The PNG text \"\(chunk.key)\" contains a zero character.")
        }
    }
}
