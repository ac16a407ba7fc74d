import Foundation
import SynEmbedding
import SynRuns
import SynStatistics

/// Crisscrossed Captions (Parekh et al. 2021): pairs of COCO captions with how similar people find what they say
/// (STS-L, 0 to 5), and whether both were written for the same picture (STS-V, 0 or 1; Chen et al. 2023, section 4).
package struct CrisscrossedCaptions: Sendable {
    package enum Part: String, CaseIterable, Sendable { case val, test }

    /// Pairs with the human score.
    package let language: ScoredPairs
    /// The same pairs with 1 for the same picture and 0 for different ones.
    package let vision: ScoredPairs

    /// Reads `sts_val.csv` with `captions_val2014.json`, or the two joined in one table.
    package init(_ part: Part, in folder: StudyFolder) throws {
        let (plain, joined): (StudyFile, StudyFile) =
            part == .val ? (.cxcValidation, .cxcValidationJoined) : (.cxcTest, .cxcTestJoined)
        if let table = folder.find(joined) {
            try self.init(joined: table)
        } else {
            if folder.find(plain) == nil, let packed = folder.packed(joined) { throw packed }
            try self.init(scores: try folder.require(plain), captions: try folder.require(.cocoCaptions))
        }
    }

    /// A table with caption1, caption2, agg_score and same_image (0 or 1) among its headings, tabs between.
    package init(joined url: URL) throws {
        let file = url.relativePath
        let rows = try DelimitedText(contentsOf: url, delimiter: "\t", quoting: .none).rows
        let heading = rows.first?.fields ?? []
        let places = try ["caption1", "caption2", "agg_score", "same_image"].map {
            try Self.place(of: $0, in: heading, file)
        }
        var (language, vision) = (ScoredPairs(), ScoredPairs())
        for row in rows.dropFirst() {
            try row.require(heading.count...heading.count, "\(heading.count) columns in its first line", file: file)
            let left = try row.text(places[0], "first caption", file: file)
            let right = try row.text(places[1], "second caption", file: file)
            language.add(left, right, try row.number(places[2], "score", file: file))
            let same = try row.number(places[3], "same_image", file: file)
            guard same == 0 || same == 1 else {
                throw DataFileError(file: file, line: row.line, column: "same_image", "\(same) is neither 0 nor 1.")
            }
            vision.add(left, right, same)
        }
        (self.language, self.vision) = (language, vision)
        try language.requireSome(file)
    }

    /// The published files: caption numbers of COCO (`…:374041`) with `agg_score`, and COCO's captions.
    package init(scores url: URL, captions: URL) throws {
        let known = try Self.captions(captions)
        let file = url.relativePath
        let rows = try DelimitedText(contentsOf: url, delimiter: ",", quoting: .rfc4180).rows
        let heading = rows.first?.fields ?? []
        let places = try ["caption1", "caption2", "agg_score"].map { try Self.place(of: $0, in: heading, file) }
        var (language, vision) = (ScoredPairs(), ScoredPairs())
        for row in rows.dropFirst() {
            try row.require(heading.count...heading.count, "\(heading.count) columns in its first line", file: file)
            func caption(_ place: Int) throws -> COCO.Caption {
                let text = row.fields[place]
                guard let number = text.split(separator: ":").last.flatMap({ Int($0) }) else {
                    throw DataFileError(
                        file: file, line: row.line, column: heading[place], "\"\(text)\" has no caption number.")
                }
                guard let caption = known[number] else {
                    throw DataFileError(
                        file: file, line: row.line, column: heading[place],
                        "caption \(number) is not in \(captions.relativePath); is it the file of 2014's validation "
                            + "pictures?"
                    )
                }
                if let problem = CaptionFile.problem(caption.caption.utf8) {
                    throw DataFileError(
                        file: file, line: row.line, column: heading[place],
                        "caption \(number) of \(captions.relativePath) \(problem).")
                }
                return caption
            }
            let (left, right) = (try caption(places[0]), try caption(places[1]))
            language.add(left.caption, right.caption, try row.number(places[2], "score", file: file))
            vision.add(left.caption, right.caption, left.image_id == right.image_id ? 1 : 0)
        }
        (self.language, self.vision) = (language, vision)
        try language.requireSome(file)
    }

    private static func place(of name: String, in heading: [String], _ file: String) throws -> Int {
        guard let place = heading.firstIndex(of: name) else {
            throw DataFileError(
                file: file, line: 1,
                "there is no column \(name); found \(heading.isEmpty ? "nothing" : heading.joined(separator: ", ")).")
        }
        return place
    }

    private struct COCO: Decodable {
        struct Caption: Decodable {
            let image_id: Int
            let id: Int
            let caption: String
        }
        let annotations: [Caption]
    }

    private static func captions(_ url: URL) throws -> [Int: COCO.Caption] {
        let bytes = try InputFile.bytes(url.relativePath, purpose: "COCO's captions_val2014.json")
        do {
            let all = try JSONDecoder().decode(COCO.self, from: Data(bytes)).annotations
            return Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        } catch {
            throw UserError(
                .badData,
                "\(url.relativePath) is not a file of COCO captions: it needs annotations with id, image_id and caption"
            )
        }
    }
}
