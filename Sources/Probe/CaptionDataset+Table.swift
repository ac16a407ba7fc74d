import Foundation
import SynEmbedding
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
        let pictures = try CaptionedPictures(source, images: images)
        let entries = pictures.entries
        let isDrawn = entries.contains { $0.row.isValidation == nil }
        if isDrawn, entries.count < 2 {
            throw UserError(
                .badData,
                "\(source.relativePath) names one picture only; two at least are needed, for training and for "
                    + "validation"
            )
        }
        let chosen =
            isDrawn ? Self.draw(settings.validationShare, of: entries.map(\.row.name), seed: settings.splitSeed) : []
        var (train, validation) = ([Portrait](), [Portrait]())
        for (number, one) in entries.enumerated() {
            let portrait = Portrait(number: number, image: one.image, captions: one.row.captions)
            if one.row.isValidation ?? chosen.contains(number) {
                validation.append(portrait)
            } else {
                train.append(portrait)
            }
        }
        for (side, portraits) in [("training", train), ("validation", validation)] where portraits.isEmpty {
            throw UserError(
                .badData,
                "\(source.relativePath) has no pictures for \(side); give some rows that split, or none at all")
        }
        let counts = "\(train.count) for training, \(validation.count) for validation"
        let remark =
            "\(source.relativePath): \(entries.count) pictures with "
            + "\(entries.reduce(0) { $0 + $1.row.captions.count }) captions; "
            + (isDrawn ? "\(counts), drawn with data.split-seed \(settings.splitSeed)" : counts)
            + pictures.repetition
        (train, validation) = (Array(train.prefix(settings.train)), Array(validation.prefix(settings.held)))
        self.init(train: train, validation: validation, remark: remark, splitTable: Self.splitTable(train, validation))
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
