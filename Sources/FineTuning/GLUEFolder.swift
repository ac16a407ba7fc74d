import Foundation
import SynRuns

/// The folder with GLUE's files, each task in its own: `CoLA/train.tsv`, `MNLI/dev_matched.tsv`, …
package struct GLUEFolder: Sendable {
    package let url: URL

    package init(_ path: String) { url = URL(filePath: path) }

    /// Reads a part of a task.
    package func read(_ part: GLUEPart, of task: GLUETask) throws -> GLUEFile {
        try GLUEFile(task, try require(part, of: task), isTest: part.isTest)
    }

    /// Where the file is, or nil.
    package func find(_ part: GLUEPart, of task: GLUETask) -> URL? { find(part.fileName(of: task), of: task) }

    /// Folders are spelled as published, by the task's short name, or as Hugging Face spells them (`sst2`).
    private func find(_ name: String, of task: GLUETask) -> URL? {
        let folders = [task.title, task.rawValue, task.rawValue.replacing("-", with: "")]
        return folders.lazy.map { url.appending(path: $0).appending(path: name) }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// Where the file is; otherwise a complaint that names it and its page.
    package func require(_ part: GLUEPart, of task: GLUETask) throws -> URL {
        let name = part.fileName(of: task)
        if let found = find(name, of: task) { return found }
        if let packed = find(name + ".gz", of: task) {
            throw UserError(
                .missing, "\(packed.relativePath) is packed; unpack it with: gunzip -k \(packed.relativePath)")
        }
        if find("\(name.prefix { $0 != "." }).parquet", of: task) != nil {
            throw UserError(
                .missing,
                "\(url.appending(path: task.title).relativePath) holds Parquet files, which are not read; get "
                    + "\(task.title)/\(name) from \(GLUETask.page)")
        }
        throw UserError(
            .missing,
            "\(task.title)/\(name) is not in \(url.relativePath); get it from \(GLUETask.page) and put it there, or "
                + "name another folder with --data")
    }
}
