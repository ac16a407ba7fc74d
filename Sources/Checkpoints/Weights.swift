import Foundation
import SynFiles
import SynTensors
import Synchronization

/// Where a model's weights come from: a checkpoint, tensors at hand, or nothing, in which case they are made.
///
/// Models are built from `scope`, which asks for tensors by name and shape. What was asked for is remembered:
/// the same name gives the same tensor again, `finish` complains about stored tensors that nobody asked for, and
/// `parameters` lists what an optimiser may move. Weights of a trainable source are parameters, copied to memory
/// of their own; all others are frozen and, where the file allows, used in place.
package final class Weights: Sendable {
    private enum Origin: Sendable {
        case files(CheckpointFiles)
        case tensors([String: Tensor])
        case fresh(seed: UInt64)
    }

    /// What a tensor is used as decides how it is kept.
    enum Use: Sendable {
        /// Norms, embeddings, biases: Float32, moved in training.
        case plain
        /// Weights of linear and convolution layers: like plain, but BFloat16 when frozen and asked for.
        case matrix
        /// Statistics: Float32 in memory of their own in training, but not moved by an optimiser.
        case statistics
        /// Int32.
        case integers
    }

    private struct State: Sendable {
        /// Names in the order of the first request.
        var order: [String] = []
        var tensors: [String: Tensor] = [:]
        /// Matrices kept in BFloat16. A tensor that is also asked for as plain is kept in both ways.
        var narrowed: [String: Tensor] = [:]
        /// What the names of the model that is read begin with; nil until it was looked for.
        var place: String?

        subscript(name: String) -> Tensor? { tensors[name] ?? narrowed[name] }
    }

    package let precision: Precision
    package let trainable: Bool
    /// The device that frozen numbers are put on; nil for the CPU's memory.
    package let device: (any Device)?
    private let origin: Origin
    private let state = Mutex(State())
    /// All stored names in order, for questions about what stands below one.
    private let index: [String]

    private init(_ origin: Origin, _ precision: Precision, _ trainable: Bool, _ device: (any Device)? = nil) {
        (self.origin, self.device) = (origin, device)
        index =
            switch origin {
            case .files(let files): files.names.sorted()
            case .tensors(let tensors): tensors.keys.sorted()
            case .fresh: []
            }
        self.precision = precision
        self.trainable = trainable
    }

    /// The weights in a checkpoint file or a folder that has one: safetensors, or what `torch.save` and
    /// `torch.jit.save` write, whole or in listed parts; see `CheckpointContents` for what is understood.
    ///
    /// Nothing in a file is ever run. One that asks for the operating system when unpickled is refused.
    package convenience init(
        reading url: URL, precision: Precision = .float32, trainable: Bool = false, device: (any Device)? = nil
    ) throws {
        let files = try CheckpointFiles(url)
        if let name = files.uncalled.first(where: isHostile) {
            throw CheckpointError(
                "\(files.path) asks to call \(printable(name)) when it is unpickled, which no model needs. It was "
                    + "not called, "
                    + "and the file is not used; do not open it with other programs.")
        }
        self.init(.files(files), precision, trainable, device)
    }

    /// New weights, each from a random stream of its own that depends on the seed and its name only.
    package convenience init(
        fresh seed: UInt64, precision: Precision = .float32, trainable: Bool = true, device: (any Device)? = nil
    ) {
        self.init(.fresh(seed: seed), precision, trainable, device)
    }

    package convenience init(
        tensors: [String: Tensor], precision: Precision = .float32, trainable: Bool = false,
        device: (any Device)? = nil
    ) {
        self.init(.tensors(tensors), precision, trainable, device)
    }

    /// The whole model; models go down from here. In a larger checkpoint it is the part that probably is the model.
    package var scope: WeightScope { WeightScope(weights: self, path: String(base.dropLast())) }

    /// What the names of the probable model begin with: nothing, or a key and a dot.
    private var base: String { if case .files(let files) = origin { files.base } else { "" } }

    /// The classes of the objects in a pickled checkpoint; none where there are no objects.
    package var classes: Set<Substring> {
        if case .files(let files) = origin { files.files.reduce(into: []) { $0.formUnion($1.classes) } } else { [] }
    }

    /// Whether new weights are made instead of read.
    package var isFresh: Bool { if case .fresh = origin { true } else { false } }

    /// Everything read or made that an optimiser may move, in the order in which the model asked for it.
    package var parameters: [(name: String, tensor: Tensor)] { all.filter { $0.tensor.wantsGradient } }

    /// Everything read or made, in the order in which the model asked for it: what saving a model writes.
    package var all: [(name: String, tensor: Tensor)] {
        state.withLock { state in
            state.order.compactMap { name in state[name].map { (name, $0) } }
        }
    }

    /// Throws when the checkpoint holds tensors in the model's own place that nobody asked for, naming each, as in
    /// `encoder.layer.12.output.dense.bias`. What stands beside the model is another's, and so are the heads for tasks
    /// that `Strangers` knows: they are left alone, and a remark names them.
    ///
    /// In the names to ignore without a word, `*` stands for any run of characters: `cls.*`, `*.position_ids`. Each
    /// model keeps a short list of them with reasons.
    package func finish(ignoring patterns: [String] = []) throws {
        let (touched, place) = state.withLock { (Set($0.order), $0.place) }
        let unread = UnreadTensors(among: index, touched: touched, place: place, base: base, ignoring: patterns)
        guard unread.own.isEmpty else {
            let (count, names) = (unread.own.count, unread.own.prefix(20).map(printable).joined(separator: ", "))
            throw CheckpointError(
                "\(self.place) holds \(count) tensor\(count == 1 ? "" : "s") that the model does not use: "
                    + "\(names)\(count > 20 ? ", …" : ""). Is it the checkpoint of another model?")
        }
        guard !unread.strangers.isEmpty else { return }
        let named = unread.strangers.sorted { $0.key < $1.key }.prefix(10).map { "\(printable($0.key)) (\($0.value))" }
        Remarks.tell(
            "\(self.place): tensors that are not the model's are left alone: \(named.joined(separator: ", "))"
                + (unread.strangers.count > 10 ? ", …" : ""))
    }

    /// The stored names, sorted; none when weights are made.
    package var storedNames: [String] { index }

    /// The shape of a stored tensor; nil where there is none, or where weights are made.
    ///
    /// Checkpoints that come without settings tell their model's sizes this way.
    package func storedShape(of name: String) -> [Int]? {
        switch origin {
        case .files(let files): files[name]?.shape
        case .tensors(let tensors): tensors[name]?.shape
        case .fresh: nil
        }
    }

    /// What error messages call the source.
    var place: String {
        switch origin {
        case .files(let files): files.path
        case .tensors: "The set of given tensors"
        case .fresh: "The set of new tensors"
        }
    }

    func stored(_ name: String) -> StoredTensor? {
        if case .files(let files) = origin { files[name] } else { nil }
    }

    /// Notes what the names of the model begin with that is read from now on.
    func settle(at place: String) { state.withLock { $0.place = place } }

    // MARK: - For WeightScope

    /// Whether a tensor of exactly this name, or any under it as a path, is stored or was made.
    func has(_ name: String) -> Bool {
        if isFresh {
            return state.withLock { $0.order.contains { $0 == name || $0.hasPrefix(name + ".") || name.isEmpty } }
        }
        if name.isEmpty { return !index.isEmpty }
        if storedShape(of: name) != nil { return true }
        let below = name + "."
        var (low, high) = (0, index.count)   // the first name that is not before `below`
        while low < high {
            let middle = (low + high) / 2
            if index[middle] < below { low = middle + 1 } else { high = middle }
        }
        return low < index.count && index[low].hasPrefix(below)
    }

    func tensor(_ name: String, _ shape: [Int], _ use: Use, _ initially: Initialisation) throws -> Tensor {
        let narrow = use == .matrix && precision == .bfloat16 && !trainable
        return try state.withLock { state in
            if let known = narrow ? state.narrowed[name] : state.tensors[name] {
                try check(known, name, shape, use)
                return known
            }
            let tensor = try make(name, shape, use, narrow ? .bfloat16 : .float32, initially)
            if state[name] == nil { state.order.append(name) }
            if narrow { state.narrowed[name] = tensor } else { state.tensors[name] = tensor }
            return tensor
        }
    }

    private func make(
        _ name: String, _ shape: [Int], _ use: Use, _ precision: Precision, _ initially: Initialisation
    ) throws -> Tensor {
        let found: Tensor
        switch origin {
        case .files(let files):
            guard let stored = files[name] else { throw missing(name) }
            try check(stored.shape, name, shape)
            found = try stored.tensor(precision: precision)
        case .tensors(let tensors):
            guard let given = tensors[name] else { throw missing(name) }
            try check(given.shape, name, shape)
            let kept: ElementType = precision == .bfloat16 ? .bfloat16 : .float32
            found = given.elementType == .int32 ? given : given.converted(to: kept)
        case .fresh(let seed):
            var stream = RandomStream(seed: seed, purpose: "weights " + name, index: 0)
            let made = initially.tensor(shape, &stream)
            if use == .integers {
                found = Tensor(made.floats.map { Int32($0) }, shape: shape)
            } else {
                found = precision == .bfloat16 ? made.converted(to: .bfloat16) : made
            }
        }
        try check(found, name, shape, use)
        if let device, !trainable, use != .integers { return found.moved(to: device) }
        guard trainable, use != .integers else { return found.heldInCommon() }
        let own = Tensor(found.floats, shape: shape)   // the file's memory cannot be moved by an optimiser
        return use == .statistics ? own : own.asParameter()
    }

    private func check(_ tensor: Tensor, _ name: String, _ shape: [Int], _ use: Use) throws {
        try check(tensor.shape, name, shape)
        guard (tensor.elementType == .int32) == (use == .integers) else {
            throw CheckpointError(
                "\(place): tensor \(name) holds \(use == .integers ? "fractions" : "whole numbers"), but the model "
                    + "expects \(use == .integers ? "whole numbers" : "fractions").")
        }
    }

    private func check(_ found: [Int], _ name: String, _ expected: [Int]) throws {
        guard found == expected else {
            throw CheckpointError(
                "\(place): tensor \(name) has the shape \(found), but the model's settings ask for \(expected).")
        }
    }

    private func missing(_ name: String) -> CheckpointError {
        if case .files(let files) = origin, let fault = files.faults[name] { return fault }
        return CheckpointError(
            "\(place) has no tensor \(printable(name))\(NearestNames.suggestion(for: name, among: storedNames)).")
    }
}
