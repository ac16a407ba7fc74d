import CSynJPEG
import Foundation

/// JPEG through libjpeg-turbo, with its defaults: accurate integer transform, smooth chroma upsampling.
enum JPEG {
    static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

    static func decode(_ file: Data, named name: String) throws -> Image {
        try file.withUnsafeBytes { bytes in
            var reason = ErrorText(capacity: Int(CJPEG_ERROR_CAPACITY))
            let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard let reader = reason.fill({ cjpeg_open(start, bytes.count, $0) }) else {
                throw damaged(name, reason.string)
            }
            defer { cjpeg_close(reader) }
            let width = Int(cjpeg_width(reader)), height = Int(cjpeg_height(reader))
            try ImageLimits.check(width: width, height: height, named: name)
            // Huffman's code spends at least one bit on a block of 64 pixels, or a byte on 512, and on twice that where
            // no channel is whole along both sides; arithmetic coding may spend less, so eight times that is allowed. A
            // smaller file cannot hold what it claims.
            if width * height / (cjpeg_is_arithmetic(reader) != 0 ? 8_192 : 1_024) > file.count {
                throw ImageError(
                    .damaged,
                    "\(name): \(file.count) bytes cannot hold the \(width)×\(height) pixels this JPEG claims; "
                        + "it is cut short or damaged.")
            }
            return try Image(width: width, height: height) { canvas in
                let done = reason.fill { cjpeg_read_pixels(reader, canvas.baseAddress, canvas.count, $0) }
                if done == 0 { throw damaged(name, reason.string) }
            }
        }
    }

    static func encode(_ image: Image, quality: Int) throws -> Data {
        precondition((1...100).contains(quality), "JPEG quality goes from 1 to 100, not \(quality)")
        var out: UnsafeMutablePointer<UInt8>?
        var count = 0
        var reason = ErrorText(capacity: Int(CJPEG_ERROR_CAPACITY))
        let done = reason.fill {
            cjpeg_encode(
                image.pixels, image.pixels.count, UInt32(image.width), UInt32(image.height),
                Int32(quality), &out, &count, $0)
        }
        guard done != 0, let out else {
            throw ImageError(.unwritable, "A JPEG could not be made: \(reason.string).")
        }
        defer { cjpeg_free(out) }
        return Data(bytes: out, count: count)
    }

    private static func damaged(_ name: String, _ reason: String) -> ImageError {
        ImageError(.damaged, "\(name): this JPEG is damaged or cut short (\(reason)).")
    }
}
