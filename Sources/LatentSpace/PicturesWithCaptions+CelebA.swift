import Foundation
import SynEmbedding
import SynPortraits
import SynRuns

extension PicturesWithCaptions {
    /// Pictures and captions by number in two folders, as Multi-Modal CelebA-HQ and `synesthesia portraits` have them;
    /// each picture with the first of its captions. Where the table of attributes is there, truth is known by it.
    init(celebA folder: URL) throws {
        let images = try NumberedFiles(celebAPicturesIn: folder, key: "--data").files
        let texts = try NumberedFiles(celebACaptionsIn: folder, key: "--data").files
        let lacking = Set(images.keys).symmetricDifference(texts.keys).sorted()
        guard lacking.isEmpty else {
            throw UserError(
                .badData,
                "\(folder.relativePath): \(images.count) pictures and \(texts.count) caption files are not pairs; "
                    + "\(lacking.prefix(3).map(String.init).joined(separator: ", ")) have only one of the two")
        }
        let numbers = images.keys.sorted()
        let captions = try numbers.map { try CaptionFile(path: texts[$0]?.path ?? "").captions[0] }
        let files = numbers.compactMap { images[$0] }
        let attributes = try Self.attributes(folder.appending(path: "CelebAMask-HQ-attribute-anno.txt"))
        let known = attributes.map { all in numbers.compactMap { all[$0] } } ?? []
        try self.init(
            source: folder.relativePath, captions: captions,
            truth: known.count == numbers.count ? PairTruth(attributes: known, captions: captions) : nil,
            remark: "\(folder.relativePath): each picture with the first of its captions", files: files)
    }

    /// CelebA's table: a count, the names, then `7.jpg 1 -1 …`; nil where there is none.
    private static func attributes(_ table: URL) throws -> [Int: PortraitAttributes]? {
        guard let text = try? String(contentsOf: table, encoding: .utf8) else { return nil }
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.count > 2 else { return nil }
        let names = lines[1].split(separator: " ").map { PortraitAttribute(name: String($0)) }
        return lines.dropFirst(2).reduce(into: [:]) { all, line in
            let fields = line.split(separator: " ")
            guard fields.count == names.count + 1, let number = Int(fields[0].prefix { $0.isNumber }) else { return }
            all[number] = PortraitAttributes(zip(names, fields.dropFirst()).compactMap { $1 == "1" ? $0 : nil })
        }
    }
}
