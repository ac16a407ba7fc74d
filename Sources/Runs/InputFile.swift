import Foundation

/// Reading a whole file that a user named, `-` meaning standard input.
package enum InputFile {
    /// - Parameter purpose: what the file should hold, for errors: "a file with one caption a line".
    package static func bytes(_ path: String, purpose: String) throws -> [UInt8] {
        if path == "-" { return try whole(.standardInput, name(path)) }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw UserError(.missing, "\(path) does not exist; name \(purpose)")
        }
        guard !isFolder.boolValue else { throw UserError(.badData, "\(path) is a folder; name \(purpose)") }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw UserError(.missing, "\(path) cannot be read; check its permissions")
        }
        return try whole(file, path)
    }

    /// What errors call the file.
    package static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

    /// To the end, whatever it is: a file, a pipe (`<(command)`), `/dev/null`.
    private static func whole(_ file: FileHandle, _ name: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
                bytes += part
                guard bytes.count <= most else {
                    throw UserError(.badData, "\(name) holds more than 1 GB; is it the file that was meant?")
                }
            }
        } catch let complaint as UserError {
            throw complaint
        } catch {
            throw UserError(.failed, "\(name) could not be read to its end: \(error.localizedDescription)")
        }
        return bytes
    }

    /// No list of texts or scores is as long; an endless device is longer.
    private static let most = 1 << 30
}
