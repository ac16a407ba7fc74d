import Foundation
import SynRuns

/// Captions from a text file, one a line, in the file's order; `-` is standard input.
///
/// UTF-8 or UTF-16, with or without a byte-order mark, lines ended by LF or CRLF, or all of them by CR as on old Macs,
/// the last line end optional. A caption keeps its blanks. A line with nothing but blanks is an error unless
/// `allowingEmpty`, because skipping it would shift the numbers of all captions after it; a NUL in a caption always is,
/// because no text has one. Tokenizers cut what is too long, and report it; beyond ten megabytes nothing is a caption.
package struct CaptionFile: Sendable {
    /// Where the captions came from, as errors name it.
    package let source: String
    package let captions: [String]
    /// What was taken of the file without being told; nil where nothing was.
    package let remark: String?

    private static let longest = 10_000_000

    /// Why no text can be so, as the end of a sentence; nil for any other. Tables of texts refuse the same.
    package static func problem(_ bytes: some Collection<UInt8>) -> String? {
        if bytes.count > longest { return "has \(bytes.count / 1_000_000) megabytes, which no sentence has" }
        return bytes.contains(0) ? "holds a NUL, which no text does" : nil
    }

    package init(path: String, allowingEmpty: Bool = false) throws {
        let bytes = try InputFile.bytes(path, purpose: "a file with one caption a line, or -")
        try self.init(bytes, source: InputFile.name(path), allowingEmpty: allowingEmpty)
    }

    package init(_ bytes: [UInt8], source: String, allowingEmpty: Bool = false) throws {
        let text = try UnicodeText(bytes, source: source)
        remark = text.remark
        let bytes = text.utf8
        let end = bytes.contains(UInt8(ascii: "\n")) ? UInt8(ascii: "\n") : UInt8(ascii: "\r")
        var lines = bytes.split(separator: end, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }   // after the last line end
        guard !lines.isEmpty else {
            throw UserError(.badData, "\(source) holds no captions; write one caption a line")
        }
        self.source = source
        captions = try lines.enumerated().map { index, line in
            let bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard bytes.count <= Self.longest else {
                throw UserError(
                    .badData,
                    "\(source), line \(index + 1): \(bytes.count / 1_000_000) megabytes without a line end are no "
                        + "caption; "
                        + "write one caption a line")
            }
            guard !bytes.contains(0) else {
                throw UserError(
                    .badData,
                    "\(source), line \(index + 1): the caption holds a NUL, which no text does; if the file is "
                        + "UTF-16 without "
                        + "its mark, convert it with: iconv -f UTF-16LE -t UTF-8")
            }
            guard let caption = String(validating: bytes, as: UTF8.self) else {
                let column = Self.validLength(of: bytes) + 1
                throw UserError(
                    .badData,
                    "\(source), line \(index + 1): not UTF-8 at byte \(column) of the line; convert the file, "
                        + "for example with iconv")
            }
            guard allowingEmpty || caption.contains(where: { !$0.isWhitespace }) else {
                throw UserError(
                    .badData,
                    "\(source), line \(index + 1): the caption is empty; remove the line or write a caption there")
            }
            return caption
        }
    }

    /// How many leading bytes are whole, valid scalars.
    private static func validLength(of bytes: ArraySlice<UInt8>) -> Int {
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var length = 0
        while case .valid(let scalar) = decoder.parseScalar(from: &iterator) { length += scalar.count }
        return length
    }
}
