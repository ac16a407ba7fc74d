import Foundation
import SynEmbedding
import SynFiles
import SynImages
import SynPortraits
import SynRuns
import SynStatistics

/// Pictures, each with one caption, opened when asked for.
package struct PicturesWithCaptions: Sendable {
    package let source: String
    package let captions: [String]
    package let truth: PairTruth?
    /// What was chosen or left out.
    package let remark: String?
    private let open: @Sendable (Int) throws -> Image
    private let mark: @Sendable (Int) -> String

    package var count: Int { captions.count }

    package func picture(_ place: Int) throws -> Image { try open(place) }

    /// What changes whenever one of some pairs does: their captions, and their pictures' files by size and time.
    func identity(of places: Range<Int>) -> [String] { places.flatMap { [captions[$0], mark($0)] } }

    init(
        source: String, captions: [String], truth: PairTruth? = nil, remark: String? = nil, files: [URL]
    ) throws {
        try self.init(
            source: source, captions: captions, truth: truth, remark: remark, open: { try Image(contentsOf: files[$0]) }
        ) { place in
            let stamp = FileStamp(files[place])
            return "\(files[place].path) \(stamp?.size ?? 0) \(stamp?.inode ?? 0) \(stamp?.changed ?? 0)"
        }
    }

    private init(
        source: String, captions: [String], truth: PairTruth?, remark: String? = nil,
        open: @escaping @Sendable (Int) throws -> Image, mark: @escaping @Sendable (Int) -> String
    ) throws {
        guard captions.count >= 2 else {
            throw UserError(
                .badData, "\(source) holds \(captions.count == 1 ? "one pair" : "no pair"); give two or more")
        }
        (self.source, self.captions, self.truth) = (source, captions, truth)
        (self.remark, self.open, self.mark) = (remark, open, mark)
    }

    /// Some of the pairs, drawn without putting back and kept in order; nil where there are no more than `size`.
    package func sampled(_ size: Int, seed: UInt64) throws -> PicturesWithCaptions? {
        guard size < count else { return nil }
        let (places, open, mark) = (PairedVectors.drawn(size, of: count, seed: seed), open, mark)
        return try PicturesWithCaptions(
            source: source, captions: places.map { captions[$0] }, truth: truth?.at(places), remark: remark,
            open: { try open(places[$0]) }, mark: { mark(places[$0]) })
    }

    /// Portraits of the drawn world's validation part, each with its first caption.
    package init(portraits count: Int, world: PortraitWorld = PortraitWorld()) throws {
        let portraits = (0..<count).map { world.portrait(at: PortraitWorld.index(of: $0, in: .validation)) }
        let captions = portraits.map { $0.captions[0] }
        try self.init(
            source: "\(count) drawn portraits", captions: captions,
            truth: PairTruth(attributes: portraits.map(\.attributes), captions: captions),
            open: { portraits[$0].image() }, mark: { "portrait \(portraits[$0].seed) \(portraits[$0].index)" })
    }

    /// A table or an image folder (``CaptionedPictures``), a COCO file of captions, or a folder as Multi-Modal
    /// CelebA-HQ's; each picture with one caption.
    ///
    /// - Parameter images: where the pictures of a table or a COCO file are; nil for the file's own folder.
    package init(_ path: String, images: String?) throws {
        let (url, folder) = (URL(filePath: path), images.map { URL(filePath: $0) })
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw UserError(
                .missing,
                "\(path) does not exist; name a table with columns image and caption, an image folder with "
                    + "metadata.csv, a COCO captions JSON, a folder as Multi-Modal CelebA-HQ's, or portraits")
        }
        switch (isFolder.boolValue, url.pathExtension.lowercased()) {
        case (true, _) where !CaptionedPictures.isImageFolder(url): try self.init(celebA: url)
        case (false, "json"): try self.init(coco: url, folder ?? url.deletingLastPathComponent())
        default: try self.init(table: url, images: folder)
        }
    }

    /// - Parameter source: a table, or an image folder of Hugging Face's kind.
    private init(table source: URL, images: URL?) throws {
        let pictures = try CaptionedPictures(source, images: images)
        let isChosen = pictures.entries.contains { $0.row.captions.count > 1 }
        try self.init(
            source: source.relativePath, captions: pictures.entries.compactMap(\.row.captions.first),
            remark: isChosen
                ? "\(source.relativePath): each picture with the first of its captions" + pictures.repetition : nil,
            files: pictures.entries.map(\.image))
    }

    private struct COCO: Decodable {
        struct Picture: Decodable {
            let id: Int
            let file_name: String
        }
        struct Annotation: Decodable {
            let id: Int?
            let image_id: Int
            let caption: String
        }
        let images: [Picture]
        let annotations: [Annotation]
    }

    private init(coco file: URL, _ folder: URL) throws {
        let bytes = try InputFile.bytes(file.path, purpose: "a COCO captions JSON")
        guard let read = try? JSONDecoder().decode(COCO.self, from: Data(bytes)) else {
            throw UserError(
                .badData,
                "\(file.relativePath) is no COCO captions file: it must hold images (id, file_name) and annotations "
                    + "(image_id, caption)")
        }
        let first = Dictionary(
            read.annotations.map { ($0.image_id, $0) },
            uniquingKeysWith: { ($1.id ?? .max) < ($0.id ?? .max) ? $1 : $0 })
        let pairs = read.images.compactMap { image in first[image.id].map { (image.file_name, $0.caption) } }
        let bare = read.images.count - pairs.count
        try self.init(
            pairs.map(\.0), pairs.map { $0.1.trimmingCharacters(in: .whitespacesAndNewlines) }, folder,
            source: file.relativePath,
            remark: "\(file.relativePath): each picture with its caption of the lowest id"
                + (bare > 0
                    ? "; \(bare == 1 ? "one without a caption is" : "\(bare) without a caption are") left out" : ""))
    }

    /// - Parameter files: names below the folder.
    private init(_ files: [String], _ captions: [String], _ folder: URL, source: String, remark: String) throws {
        let urls = files.map { $0.hasPrefix("/") ? URL(filePath: $0) : folder.appending(path: $0) }
        let absent = zip(files, urls).filter { !FileManager.default.fileExists(atPath: $1.path) }.map(\.0)
        guard absent.isEmpty else {
            throw UserError(
                .missing,
                "\(source) names \(absent.count == 1 ? "a picture that is" : "\(absent.count) pictures that are") "
                    + "not in \(folder.relativePath), such as "
                    + "\(absent.prefix(3).map { printable($0, limit: 100) }.joined(separator: ", ")); complete the "
                    + "folder or name another with --images")
        }
        try self.init(source: source, captions: captions, remark: remark, files: urls)
    }
}
