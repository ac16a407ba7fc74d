import Foundation
import SynFiles
import SynModels

/// The files of a model's folder, and of those in it, that decide what it computes; of a file of weights, it and the
/// settings beside it.
package struct ModelContents {
    /// In the order in which the model's hash takes them.
    package let files: [(name: String, url: URL)]

    package init(_ place: URL) throws {
        guard !place.isFolder else {
            files = try Self.files(place, below: "")
            return
        }
        let folder = place.modelFolder
        let settings = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().filter { name in
            [".json", ".txt", ".yaml"].contains { name.hasSuffix($0) } && !name.hasSuffix("training.json")
        }
        files = ([place] + settings.map { folder.appending(path: $0) }).filter { !$0.isFolder }
            .map { ($0.lastPathComponent, $0) }
    }

    private static func files(_ folder: URL, below path: String) throws -> [(String, URL)] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().flatMap { name -> [(String, URL)] in
            guard !name.hasSuffix("training.json"), !name.hasPrefix("."), !name.hasSuffix(".md") else { return [] }
            let url = folder.appending(path: name)
            return url.isFolder ? try files(url, below: path + name + "/") : [(path + name, url)]
        }
    }

    /// One hash of all of them; `hashOf` gives that of a file's content.
    package func hash(_ hashOf: (_ name: String, _ url: URL) throws -> String) rethrows -> String {
        var hash = ContentHash()
        for (name, url) in files {
            hash.add(part: name)
            hash.add(part: try hashOf(name, url))
        }
        return hash.hexadecimal
    }

    /// A hash of every file of a model's folder, and of those in it, that decides what it computes; of a file of
    /// weights, of it and of what stands beside it.
    package static func hash(of folder: URL) throws -> String {
        try ModelContents(folder).hash { _, url in try blobName(of: url) ?? ContentHash(file: url).hexadecimal }
    }

    /// In the shared Hugging Face cache large files are links to blobs that are named by their SHA-256.
    private static func blobName(of file: URL) -> String? {
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: file.path) else { return nil }
        let parts = target.split(separator: "/")
        guard let name = parts.last, parts.dropLast().last == "blobs", name.utf8.count == 64,
            name.allSatisfy({ $0.isHexDigit && !$0.isUppercase })
        else { return nil }
        return String(name)
    }
}
