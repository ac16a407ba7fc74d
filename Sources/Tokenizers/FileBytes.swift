import Foundation
import SynFiles

/// Files in and out, whole.
enum FileBytes {
    /// No tokenizer's file is larger; the largest known have 35 MB.
    private static let largest = 256 << 20

    static func read(_ url: URL) throws -> [UInt8] {
        do {
            return try WholeFile.read(url, limit: largest)
        } catch let failure as FileFailure {
            throw TokenizerError("Cannot read it: \(failure.description).", isMissing: failure.kind == .missing)
        }
    }

    /// Gives `body` the lines one after another, numbered from 1, without their line feeds. As in Python nothing stands
    /// after a last line feed.
    static func eachLine(of bytes: [UInt8], _ body: (Int, ArraySlice<UInt8>) throws -> Void) rethrows {
        var (start, number) = (0, 1)
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
            try body(number, bytes[start..<end])
            (start, number) = (end + 1, number + 1)
        }
    }

    static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    static func write(_ bytes: [UInt8], to url: URL) throws { try AtomicFile.write(bytes, to: url) }

    static func makeFolder(_ url: URL) throws { try AtomicFile.makeFolder(url) }
}
