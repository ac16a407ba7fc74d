import Foundation
import SynFiles
import Yams

/// One level of a settings file while it is read or written: the same list of fields serves both ways.
///
/// A group of settings names each field once, with its variable and its range (``SettingsGroup``). Reading
/// takes what the file has, keeps the default where it has nothing, and refuses what no field asked for.
package struct SettingsForm {
    /// What the file gives at this level; nil while writing.
    private let given: Node.Mapping?
    /// Where this level stands, such as `adapter`; empty at the top.
    private let path: String
    private let source: String
    private var known: [String] = []
    private var retired: [String] = []
    /// What to write, in the order of the fields.
    private(set) var written: [(Node, Node)] = []

    /// A form that only collects what to write.
    package init() { (given, path, source) = (nil, "", "") }

    package init(reading node: Node, path: String, source: String) throws {
        guard let mapping = node.mapping else {
            throw Self.complaint("must be a group of keys, not \(Self.phrase(node))", path, node, source)
        }
        (given, self.path, self.source) = (mapping, path, source)
    }

    /// False while the fields are only listed for writing.
    package var isReading: Bool { given != nil }

    // MARK: Fields

    package mutating func field<Value: SettingsValue>(
        _ key: String, _ value: inout Value, _ rule: SettingsRule<Value> = .any
    ) throws {
        known.append(key)
        written.append((Node(key), value.node))
        guard let node = given?[key] else { return }
        guard let read = Value(node) else {
            throw complaint("must be \(Value.expectation), not \(Self.phrase(node))", key, node)
        }
        guard rule.allows(read) else {
            throw complaint("is \(Self.phrase(node)), but must be \(rule.sentence)", key, node)
        }
        value = read
    }

    /// A field that may be left open: `null`, or no such key.
    package mutating func field<Value: SettingsValue>(
        _ key: String, _ value: inout Value?, _ rule: SettingsRule<Value> = .any
    ) throws {
        if let node = given?[key], node.null == nil {
            // Any value will do before reading: `field` replaces it or throws.
            guard var read = Value(node) else {
                throw complaint("must be \(Value.expectation) or null, not \(Self.phrase(node))", key, node)
            }
            try field(key, &read, rule)
            value = read
        } else {
            known.append(key)
            if given?[key] != nil { value = nil }
            written.append((Node(key), value?.node ?? Node("null", Tag(.null))))
        }
    }

    /// A field that older versions wrote and that decided nothing: it may stand in a file, and is not written.
    package mutating func retired(_ key: String) { retired.append(key) }

    package mutating func group(_ key: String, _ value: inout some SettingsGroup) throws {
        known.append(key)
        if let node = given?[key] { value = try .init(reading: node, at: join(key), source: source) }
        written.append((Node(key), value.node))
    }

    package mutating func groups<Group: SettingsGroup>(_ key: String, _ value: inout [Group]) throws {
        known.append(key)
        if let node = given?[key] {
            guard let items = node.sequence else {
                throw complaint("must be a list, not \(Self.phrase(node))", key, node)
            }
            value = try items.enumerated().map { index, item in
                try Group(reading: item, at: "\(join(key)).\(index)", source: source)
            }
        }
        written.append((Node(key), Node(value.map(\.node))))
    }

    /// Refuses every key that no field asked for; comes after the last field.
    package func finish() throws {
        for (key, _) in given ?? [:] {
            guard let name = key.string, !known.contains(name), !retired.contains(name) else {
                if key.string == nil { throw complaint("is not a name", "?", key) }
                continue
            }
            let nearest = NearestNames.nearest(to: name, among: known)
            let hint = nearest.map { "; did you mean \($0)?" } ?? "; known are \(known.joined(separator: ", "))"
            throw complaint("is not a known setting\(hint)", name, key)
        }
    }

    // MARK: Sentences

    /// A complaint about `key` for a reason that no single field can see.
    package func complaint(_ problem: String, _ key: String) -> UserError {
        complaint(problem, key, given?[key] ?? Node(""))
    }

    private func complaint(_ problem: String, _ key: String, _ node: Node) -> UserError {
        Self.complaint(problem, join(key), node, source)
    }

    private static func complaint(_ problem: String, _ path: String, _ node: Node, _ source: String) -> UserError {
        // Nodes that --set put into the tree have no mark; neither has a node that stands for a missing key.
        let isMissing = node.scalar?.string.isEmpty == true
        let place = node.mark.map { "\(source), line \($0.line)" } ?? (isMissing ? source : "--set")
        return UserError(.settings, "\(place): \(path.isEmpty ? "the file" : path) \(problem)")
    }

    private func join(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private static func phrase(_ node: Node) -> String {
        switch node {
        case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "\"\(scalar.string)\""
        case .mapping: "a group of keys"
        case .sequence(let items):
            "["
                + (items.prefix(8).map { $0.scalar?.string ?? phrase($0) } + (items.count > 8 ? ["…"] : []))
                .joined(separator: ", ") + "]"
        case .alias: "an alias"
        }
    }
}

/// Settings that belong together; `fields` names each once, for reading and writing alike.
package protocol SettingsGroup: Sendable {
    init()
    mutating func fields(_ form: inout SettingsForm) throws
}

extension SettingsGroup {
    package init(reading node: Node, at path: String, source: String) throws {
        self.init()
        var form = try SettingsForm(reading: node, path: path, source: source)
        try fields(&form)
        try form.finish()
    }

    /// The group as YAML, every default written out.
    package var node: Node {
        var copy = self
        var form = SettingsForm()
        try? copy.fields(&form)   // nothing is read, so nothing can be refused
        return Node(form.written)
    }
}
