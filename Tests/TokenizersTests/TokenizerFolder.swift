import Foundation
import SynTokenizers
import TestSupport

/// A tokenizer's folder that is made for one test.
enum TokenizerFolder {
    /// - Parameter files: their texts by their names.
    static func open(_ files: [String: String]) throws -> Tokenizer {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        return try Tokenizer(folder: folder)
    }

    /// What is said when such a folder is opened; "no error" where it is read.
    static func complaint(_ files: [String: String]) -> String {
        do {
            _ = try open(files)
            return "no error"
        } catch {
            return "\(error)"
        }
    }
}
