/// Finds the tensors in what a pickle made, and names each by the way to it.
///
/// Dictionaries are entered, lists and trees of modules too (TorchScript, or a model pickled whole), whose tensors are
/// named as in their state dict: buffers that PyTorch would not save are left out. A checkpoint often holds more than a
/// model; which part the model probably is says `model`, and whoever knows the names that are needed may choose
/// another.
struct NamedTensors {
    struct Found {
        let name: String
        let tensor: TorchTensor
        /// The node it was made as, which several names may share.
        let node: Int
    }

    private(set) var all: [Found] = []
    /// What the names of the model's tensors begin with: `state_dict.` or the like, or nothing.
    private(set) var model = ""
    private let graph: PickleGraph
    private let path: String
    /// The nodes on the way to the present one: a circle ends there.
    private var way: Set<Int> = []
    /// What the names may still cost. Values that share their parts could make more of them than memory holds.
    private var allowance: Int

    /// The keys below which programs put a model's state, in the order in which they are tried.
    static let modelKeys = [
        "state_dict", "model_state_dict", "model_state", "model", "module", "net", "network", "weights", "params",
    ]

    /// What is put around all names of a model that was trained on several cards or was compiled.
    static let wrappers = ["module.", "_orig_mod."]

    init(_ graph: PickleGraph, root: PickleValue, pickleSize: Int, path: String) throws {
        self.graph = graph
        self.path = path
        allowance = 1 << 20 + 64 * min(pickleSize, 1 << 20)
        try visit(root, named: "")
        model = guess(root)
    }

    /// Tensors that are not the probable model's: an optimiser's, for example.
    var otherCount: Int {
        let own = Set(all.filter { $0.name.hasPrefix(model) }.map(\.node))
        return graph.nodes.indices.count { index in
            if case .tensor = graph[index].kind { !own.contains(index) } else { false }
        }
    }

    private func guess(_ root: PickleValue) -> String {
        var (place, model) = (root, "")
        steps: for _ in 0..<4 {
            for key in Self.modelKeys {
                guard let found = graph.value(key, in: place), let node = graph[found] else { continue }
                switch node.kind {
                case .dictionary, .opaque: break
                default: continue
                }
                guard all.contains(where: { $0.name.hasPrefix(model + key + ".") }) else { continue }
                (place, model) = (found, model + key + ".")
                continue steps
            }
            break
        }
        for wrapper in Self.wrappers {
            let own = all.lazy.filter { $0.name.hasPrefix(model) }
            if !own.isEmpty, own.allSatisfy({ $0.name.dropFirst(model.count).hasPrefix(wrapper) }) { model += wrapper }
        }
        return model
    }

    private mutating func spend(_ count: Int) throws {
        allowance -= count
        guard allowance > 0 else {
            throw CheckpointError(
                "\(path) repeats its parts so often that their names do not end; it is made to mislead.")
        }
    }

    private mutating func visit(_ value: PickleValue, named name: String) throws {
        try spend(8 + name.utf8.count)
        guard case .node(let index) = value, way.count < 100, way.insert(index).inserted else { return }
        defer { way.remove(index) }
        let node = graph[index]
        switch node.kind {
        case .tensor(let tensor): all.append(Found(name: name.isEmpty ? "tensor" : name, tensor: tensor, node: index))
        case .dictionary: try visit(pairsOf: value, below: name)
        case .list, .tuple:
            for (i, element) in node.items.enumerated() {
                try visit(element, named: name.isEmpty ? "\(i)" : "\(name).\(i)")
            }
        case .opaque(let type): try visit(attributes: node.state, of: type, named: name)
        case .set, .global, .storage: return
        }
    }

    private mutating func visit(
        pairsOf dictionary: PickleValue, below name: String, without omitted: Set<String> = []
    ) throws {
        try spend(graph[dictionary]?.items.count ?? 0)
        for (key, value) in graph.pairs(dictionary) ?? [] {
            let word: String
            switch key {
            case .text(let text) where text.utf8.count <= 1000 && !omitted.contains(text): word = text
            case .integer(let number): word = "\(number)"
            default: continue
            }
            try visit(value, named: name.isEmpty ? word : name + "." + word)
        }
    }

    /// Of other objects, only modules are entered: TorchScript's, or those with PyTorch's three dictionaries.
    private mutating func visit(attributes: PickleValue, of type: String, named name: String) throws {
        if type.hasPrefix("__torch__.") { return try visit(pairsOf: attributes, below: name) }
        try spend(graph[attributes]?.items.count ?? 0)
        var parts: [String: PickleValue] = [:]
        for (key, value) in graph.pairs(attributes) ?? [] {
            if let key = graph.text(key), key.utf8.count < 32 { parts[key] = value }
        }
        let omitted = parts["_non_persistent_buffers_set"].flatMap(graph.elements) ?? []
        try spend(omitted.count)
        for part in ["_parameters", "_buffers", "_modules"] {
            guard let values = parts[part] else { continue }
            try visit(
                pairsOf: values, below: name, without: part == "_buffers" ? Set(omitted.compactMap(graph.text)) : [])
        }
    }
}
