import Foundation

/// Files that people take for a picture we read: told by how they begin, so that the message can name them.
enum ForeignFile {
    /// With its article: "a WebP picture"; nil for bytes that say nothing.
    static func kind(_ start: Data) -> String? {
        let bytes = [UInt8](start)
        func has(_ text: String, at place: Int = 0) -> Bool { bytes.dropFirst(place).starts(with: text.utf8) }
        func hasBytes(_ mark: [UInt8]) -> Bool { bytes.starts(with: mark) }
        if has("GIF87a") || has("GIF89a") { return "a GIF picture" }
        if has("RIFF") && has("WEBP", at: 8) { return "a WebP picture" }
        if has("BM") && bytes.count >= 26 && bytes[6..<10].allSatisfy({ $0 == 0 }) { return "a BMP picture" }
        if has("II*\0") || has("MM\0*") || hasBytes([0x49, 0x49, 0x2B, 0]) || hasBytes([0x4D, 0x4D, 0, 0x2B]) {
            return "a TIFF picture"
        }
        if has("ftyp", at: 4) { return movieKind(bytes) }
        if hasBytes([0xFF, 0x0A]) || has("JXL ", at: 4) { return "a JPEG XL picture" }
        if has("jP  ", at: 4) || hasBytes([0xFF, 0x4F, 0xFF, 0x51]) { return "a JPEG 2000 picture" }
        if has("8BPS") { return "a Photoshop picture" }
        if hasBytes([0, 0, 1, 0]) { return "an icon (ICO)" }
        if has("qoif") { return "a QOI picture" }
        if hasBytes([0x76, 0x2F, 0x31, 0x01]) { return "an OpenEXR picture" }
        if let first = bytes.dropFirst().first, bytes[0] == UInt8(ascii: "P"), bytes.count > 2,
            (UInt8(ascii: "1")...UInt8(ascii: "7")).contains(first), [9, 10, 13, 32].contains(bytes[2])
        {
            return "a PNM picture"
        }
        if has("%PDF") { return "a PDF document" }
        if hasBytes([0x93]) && has("NUMPY", at: 1) { return "a NumPy array" }
        if hasBytes([0x50, 0x4B, 3, 4]) { return "a zip archive" }
        if hasBytes([0x1F, 0x8B]) { return "a file packed by gzip" }
        if has("version https://git-lfs") { return "a Git LFS pointer" }
        let text = String(decoding: bytes.prefix(512), as: UTF8.self).lowercased().trimmingCharacters(
            in: .whitespacesAndNewlines)
        if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") { return "a web page" }
        if text.hasPrefix("<svg") || text.hasPrefix("<?xml") && text.contains("<svg") { return "an SVG drawing" }
        return nil
    }

    /// Containers of the ISO's film format; the brand says what is inside.
    private static func movieKind(_ bytes: [UInt8]) -> String {
        let brands = String(decoding: bytes.dropFirst(8).prefix(64), as: UTF8.self)
        if brands.hasPrefix("avif") || brands.hasPrefix("avis") { return "an AVIF picture" }
        if ["heic", "heix", "hevc", "heim", "heis", "hevx"].contains(where: brands.hasPrefix) {
            return "a HEIC picture"
        }
        if brands.hasPrefix("mif1") || brands.hasPrefix("msf1") {
            return brands.contains("avif") ? "an AVIF picture" : "a HEIC picture"
        }
        return "a film"
    }

    /// What to do about a file of this kind.
    static func advice(_ kind: String) -> String {
        switch kind {
        case "a Git LFS pointer": "fetch the file itself with: git lfs pull"
        case "a web page": "the address it came from did not give the picture"
        case "a zip archive", "a file packed by gzip": "unpack it first"
        default: "convert it first, for example with ImageMagick"
        }
    }
}
