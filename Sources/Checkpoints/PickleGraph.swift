/// A value that a pickle made: a small one itself, or the number of a node that others may share.
enum PickleValue: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    /// More than 64 bits: little-endian, two's complement.
    case hugeInteger([UInt8])
    case float(Double)
    case text(String)
    /// Bytes are of no use to us and are not kept.
    case bytes
    case node(Int)
}

/// All that a pickle made, as a list of nodes that point to each other by number.
///
/// Values in pickles share and contain one another in any manner, also in circles and a million deep. In a list of
/// nodes that costs nothing: no reference is counted, and letting go of the list is no recursion.
struct PickleGraph: Sendable {
    struct Node: Sendable {
        var kind: Kind
        /// Elements; keys and values in turn for a dictionary.
        var items: [PickleValue] = []
        /// Of an opaque value: what `__setstate__` would be given, mostly its attributes.
        var state = PickleValue.none
    }

    enum Kind: Sendable {
        case list
        case tuple
        case set
        case dictionary
        /// A class or function, named but never called.
        case global(String)
        /// What calling a name that we do not know would have made.
        case opaque(String)
        case storage(TorchStorage)
        case tensor(TorchTensor)
    }

    /// Nodes and values that one pickle may make; the largest known checkpoints make some hundred thousand.
    static let largestSize = 1 << 22

    private(set) var nodes: [Node] = []
    private var size = 0
    /// Names that something wanted to call and that were not called, in order and each once; hostile ones also where
    /// they were only handed on.
    private(set) var uncalled: [String] = []
    private var knownUncalled: Set<String> = []

    subscript(_ index: Int) -> Node {
        get { nodes[index] }
        _modify { yield &nodes[index] }
    }

    subscript(_ value: PickleValue) -> Node? {
        if case .node(let index) = value { nodes[index] } else { nil }
    }

    /// Counts new values against the limit; false when it is reached.
    mutating func grow(by count: Int) -> Bool {
        size += count
        return size <= Self.largestSize
    }

    mutating func add(_ kind: Kind, _ items: [PickleValue] = []) -> PickleValue {
        nodes.append(Node(kind: kind, items: items))
        return .node(nodes.count - 1)
    }

    mutating func noteUncalled(_ name: String) {
        if knownUncalled.insert(name).inserted { uncalled.append(name) }
    }

    // MARK: - Reading

    func text(_ value: PickleValue) -> String? {
        if case .text(let text) = value { text } else { nil }
    }

    func integer(_ value: PickleValue) -> Int? {
        switch value {
        case .integer(let number): number
        case .bool(let flag): flag ? 1 : 0
        default: nil
        }
    }

    func global(_ value: PickleValue) -> String? {
        if case .global(let name)? = self[value]?.kind { name } else { nil }
    }

    /// The elements of a list, tuple or set.
    func elements(_ value: PickleValue) -> [PickleValue]? {
        guard let node = self[value] else { return nil }
        return switch node.kind {
        case .list, .tuple, .set: node.items
        default: nil
        }
    }

    /// The keys and values of a dictionary.
    func pairs(_ value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
        guard let node = self[value], case .dictionary = node.kind else { return nil }
        return stride(from: 0, to: node.items.count - 1, by: 2).map { (node.items[$0], node.items[$0 + 1]) }
    }

    /// The last value that a dictionary has for a key.
    func value(_ key: String, in dictionary: PickleValue) -> PickleValue? {
        pairs(dictionary)?.last { text($0.key) == key }?.value
    }
}
