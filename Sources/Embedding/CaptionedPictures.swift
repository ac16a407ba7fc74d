import Foundation
import SynFiles
import SynRuns

/// The pictures and captions of a table of one's own (``CaptionTable``), or of an image folder of Hugging Face's
/// kind: a folder with `metadata.csv`, `metadata.tsv` or `metadata.jsonl`, or such folders `train` and `validation`.
///
/// Every picture is there and begins as a PNG or a JPEG does; whether it can be decoded is seen when it is opened.
package struct CaptionedPictures {
    /// In the tables' order, the training's table first.
    package private(set) var entries: [(row: CaptionTable.Entry, image: URL)] = []
    /// Rows that repeat a picture's caption; they count once.
    private var repeated = 0

    /// - Parameters:
    ///   - source: the table, or the folder with tables.
    ///   - images: where paths begin; nil for the folder of the table that names them.
    /// - Throws: one sentence, and below it everything that is wrong with any row or picture.
    package init(_ source: URL, images: URL?) throws {
        var problems = TableProblems()
        for part in try Self.tables(source) {
            let table = try CaptionTable(part.file, isValidation: part.isValidation)
            let base = images ?? part.file.deletingLastPathComponent()
            problems.add(table.problems)
            repeated += table.repeated
            for row in table.entries {
                let image = row.name.hasPrefix("/") ? URL(filePath: row.name) : base.appending(path: row.name)
                if let problem = Self.problem(with: image, named: row.name) { problems.add(problem, row.name) }
                entries.append((row, image))
            }
        }
        guard problems.isEmpty else {
            throw UserError(
                .badData, "\(source.relativePath) cannot be used as it is; what is wrong with it:",
                details: problems.lines)
        }
    }

    /// The end of a remark on the data: how many captions stand there twice; empty where none does.
    package var repetition: String {
        switch repeated {
        case 0: ""
        case 1: "; one caption stands there twice for the same picture and counts once"
        default: "; \(repeated) captions stand there twice for the same picture and count once"
        }
    }

    /// Whether a folder is one of Hugging Face's kind.
    package static func isImageFolder(_ folder: URL) -> Bool { folder.isFolder && (try? tables(folder)) != nil }

    /// The tables of a data set, each with the side that its folder's name says.
    private static func tables(_ source: URL) throws -> [(file: URL, isValidation: Bool?)] {
        guard source.isFolder else { return [(source, nil)] }
        if let file = metadata(in: source) { return [(file, nil)] }
        func first(_ names: [String]) -> URL? {
            names.lazy.compactMap { metadata(in: source.appending(path: $0)) }.first
        }
        let train = first(["train", "training"])
        let validation = first(["validation", "valid", "val", "dev", "test", "testing", "eval", "evaluation"])
        switch (train, validation) {
        case (let train?, let validation?): return [(train, false), (validation, true)]
        case (let train?, nil): return [(train, nil)]
        default:
            throw UserError(
                .missing,
                "\(source.relativePath) holds no metadata.csv, metadata.tsv or metadata.jsonl, nor do folders train "
                    + "and validation in it"
            )
        }
    }

    private static func metadata(in folder: URL) -> URL? {
        ["metadata.csv", "metadata.tsv", "metadata.jsonl"].map { folder.appending(path: $0) }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// Why a picture cannot be used, as far as its first bytes tell.
    private static func problem(with image: URL, named name: String) -> String? {
        if name.contains("://") { return "pictures that are addresses in the network, which must be downloaded first" }
        guard FileManager.default.fileExists(atPath: image.path) else { return "pictures that are not there" }
        guard !image.isFolder, let file = try? FileHandle(forReadingFrom: image),
            let start = try? file.read(upToCount: 8)
        else {
            return "pictures that cannot be read"
        }
        let isPicture = start.starts(with: [0x89, 0x50, 0x4E, 0x47]) || start.starts(with: [0xFF, 0xD8])
        return isPicture ? nil : "files that are neither PNG nor JPEG"
    }
}
