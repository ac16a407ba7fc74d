import Foundation
import SynEmbedding
import SynRuns
import SynStatistics

/// One of GLUE's published files, with its quirks.
///
/// Tabs stand between columns and quote marks are letters: QNLI, MNLI, QQP and MRPC have lines with an odd number of
/// them. CoLA has no heading but in its test part. A byte order mark before MRPC's heading is skipped. Some lines of
/// QQP are broken or lack a question; those of its training and development parts are left out and counted.
package struct GLUEFile: Sendable {
    package let task: GLUETask
    package let examples: [LabelledText]
    /// Lines that are no example and were passed over: QQP's alone.
    package let leftOut: Int

    /// - Parameter isTest: whether answers may be missing; none is then read, and every line is kept.
    package init(_ task: GLUETask, _ url: URL, isTest: Bool = false) throws {
        let bytes = try InputFile.bytes(url.relativePath, purpose: "a file of \(task.title)")
        try self.init(task, bytes, file: url.relativePath, isTest: isTest)
    }

    package init(_ task: GLUETask, _ bytes: [UInt8], file: String, isTest: Bool = false) throws {
        guard !bytes.starts(with: Array("PAR1".utf8)) else {
            throw UserError(
                .badData,
                "\(file) is a Parquet file, which is not read; get the tab-separated files of \(task.title) from "
                    + GLUETask.page)
        }
        let rows = try DelimitedText(bytes, delimiter: "\t", quoting: .none, file: file).rows
        guard let top = rows.first else {
            throw UserError(.badData, "\(file) is empty; get \(task.title) from \(GLUETask.page)")
        }
        let layout = try Layout(task, top, file: file, isTest: isTest)
        var (examples, leftOut): ([LabelledText], Int) = ([], 0)
        for row in rows.dropFirst(layout.hasHeading ? 1 : 0) {
            guard task == .qqp, !isTest, !layout.isWhole(row) else {
                examples.append(try layout.example(row))
                continue
            }
            leftOut += 1
        }
        guard !examples.isEmpty else { throw UserError(.badData, "\(file) holds no examples") }
        (self.task, self.examples, self.leftOut) = (task, examples, leftOut)
    }
}

/// Where an example's texts and its answer stand in a row.
private struct Layout {
    let task: GLUETask
    let file: String
    let isTest: Bool
    let hasHeading: Bool
    let width: Int
    let first: Int
    let second: Int?
    let answer: Int?

    init(_ task: GLUETask, _ top: DelimitedText.Row, file: String, isTest: Bool) throws {
        (self.task, self.file, self.isTest) = (task, file, isTest)
        width = top.fields.count
        let wanted = task.columns
        if task == .cola, !top.fields.contains(wanted.first) {
            guard width == 4 else {
                throw DataFileError(
                    file: file, line: top.line,
                    "there are \(width) columns, but CoLA has four without a heading: source, label, the author's "
                        + "mark and sentence; is it another file?")
            }
            (hasHeading, first, second, answer) = (false, 3, nil, isTest ? nil : 1)
            return
        }
        func place(_ name: String) throws -> Int {
            if let place = top.fields.firstIndex(of: name) { return place }
            throw DataFileError(
                file: file, line: top.line,
                "there is no column \"\(name)\", which \(task.title) has; found "
                    + top.fields.prefix(12).joined(separator: ", ").prefix(200) + ".")
        }
        hasHeading = true
        first = try place(wanted.first)
        second = try wanted.second.map(place)
        answer = isTest ? nil : try place(wanted.answer)
    }

    /// Whether the row has every column and something in those that are read.
    func isWhole(_ row: DelimitedText.Row) -> Bool {
        row.fields.count == width
            && [first, second, answer].compactMap(\.self).allSatisfy { column in
                row.fields[column].contains { !$0.isWhitespace }
            }
    }

    func example(_ row: DelimitedText.Row) throws -> LabelledText {
        guard row.fields.count == width else {
            throw DataFileError(
                file: file, line: row.line,
                "there are \(row.fields.count) columns, but \(width) in the first line; is the file whole?")
        }
        return LabelledText(
            try text(row, first), try second.map { try text(row, $0) }, answer: try answer.map { try value(row, $0) })
    }

    private func text(_ row: DelimitedText.Row, _ column: Int) throws -> String {
        let text = row.fields[column]
        // Two questions of QQP's test part are empty, and a submission has a line for each.
        guard text.contains(where: { !$0.isWhitespace }) || (isTest && task == .qqp) else {
            throw DataFileError(
                file: file, line: row.line, column: "\(column + 1)",
                "the sentence is empty; remove the line or write a sentence there.")
        }
        if let problem = CaptionFile.problem(text.utf8) {
            throw DataFileError(file: file, line: row.line, column: "\(column + 1)", "the sentence \(problem).")
        }
        return text
    }

    private func value(_ row: DelimitedText.Row, _ column: Int) throws -> Double {
        let text = row.fields[column].trimmingCharacters(in: .whitespaces)
        if task.isRegression {
            guard let score = decimalNumber(text), (0...5).contains(score) else {
                throw DataFileError(
                    file: file, line: row.line, column: "\(column + 1)", "\"\(text)\" is not a score from 0 to 5.")
            }
            return score
        }
        guard let label = task.labels.firstIndex(of: text) else {
            throw DataFileError(
                file: file, line: row.line, column: "\(column + 1)",
                "\"\(text)\" is not a label of \(task.title); its labels are "
                    + task.labels.joined(separator: ", ") + ".")
        }
        return Double(label)
    }
}
