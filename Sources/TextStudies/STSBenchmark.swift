import Foundation
import SynEmbedding
import SynRuns
import SynStatistics

/// The STS Benchmark (Cer et al. 2017) and the yearly tests it was drawn from.
extension ScoredPairs {
    /// `sts-test.csv`, `sts-dev.csv` or `sts-train.csv` as published: genre, file, year, number, score and two
    /// sentences between tabs, sometimes two sources more. Quote marks are letters: 50 lines of the test part have
    /// some, and 10 of them an odd number.
    package init(stsBenchmark url: URL) throws {
        self.init()
        let file = url.relativePath
        for row in try DelimitedText(contentsOf: url, delimiter: "\t", quoting: .none).rows {
            try row.require(7...9, "genre, file, year, number, score and two sentences between tabs", file: file)
            add(
                try row.text(5, "first sentence", file: file), try row.text(6, "second sentence", file: file),
                try row.number(4, "score", file: file))
        }
        try requireSome(file)
    }

    /// The same file as the released code of Wolfe and Caliskan (2022) reads it: with a reader for commas, whose pieces
    /// are then joined with nothing between them. Sentences lose their commas, and a quote mark after a comma swallows
    /// everything up to the next one, lines included: 1,379 pairs become 1,273.
    package init(stsBenchmarkAsReleased url: URL) throws {
        self.init()
        let file = url.relativePath
        let bytes = try InputFile.bytes(file, purpose: "sts-test.csv of the STS benchmark")
        for (line, part) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            guard let problem = CaptionFile.problem(part) else { continue }
            throw DataFileError(file: file, line: line + 1, "the line \(problem).")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UserError(.badData, "\(file) is not UTF-8")
        }
        for record in Self.commaRecords(text) {
            let fields = record.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count >= 7, let score = decimalNumber(String(fields[4])) else {
                throw UserError(
                    .badData, "\(file): the record \"\(record.prefix(40))…\" has no score and two sentences")
            }
            add(String(fields[5]), String(fields[6]), score)
        }
        try requireSome(file)
    }

    /// Records of a text with commas as Python's `csv.reader` finds them, each one's fields joined with nothing
    /// between.
    private static func commaRecords(_ text: String) -> [String] {
        enum State { case start, plain, quoted, closing }
        var records: [String] = []
        var (state, record, hasContent) = (State.start, String.UnicodeScalarView(), false)
        func finish() {
            if hasContent { records.append(String(record)) }
            (state, record, hasContent) = (.start, .init(), false)
        }
        for scalar in text.unicodeScalars where scalar != "\r" {
            switch (state, scalar) {
            case (.quoted, "\""): state = .closing
            case (.quoted, _): record.append(scalar)
            case (.closing, "\""):
                record.append(scalar)
                state = .quoted
            case (.start, "\""): (state, hasContent) = (.quoted, true)
            case (_, "\n"): finish()
            case (_, ","): (state, hasContent) = (.start, true)
            default:
                record.append(scalar)
                (state, hasContent) = (.plain, true)
            }
        }
        finish()
        return records
    }

    /// The tests of 2012 to 2016: one joined table with columns year, subset, score, sentence1 and sentence2, or a
    /// folder with the published ones (`STS12-en-test/STS.input.MSRpar.txt` and `STS.gs.MSRpar.txt`, …).
    ///
    /// In 2015 and 2016 only some pairs were scored; the others are left out, as they were in the contests.
    package init(stsYears url: URL) throws {
        self.init()
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else {
            self = try ScoredPairs(table: url)
            return
        }
        let folders = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
            .filter { $0.hasPrefix("STS1") && $0.hasSuffix("-en-test") }
        for folder in folders {
            let year = url.appending(path: folder)
            for name in try FileManager.default.contentsOfDirectory(atPath: year.path).sorted()
            where name.hasPrefix("STS.input.") && name.hasSuffix(".txt") && name != "STS.input.txt" {
                let gold = name.replacing("STS.input.", with: "STS.gs.")
                try add(sentences: year.appending(path: name), scores: year.appending(path: gold))
            }
        }
        try requireSome(url.relativePath)
    }

    private mutating func add(sentences: URL, scores: URL) throws {
        func lines(_ url: URL) throws -> [Substring] {
            let bytes = try InputFile.bytes(url.relativePath, purpose: "a file of the STS tests")
            var lines = String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: false) { $0.isNewline }
            if lines.last?.isEmpty == true { lines.removeLast() }
            return lines
        }
        let (pairs, gold) = (try lines(sentences), try lines(scores))
        guard pairs.count == gold.count else {
            throw UserError(
                .badData, "\(sentences.relativePath) has \(pairs.count) lines, but \(scores.relativePath) \(gold.count)"
            )
        }
        for (line, (pair, score)) in zip(pairs, gold).enumerated() where !score.allSatisfy(\.isWhitespace) {
            let fields = pair.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count >= 2 else {
                throw DataFileError(
                    file: sentences.relativePath, line: line + 1, "there are not two sentences with a tab between.")
            }
            guard let value = Double(score.trimmingCharacters(in: .whitespaces)) else {
                throw DataFileError(file: scores.relativePath, line: line + 1, "\"\(score)\" is not a score.")
            }
            if let problem = fields.prefix(2).lazy.compactMap({ CaptionFile.problem($0.utf8) }).first {
                throw DataFileError(file: sentences.relativePath, line: line + 1, "a sentence \(problem).")
            }
            add(String(fields[0]), String(fields[1]), value)
        }
    }
}
