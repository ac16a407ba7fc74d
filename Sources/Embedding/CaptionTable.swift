import Foundation
import SynFiles
import SynRuns
import SynStatistics

/// Pictures with captions as a table says: a column of pictures, one or more of captions, perhaps one of splits.
///
///     image,caption               CSV (with , or ; or tabs), TSV, or JSON lines: {"image": …, "caption": …}
///     faces/1.png,"She smiles."   several captions of a picture are several rows, several columns, or a list
///
/// `file_name` and `text`, as in the `metadata.csv` and `metadata.jsonl` of Hugging Face's image folders, mean the
/// same; see ``pictureColumns`` and ``captionColumns``. Other columns are not read. Paths begin at the table's folder.
package struct CaptionTable {
    /// One picture, in the order in which the table first names them.
    package struct Entry {
        /// As the table has it.
        package let name: String
        package fileprivate(set) var captions: [String]
        /// Whether it is one of the validation's; nil where the table has no column `split`.
        package let isValidation: Bool?
    }

    static let pictureColumns = ["image", "file_name", "filename", "image_path", "path", "file", "picture", "img"]
    static let captionColumns = ["caption", "captions", "text", "texts", "sentence", "sentences", "description"]
    private static let splits = [
        "train": false, "training": false, "validation": true, "valid": true, "val": true, "dev": true, "test": true,
        "testing": true, "eval": true, "evaluation": true,
    ]

    private(set) var entries: [Entry] = []
    /// Rows that repeat a picture's caption; they count once.
    private(set) var repeated = 0
    /// What is wrong with the table, every kind with its count and where it is met first.
    private(set) var problems = TableProblems()

    /// - Parameter isValidation: the split of all rows, where the table is that of one; nil where its own column tells.
    init(_ file: URL, isValidation: Bool? = nil) throws {
        let bytes = Array(try InputFile.bytes(file.relativePath, purpose: "a table of pictures and captions"))
        try Self.refuseOtherText(bytes, file)
        let records: [Record]
        switch file.pathExtension.lowercased() {
        case "jsonl", "ndjson": records = Self.jsonLines(bytes, &problems)
        case "csv", "tsv", "tab", "txt", "": records = try Self.delimited(bytes, file, &problems)
        case let ending:
            throw UserError(
                .badData,
                "\(file.relativePath): .\(printable(ending)) is no table that is read here; write it as .csv, .tsv "
                    + "or .jsonl"
            )
        }
        collect(records, isValidation)
        if entries.isEmpty, problems.isEmpty { throw UserError(.badData, "\(file.relativePath) names no pictures") }
    }

    // MARK: - Rows to pictures

    /// What one row says.
    private struct Record {
        let line: Int
        let picture: String
        let captions: [String]
        let split: String?
    }

    private mutating func collect(_ records: [Record], _ given: Bool?) {
        var places: [String: Int] = [:]
        let hasSplits = given == nil && records.contains { $0.split != nil }
        for record in records {
            let name = record.picture.trimmingCharacters(in: .whitespaces)
            if name.isEmpty { problems.add("without a picture", at: record.line) }
            let captions = record.captions.filter { caption in caption.contains { !$0.isWhitespace } }
            if captions.isEmpty { problems.add("without a caption", at: record.line) }
            var side = given
            if hasSplits {
                side = record.split.flatMap { Self.splits[$0.lowercased()] }
                if side == nil {
                    problems.add(
                        "whose split is neither train nor validation, such as "
                            + "\"\(printable(record.split ?? "", limit: 40))\"",
                        at: record.line)
                }
            }
            guard !name.isEmpty, !captions.isEmpty, side != nil || !hasSplits else { continue }
            let key = URL(filePath: name).standardizedFileURL.path
            if let place = places[key] {
                if entries[place].isValidation != side {
                    problems.add("that put a picture into both splits", at: record.line)
                }
                for caption in captions {
                    if entries[place].captions.contains(caption) {
                        repeated += 1
                    } else {
                        entries[place].captions.append(caption)
                    }
                }
            } else {
                places[key] = entries.count
                entries.append(Entry(name: name, captions: captions, isValidation: side))
            }
        }
    }

    // MARK: - Files to rows

    private static func refuseOtherText(_ bytes: [UInt8], _ file: URL) throws {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.prefix(1000).contains(0) {
            throw UserError(
                .badData,
                "\(file.relativePath) is not UTF-8 (it looks like UTF-16, or is no text); save it with UTF-8 encoding")
        }
    }

    private static func delimited(_ bytes: [UInt8], _ file: URL, _ problems: inout TableProblems) throws -> [Record] {
        let head = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let isTab = ["tsv", "tab"].contains(file.pathExtension.lowercased())
        let order: [Unicode.Scalar] = isTab ? ["\t", ",", ";"] : [",", ";", "\t"]
        // The heading decides: the first delimiter that makes columns of it.
        let delimiter = order.first { head.contains(UInt8($0.value)) } ?? order[0]
        let rows = try DelimitedText(bytes, delimiter: delimiter, quoting: .rfc4180, file: file.relativePath).rows
        guard let heading = rows.first else {
            throw UserError(
                .badData, "\(file.relativePath) is empty; its first line names the columns, such as image,caption")
        }
        let names = heading.fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        guard let picture = column(pictureColumns, names) else {
            throw missingColumn("pictures", pictureColumns, heading.fields, file)
        }
        let captions = names.indices.filter { isCaption(names[$0]) }
        guard !captions.isEmpty else { throw missingColumn("captions", captionColumns, heading.fields, file) }
        let split = column(["split"], names)
        var records: [Record] = []
        for row in rows.dropFirst() {
            guard row.fields.count == names.count else {
                problems.add("that have not the \(names.count) fields of the first line", at: row.line)
                continue
            }
            let texts = captions.map { row.fields[$0] }.filter { captions.count == 1 || !$0.isEmpty }.flatMap(list)
            records.append(
                Record(
                    line: row.line, picture: row.fields[picture], captions: texts, split: split.map { row.fields[$0] }))
        }
        return records
    }

    /// A field with several captions, as a JSON list; anything else is one caption.
    private static func list(_ field: String) -> [String] {
        guard field.hasPrefix("["), field.hasSuffix("]"),
            let list = try? JSONDecoder().decode([String].self, from: Data(field.utf8))
        else { return [field] }
        return list
    }

    private static func jsonLines(_ bytes: [UInt8], _ problems: inout TableProblems) -> [Record] {
        var records: [Record] = []
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy({ $0 <= 0x20 }) { continue }
            guard String(validating: line, as: UTF8.self) != nil,
                let object = (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any]
            else {
                problems.add("that are no JSON object", at: index + 1)
                continue
            }
            let values = Dictionary(
                object.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
            let picture = pictureColumns.lazy.compactMap { values[$0] as? String }.first ?? ""
            let captions = values.keys.filter(isCaption).sorted().flatMap { key -> [String] in
                if let list = values[key] as? [Any] { return list.compactMap { $0 as? String } }
                return (values[key] as? String).map { [$0] } ?? []
            }
            records.append(
                Record(line: index + 1, picture: picture, captions: captions, split: values["split"].map { "\($0)" }))
        }
        return records
    }

    private static func column(_ wanted: [String], _ names: [String]) -> Int? {
        wanted.lazy.compactMap { names.firstIndex(of: $0) }.first
    }

    /// `caption`, and `caption_1`, `caption 2`, `text3` where there are several.
    private static func isCaption(_ name: String) -> Bool {
        captionColumns.contains { wanted in
            name.hasPrefix(wanted) && name.dropFirst(wanted.count).allSatisfy { $0.isNumber || "_- ".contains($0) }
        }
    }

    private static func missingColumn(_ what: String, _ wanted: [String], _ found: [String], _ file: URL) -> UserError {
        let there = found.prefix(8).map { "\"\(printable($0, limit: 40))\"" }.joined(separator: ", ")
        return UserError(
            .badData,
            "\(file.relativePath), line 1: no column of \(what); name one "
                + "\(wanted.prefix(3).joined(separator: ", ")) (found are \(there))"
        )
    }
}
