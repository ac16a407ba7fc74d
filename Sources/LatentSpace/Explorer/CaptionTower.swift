import Foundation
import SynCheckpoints
import SynFiles
import SynModels
import SynReports

/// A text tower small enough to run inside the interactive page: weights in half precision, pieces and merges.
struct CaptionTower {
    let facts: ExplorerFacts.Tower
    let weights: Data

    /// Bytes of weights at most.
    static let most = 4_000_000

    /// Why a model's text tower does not run in the page.
    struct Absent: Error { let reason: String }

    /// - Parameter folder: of a CLIP as Hugging Face keeps it, its pieces in `vocab.json` and `merges.txt`.
    init(_ folder: URL) throws(Absent) {
        let name = folder.lastPathComponent
        guard let configuration = Self.configuration(folder)?.text,
            let file = try? SafetensorsFile(folder.appending(path: "model.safetensors")),
            let projection = file.shape(of: "text_projection.weight")?.first
        else { throw Absent(reason: "\(name) is no CLIP in Hugging Face's form") }
        guard let vocabulary = Self.vocabulary(folder), let merges = Self.merges(folder) else {
            throw Absent(reason: "\(name) has no vocab.json and merges.txt")
        }
        let names = file.names.filter { $0.hasPrefix("text_model.") || $0 == "text_projection.weight" }
            .filter { !$0.hasSuffix("position_ids") }.sorted()
        let count = names.reduce(0) { $0 + (file.shape(of: $1) ?? []).reduce(1, *) }
        guard 2 * count <= Self.most else {
            throw Absent(reason: "\(name)'s text tower has \(2 * count) bytes, and at most \(Self.most) are embedded")
        }
        var (weights, tensors, first) = (Data(capacity: 2 * count), [ExplorerFacts.Tower.Tensor](), 0)
        for name in names {
            guard let values = try? file.doubles(name) else { throw Absent(reason: "\(name) cannot be read") }
            values.map { Float16($0).bitPattern.littleEndian }.withUnsafeBytes { weights.append(contentsOf: $0) }
            tensors.append(.init(name: name, first: first, count: values.count))
            first += values.count
        }
        self.weights = weights
        let tower = configuration.tower
        facts = .init(
            name: name, layers: tower.layerCount, heads: tower.headCount, hidden: tower.hiddenSize,
            projection: projection, positions: configuration.positionCount, activation: tower.activation,
            epsilon: tower.normEpsilon, start: configuration.startID,
            end: Int32(vocabulary.firstIndex(of: "<|endoftext|>") ?? Int(configuration.endID)), tensors: tensors,
            vocabulary: vocabulary, merges: merges)
    }

    private static func configuration(_ folder: URL) -> CLIPConfiguration? {
        guard let data = try? Data(contentsOf: folder.appending(path: "config.json")) else { return nil }
        return try? JSONDecoder().decode(CLIPConfiguration.self, from: data)
    }

    private static func vocabulary(_ folder: URL) -> [String]? {
        guard let data = try? Data(contentsOf: folder.appending(path: "vocab.json")),
            let ids = try? JSONDecoder().decode([String: Int].self, from: data),
            let most = ids.values.max(), most < 2 * ids.count, ids.values.allSatisfy({ $0 >= 0 })
        else { return nil }
        var tokens = [String](repeating: "", count: most + 1)
        for (token, id) in ids { tokens[id] = token }
        return tokens
    }

    private static func merges(_ folder: URL) -> [String]? {
        guard let text = try? String(contentsOf: folder.appending(path: "merges.txt"), encoding: .utf8) else {
            return nil
        }
        return text.split(separator: "\n").filter { !$0.hasPrefix("#version") && !$0.isEmpty }.map(String.init)
    }
}
