import Files
import Foundation

/// Files in and out, whole.
enum FileBytes {
    static func read(_ url: URL) throws -> [UInt8] {
        do {
            return try WholeFile.read(url)
        } catch let failure as FileFailure {
            throw TokenizerError("Cannot read it: \(failure.description).", isMissing: failure.kind == .missing)
        }
    }

    static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    static func write(_ bytes: [UInt8], to url: URL) throws { try AtomicFile.write(bytes, to: url) }

    static func makeFolder(_ url: URL) throws { try AtomicFile.makeFolder(url) }
}
