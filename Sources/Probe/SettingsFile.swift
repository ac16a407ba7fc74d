import Foundation
import SynRuns
import Yams

extension ProbeSettings {
    /// Reads a YAML settings file (JSON is YAML too), then applies overrides such as
    /// `adapter.learning-rate=1e-4` or `encoders.0.pooling=cls`, then checks everything.
    ///
    /// Unknown keys, wrong types and values out of range are errors that name the key and its line.
    package init(file path: String, overrides: [String] = []) throws {
        let bytes = try InputFile.bytes(path, purpose: "a settings file such as Samples/miniature.yaml")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UserError(.badData, "\(path) is not UTF-8 text; convert it, for example with iconv")
        }
        try self.init(yaml: text, source: path, overrides: overrides)
    }

    /// The same from a text; `source` is how errors call it.
    package init(yaml text: String, source: String, overrides: [String] = []) throws {
        var tree = try Self.parse(text, source)
        for override in overrides { try Self.apply(override, to: &tree) }
        try self.init(reading: tree, at: "", source: source)
        if tree.mapping?["scores"]?.mapping?["inception-input"] != nil {
            retired.append(
                "\(source): scores.inception-input is no setting any more, both Inception Scores are always given; "
                    + "drop the line")
        }
        if output.isEmpty { output = "runs/\(name)" + (limit.map { "-limit-\($0)" } ?? "") }
        try check(source)
    }

    /// The resolved settings, every default written out; reading them gives the same settings again.
    package var yaml: String {
        get throws { try Yams.serialize(node: node, width: -1, allowUnicode: true) }
    }

    private static func parse(_ text: String, _ source: String) throws -> Node {
        do {
            return try Yams.compose(yaml: text) ?? Node([(Node, Node)]())
        } catch let error as YamlError {
            throw UserError(.settings, "\(source): not readable as YAML: \(sentence(error))")
        }
    }

    private static func sentence(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            "line \(context.mark.line): \(duplicates.map(\.description).joined(separator: ", ")) is given twice"
        default: "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
        }
    }

    // MARK: Overrides

    private static func apply(_ override: String, to tree: inout Node) throws {
        let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let keys = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !keys.contains("") else {
            throw UserError(.settings, "--set \(override): write KEY=VALUE, for example adapter.learning-rate=1e-4")
        }
        let value = parts[1].isEmpty ? Node("") : unmarked(try parse(parts[1], "--set \(override)"))
        try place(value, at: keys[...], in: &tree, override)
    }

    /// The same without the lines it stood on, which are no lines of the settings file.
    private static func unmarked(_ node: Node) -> Node {
        switch node {
        case .scalar(let scalar): .scalar(Node.Scalar(scalar.string, scalar.tag, scalar.style))
        case .sequence(let items): .sequence(Node.Sequence(items.map(unmarked), items.tag, items.style))
        case .mapping(let pairs):
            .mapping(Node.Mapping(pairs.map { (unmarked($0.key), unmarked($0.value)) }, pairs.tag, pairs.style))
        case .alias: node
        }
    }

    private static func place(
        _ value: Node, at keys: ArraySlice<String>, in node: inout Node, _ override: String
    ) throws {
        guard let key = keys.first else { return node = value }
        if let list = node.sequence {
            guard let index = Int(key), list.indices.contains(index) else {
                throw UserError(.settings, "--set \(override): \(key) is no entry of a list of \(list.count)")
            }
            var items = Array(list)
            try place(value, at: keys.dropFirst(), in: &items[index], override)
            node = Node(items)
        } else {
            var mapping = node.mapping ?? Node.Mapping([])
            var child = mapping[key] ?? Node([(Node, Node)]())
            try place(value, at: keys.dropFirst(), in: &child, override)
            mapping[Node(key)] = child
            node = .mapping(mapping)
        }
    }
}
