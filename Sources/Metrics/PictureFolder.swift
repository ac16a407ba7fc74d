import Foundation
import SynFiles
import SynImages
import SynRuns

/// The pictures of a folder, by name.
package struct PictureFolder: Sendable {
    package let folder: URL
    /// Names of PNG and JPEG files, numbers in names compared as numbers.
    package let names: [String]
    /// Names of pictures of other kinds, which are not read.
    package let unread: [String]

    package init(_ path: String) throws {
        folder = URL(filePath: path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw UserError(.missing, "\(path) is not a folder; name one with PNG or JPEG pictures")
        }
        let all = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
        func named(_ endings: Set<String>) -> [NaturalOrder] {
            all.filter { endings.contains(($0 as NSString).pathExtension.lowercased()) }.map(NaturalOrder.init).sorted()
        }
        let read = named(["png", "jpg", "jpeg"])
        names = read.map(\.name)
        unread = named(Self.otherEndings).map(\.name)
        alike = zip(read, read.dropFirst()).first { $0.isAlike($1) }.map { ($0.name, $1.name) }
        guard !names.isEmpty else {
            throw UserError(.missing, "\(path) holds no PNG or JPEG pictures" + (unreadNote.map { "; \($0)" } ?? ""))
        }
    }

    private init(_ whole: PictureFolder, first count: Int) {
        (folder, unread, alike) = (whole.folder, whole.unread, whole.alike)
        names = Array(whole.names.prefix(count))
    }

    /// The first so many of the pictures, and which portion they are; nil where all are taken.
    package func first(_ limit: Int?) -> (pictures: PictureFolder, portion: Portion?) {
        guard let portion = Portion(limit: limit, of: names.count, "pictures") else { return (self, nil) }
        return (PictureFolder(self, first: portion.taken), portion)
    }

    private static let otherEndings: Set = [
        "gif", "webp", "bmp", "tif", "tiff", "avif", "heic", "heif", "jxl", "jp2", "jpe", "jfif", "pjpeg", "ico", "pnm",
        "ppm", "pgm",
        "tga", "psd", "svg", "exr",
    ]
    private let alike: (String, String)?

    /// Refuses captions that are not as many as the pictures.
    package func requireOneEach(_ captions: [String]) throws {
        guard names.count != captions.count else { return }
        throw UserError(
            .badData,
            "\(folder.path) holds \(names.count) pictures, but there are \(captions.count) captions; they must be as "
                + "many"
                + (unreadNote.map { " (\($0))" } ?? ""))
    }

    /// That there are pictures of other kinds; nil where there are none.
    package var unreadNote: String? {
        guard let first = unread.first else { return nil }
        let what = unread.count == 1 ? "\(first) is" : "\(unread.count) pictures such as \(first) are"
        return "\(what) not read, for only .png, .jpg and .jpeg are"
    }

    /// That two names are told apart by leading zeros or case only, so that their order is anybody's guess.
    package var alikeNote: String? {
        alike.map { "\($0.0) and \($0.1) have the same place in the order of names; \($0.0) is taken first" }
    }

    package func image(_ name: String) throws -> Image { try Image(contentsOf: folder.appending(path: name)) }
}
