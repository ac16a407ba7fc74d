import Foundation
import SynFiles
import SynReports
import SynRuns

extension CaptionDataset {
    /// Pictures and captions of a table of one's own, or of an image folder of Hugging Face's kind: a folder with
    /// `metadata.csv` or `metadata.jsonl`, or such folders `train` and `validation` in it.
    ///
    /// Where no table says which pictures are the validation's, a share of them is drawn: pictures, not captions, so
    /// that none stands on both sides. A picture's number is its place in the table.
    ///
    /// - Parameter source: the table, or the folder with tables.
    init(table source: URL, images: URL?, settings: DataSettings) throws {
        let parts = try Self.tables(source)
        var (entries, problems, repeated) = ([(entry: CaptionTable.Entry, image: URL)](), TableProblems(), 0)
        for part in parts {
            let table = try CaptionTable(part.file, isValidation: part.isValidation)
            let base = images ?? part.file.deletingLastPathComponent()
            problems.add(table.problems)
            repeated += table.repeated
            for entry in table.entries {
                let image = entry.name.hasPrefix("/") ? URL(filePath: entry.name) : base.appending(path: entry.name)
                if let problem = Self.problem(with: image, named: entry.name) { problems.add(problem, entry.name) }
                entries.append((entry, image))
            }
        }
        let isDrawn = entries.contains { $0.entry.isValidation == nil }
        if isDrawn, problems.isEmpty, entries.count < 2 {
            throw UserError(
                .badData,
                "\(source.relativePath) names one picture only; two at least are needed, for training and for "
                    + "validation"
            )
        }
        let chosen =
            isDrawn ? Self.draw(settings.validationShare, of: entries.map(\.entry.name), seed: settings.splitSeed) : []
        var (train, validation) = ([Portrait](), [Portrait]())
        for (number, one) in entries.enumerated() {
            let portrait = Portrait(number: number, image: one.image, captions: one.entry.captions)
            if one.entry.isValidation ?? chosen.contains(number) {
                validation.append(portrait)
            } else {
                train.append(portrait)
            }
        }
        for (side, portraits) in [("training", train), ("validation", validation)]
        where portraits.isEmpty && problems.isEmpty {
            throw UserError(
                .badData,
                "\(source.relativePath) has no pictures for \(side); give some rows that split, or none at all")
        }
        guard problems.isEmpty else {
            throw UserError(
                .badData, "\(source.relativePath) cannot be used as it is; what is wrong with it:",
                details: problems.lines)
        }
        let counts = "\(train.count) for training, \(validation.count) for validation"
        let remark =
            "\(source.relativePath): \(entries.count) pictures with "
            + "\(entries.reduce(0) { $0 + $1.entry.captions.count }) captions; "
            + (isDrawn ? "\(counts), drawn with data.split-seed \(settings.splitSeed)" : counts)
            + (repeated > 0 ? "; \(repeated) captions stand there twice for the same picture and count once" : "")
        (train, validation) = (Array(train.prefix(settings.train)), Array(validation.prefix(settings.held)))
        self.init(train: train, validation: validation, remark: remark, splitTable: Self.splitTable(train, validation))
    }

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

    /// Whether a folder is one of Hugging Face's kind.
    static func isImageFolder(_ folder: URL) -> Bool { folder.isFolder && (try? tables(folder)) != nil }

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

    /// The places of a share of pictures, at least one and not all: those whose names' hashes come first. A picture
    /// that is added later moves few others from one side to the other.
    static func draw(_ share: Double, of names: [String], seed: Int) -> Set<Int> {
        let ranked = names.enumerated()
            .map { place, name in
                var hash = ContentHash()
                hash.add(part: "validation \(seed)")
                hash.add(part: name)
                return (hash: hash.hexadecimal, place: place)
            }
            .sorted { ($0.hash, $0.place) < ($1.hash, $1.place) }
        let count = min(max(1, Int((Double(names.count) * share).rounded())), max(1, names.count - 1))
        return Set(ranked.prefix(count).map(\.place))
    }

    /// What a run keeps beside its settings.
    private static func splitTable(_ train: [Portrait], _ validation: [Portrait]) -> String {
        let rows = (train.map { ($0, "train") } + validation.map { ($0, "validation") }).sorted {
            $0.0.number < $1.0.number
        }
        return CSV.text(
            heading: ["number", "image", "split"],
            rows: rows.map { [.count($0.number), .text($0.image.relativePath), .text($1)] })
    }
}
