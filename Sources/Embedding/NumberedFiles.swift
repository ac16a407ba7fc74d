import Foundation
import SynRuns

/// The files of a folder by the number that ends each name's stem.
package struct NumberedFiles: Sendable {
    package let files: [Int: URL]

    /// The pictures of Multi-Modal CelebA-HQ, which stand in folders of other names elsewhere.
    ///
    /// - Parameter key: where a person names the data set's folder.
    package init(celebAPicturesIn folder: URL, key: String) throws {
        try self.init(
            in: folder,
            anyOf: [
                "celeba-hq", "celebahq", "image/images", "images", "image", "celeba-hq-img", "CelebA-HQ-img",
                "CelebAMask-HQ/CelebA-HQ-img",
            ], endings: ["jpg", "jpeg", "png"], what: "pictures", key: key)
    }

    /// Its captions, a file for each picture.
    package init(celebACaptionsIn folder: URL, key: String) throws {
        try self.init(
            in: folder,
            anyOf: [
                "celeba-caption", "text/celeba-caption", "celebahq-caption", "celeba-captions", "captions", "caption",
                "text",
            ], endings: ["txt"], what: "captions", key: key)
    }

    /// - Parameter names: candidates; the first folder that holds such files is taken.
    private init(in folder: URL, anyOf names: [String], endings: Set<String>, what: String, key: String) throws {
        guard Self.isFolder(folder) else {
            throw UserError(.missing, "\(folder.path) is not a folder; name the data set's in \(key)")
        }
        let there = names.map { folder.appending(path: $0) }.filter(Self.isFolder)
        guard let first = there.first else {
            throw UserError(
                .missing, "\(folder.path) has no folder of \(what); looked for \(names.joined(separator: ", "))")
        }
        for candidate in there {
            let found = try Self.numbered(candidate, endings)
            if !found.isEmpty {
                files = found
                return
            }
        }
        throw UserError(.badData, "\(first.path) holds no \(what) named by number, such as 42.\(endings.sorted()[0])")
    }

    private static func numbered(_ folder: URL, _ endings: Set<String>) throws -> [Int: URL] {
        var files: [Int: URL] = [:]
        // Sorted, so that of two files with one number the same one is always named.
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let file = folder.appending(path: name)
            guard !name.hasPrefix("."), endings.contains(file.pathExtension.lowercased()), let number = number(of: name)
            else { continue }
            if let other = files.updateValue(file, forKey: number) {
                throw UserError(
                    .badData,
                    "\(other.path) and \(file.lastPathComponent) are both number \(number); remove one of them")
            }
        }
        return files
    }

    /// The digits that end a name's stem: 42 of `imgHQ00042.npy`.
    package static func number(of name: String) -> Int? {
        let file = name.split(separator: "/").last ?? ""
        let stem = file.lastIndex(of: ".").map { file[..<$0] } ?? file
        let digits = stem.utf8.reversed().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        return Int(String(decoding: digits.reversed(), as: UTF8.self))
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
