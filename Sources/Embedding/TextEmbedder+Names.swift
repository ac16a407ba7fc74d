import Foundation
import SynCheckpoints
import SynModels
import SynRuns

/// Encoders as a command line names them.
extension TextEmbedder {
    /// - Parameters:
    ///   - spelling: a folder, `org/name` in the cache, or `NAME=` and one of these.
    ///   - taken: names that other encoders have already.
    package init(
        _ spelling: String, locator: ModelLocator, precision: Precision = .float32, activation: CLIPActivation? = nil,
        taken: [String] = []
    ) throws {
        var (name, path) = ("", spelling)
        if let sign = spelling.firstIndex(of: "="), !spelling[..<sign].contains("/"), sign > spelling.startIndex {
            (name, path) = (String(spelling[..<sign]), String(spelling[spelling.index(after: sign)...]))
        }
        let folder = try locator.folder(of: path)
        if name.isEmpty { name = URL(filePath: path).lastPathComponent }
        guard !taken.contains(name) else {
            throw UserError(.settings, "two encoders are called \(name); give one another name, as in NAME=\(path)")
        }
        try self.init(folder: folder, name: name, precision: precision, activation: activation)
    }

    /// Several encoders, their names different.
    package static func all(
        _ spellings: [String], locator: ModelLocator, precision: Precision = .float32, activation: CLIPActivation? = nil
    ) throws -> [TextEmbedder] {
        try spellings.reduce(into: []) { embedders, spelling in
            embedders.append(
                try TextEmbedder(
                    spelling, locator: locator, precision: precision, activation: activation,
                    taken: embedders.map(\.name)))
        }
    }

    /// All ids of a text. A sentence has the folder's prompt before it, a word has not.
    package func ids(_ text: String, _ frame: TextReading.Frame, prompted: Bool = false) throws -> TextReader.Ids {
        guard let ids = reader.ids(text, frame, prompted: prompted) else {
            throw UserError(
                .settings, "the tokenizer of \(name) names no end token; choose another variant")
        }
        return ids
    }
}
