/// Finds the tensors of a model in what a pickle made, and their names.
///
/// A model is a dictionary of tensors (a "state dict"), which may stand below `state_dict` or a similar key of a larger
/// one, or it is a tree of modules (TorchScript, or a model pickled whole), whose tensors are named by the way to them.
struct NamedTensors {
    private(set) var all: [(name: String, tensor: TorchTensor)] = []
    /// Tensors elsewhere in the pickle: an optimiser's, for example.
    private(set) var otherCount = 0
    private let graph: PickleGraph
    private let path: String
    private var reached: Set<Int> = []
    /// The nodes on the way to the present one: a circle ends there.
    private var way: Set<Int> = []
    /// What the names may still cost. Values that share their parts could make more of them than memory holds.
    private var allowance: Int

    /// The keys below which programs put a model's state, in the order in which they are tried.
    static let modelKeys = ["state_dict", "model_state_dict", "model", "module", "net", "network", "weights", "params"]

    /// What is put around all names of a model that was trained on several cards or was compiled.
    static let wrappers = ["module.", "_orig_mod."]

    init(_ graph: PickleGraph, root: PickleValue, pickleSize: Int, path: String) throws {
        self.graph = graph
        self.path = path
        allowance = 1 << 20 + 64 * min(pickleSize, 1 << 20)
        try visit(Self.model(in: root, of: graph), named: "")
        for wrapper in Self.wrappers where !all.isEmpty && all.allSatisfy({ $0.name.hasPrefix(wrapper) }) {
            all = all.map { (String($0.name.dropFirst(wrapper.count)), $0.tensor) }
        }
        otherCount = graph.nodes.indices.count { index in
            if case .tensor = graph[index].kind { !reached.contains(index) } else { false }
        }
    }

    /// The part of a checkpoint that is the model.
    private static func model(in root: PickleValue, of graph: PickleGraph) -> PickleValue {
        guard let pairs = graph.pairs(root), !pairs.contains(where: { isTensor($0.value, in: graph) }) else {
            return root
        }
        for key in modelKeys {
            guard let found = graph.value(key, in: root), let node = graph[found] else { continue }
            switch node.kind {
            case .dictionary, .opaque: return found
            default: continue
            }
        }
        return root
    }

    private static func isTensor(_ value: PickleValue, in graph: PickleGraph) -> Bool {
        if case .tensor? = graph[value]?.kind { true } else { false }
    }

    private mutating func visit(_ value: PickleValue, named name: String) throws {
        allowance -= 8 + name.utf8.count
        guard allowance > 0 else {
            throw CheckpointError("\(path) repeats its parts so often that their names do not end; it is made to mislead.")
        }
        guard case .node(let index) = value, way.count < 100, way.insert(index).inserted else { return }
        defer { way.remove(index) }
        let node = graph[index]
        func longer(_ key: String) -> String { name.isEmpty ? key : name + "." + key }
        switch node.kind {
        case .tensor(let tensor):
            reached.insert(index)
            all.append((name.isEmpty ? "tensor" : name, tensor))
        case .dictionary: try visit(pairs: graph.pairs(value) ?? [], below: name)
        case .list, .tuple: for (i, element) in node.items.enumerated() { try visit(element, named: longer("\(i)")) }
        case .opaque(let type): try visit(attributes: node.state, of: type, named: name)
        case .set, .global, .storage: return
        }
    }

    private mutating func visit(pairs: [(key: PickleValue, value: PickleValue)], below name: String) throws {
        for (key, value) in pairs {
            let word: String
            switch key {
            case .text(let text) where text.utf8.count <= 1000: word = text
            case .integer(let number): word = "\(number)"
            default: continue
            }
            try visit(value, named: name.isEmpty ? word : name + "." + word)
        }
    }

    /// Of other objects, only modules are entered: TorchScript's, or those with PyTorch's three dictionaries.
    private mutating func visit(attributes: PickleValue, of type: String, named name: String) throws {
        if type.hasPrefix("__torch__.") { return try visit(pairs: graph.pairs(attributes) ?? [], below: name) }
        for part in ["_parameters", "_buffers", "_modules"] {
            guard let part = graph.value(part, in: attributes) else { continue }
            try visit(pairs: graph.pairs(part) ?? [], below: name)
        }
    }
}
