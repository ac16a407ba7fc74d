import Foundation
import SynEmbedding
import SynRuns

/// A list of pictures' names, as their numbers, each once.
struct NumberList: Sendable {
    let numbers: [Int]

    /// - Parameters:
    ///   - list: the file; nil for the first of `names` that is in `folder`.
    ///   - key: the setting that names it, for errors.
    init(_ list: URL?, else names: [String], of folder: URL, key: String) throws {
        let candidates = list.map { [$0] } ?? names.map { folder.appending(path: $0) }
        guard let file = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            let looked = candidates.map(\.path).joined(separator: " and ")
            throw UserError(
                .missing,
                "no list of names at \(looked); give one as \(key), such as \(names[0]) from "
                    + "CompVis/taming-transformers, data/"
            )
        }
        let lines = try CaptionFile(path: file.path).captions
        var seen: Set<Int> = []
        numbers = try lines.enumerated().map { index, name in
            let place = "\(file.path), line \(index + 1)"
            guard let number = NumberedFiles.number(of: name.trimmingCharacters(in: .whitespaces)) else {
                throw UserError(.badData, "\(place): no number in \"\(name)\"; names look like imgHQ00042.npy")
            }
            guard seen.insert(number).inserted else {
                throw UserError(.badData, "\(place): number \(number) is listed twice")
            }
            return number
        }
    }
}
