import Files
import Foundation

/// The files of a model's folder, and of those in it, that decide what it computes.
struct ModelContents {
    /// In the order in which the model's hash takes them.
    let files: [(name: String, url: URL)]

    init(_ folder: URL) throws { files = try Self.files(folder, below: "") }

    private static func files(_ folder: URL, below path: String) throws -> [(String, URL)] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().flatMap { name -> [(String, URL)] in
            guard !name.hasSuffix(PretrainingRecord.fileName), !name.hasPrefix("."), !name.hasSuffix(".md") else { return [] }
            let url = folder.appending(path: name)
            return url.isFolder ? try files(url, below: path + name + "/") : [(path + name, url)]
        }
    }

    /// One hash of all of them; `hashOf` gives that of a file's content.
    func hash(_ hashOf: (_ name: String, _ url: URL) throws -> String) rethrows -> String {
        var hash = ContentHash()
        for (name, url) in files {
            hash.add(part: name)
            hash.add(part: try hashOf(name, url))
        }
        return hash.hexadecimal
    }
}
