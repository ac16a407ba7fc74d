import Foundation

/// Reading a whole file that a user named, `-` meaning standard input.
public enum InputFile {
    /// - Parameter purpose: what the file should hold, for errors: "a file with one caption a line".
    public static func bytes(_ path: String, purpose: String) throws -> [UInt8] {
        if path == "-" { return try standardInput() }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Complaint(.missing, "\(path) does not exist; name \(purpose)")
        }
        guard !isFolder.boolValue else { throw Complaint(.badData, "\(path) is a folder; name \(purpose)") }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Complaint(.missing, "\(path) cannot be read; check its permissions")
        }
        return Array(data)
    }

    /// What errors call the file.
    public static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

    private static func standardInput() throws -> [UInt8] {
        do {
            return Array(try FileHandle.standardInput.readToEnd() ?? Data())
        } catch {
            throw Complaint(.failed, "standard input could not be read to its end: \(error.localizedDescription)")
        }
    }
}
