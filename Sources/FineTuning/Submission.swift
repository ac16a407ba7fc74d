import Foundation
import SynFiles

/// Predictions in the form in which GLUE's server takes them: one table for each test set, index and prediction, and
/// all of them in one zip.
package struct Submission {
    /// By file name.
    package let tables: [(name: String, text: String)]

    /// - Parameter answers: of a task's test parts, in their order.
    package init(_ answers: [(task: GLUETask, parts: [[Double]])]) {
        tables = answers.flatMap { task, parts in
            parts.enumerated().map { part, answers in (Self.name(task, part: part), Self.table(task, answers)) }
        }
    }

    /// As the server calls the table: `CoLA.tsv`, `MNLI-m.tsv`, …
    static func name(_ task: GLUETask, part: Int) -> String {
        task == .mnli ? ["MNLI-m.tsv", "MNLI-mm.tsv"][min(part, 1)] : "\(task.title).tsv"
    }

    /// Scores are kept within 0 to 5 and have three decimals, as transformers' script writes them.
    package static func table(_ task: GLUETask, _ answers: [Double]) -> String {
        let lines = answers.enumerated().map { index, answer in
            let text =
                task.isRegression
                ? String(format: "%.3f", min(max(answer, 0), 5))
                : task.labels[min(max(Int(answer), 0), task.labels.count - 1)]
            return "\(index)\t\(text)\n"
        }
        return "index\tprediction\n" + lines.joined()
    }

    /// What the server wants and is not here.
    package var missing: [String] {
        let all =
            GLUETask.allCases.flatMap { task in
                GLUEPart.tests(of: task).indices.map { Self.name(task, part: $0) }
            } + ["AX.tsv"]
        return all.filter { name in !tables.contains { $0.name == name } }
    }

    /// Writes the tables and `submission.zip` into a folder.
    package func write(to folder: URL) throws {
        try AtomicFile.makeFolder(folder)
        for table in tables { try AtomicFile.write(table.text, to: folder.appending(path: table.name)) }
        let files = tables.map { (name: $0.name, bytes: Array($0.text.utf8)) }
        try AtomicFile.write(Data(StoredZip.bytes(files)), to: folder.appending(path: "submission.zip"))
    }
}
