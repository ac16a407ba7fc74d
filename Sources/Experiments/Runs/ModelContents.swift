import Files
import Foundation
import Models

/// The files of a model's folder, and of those in it, that decide what it computes; of a file of weights, it and the
/// settings beside it.
struct ModelContents {
    /// In the order in which the model's hash takes them.
    let files: [(name: String, url: URL)]

    init(_ place: URL) throws {
        guard !place.isFolder else {
            files = try Self.files(place, below: "")
            return
        }
        let folder = place.modelFolder
        let settings = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().filter { name in
            [".json", ".txt", ".yaml"].contains { name.hasSuffix($0) } && !name.hasSuffix(PretrainingRecord.fileName)
        }
        files = ([place] + settings.map { folder.appending(path: $0) }).filter { !$0.isFolder }
            .map { ($0.lastPathComponent, $0) }
    }

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
