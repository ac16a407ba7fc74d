import SynFiles

/// A file written by `torch.save` or `torch.jit.save`, opened for reading without running anything in it.
///
/// Three formats: the zip archive of PyTorch 1.6 and later, with `data.pkl` beside one entry per storage; the same as
/// TorchScript writes it, with a tree of modules in the pickle; and the older sequence of five pickles and the
/// storages.
struct TorchFile {
    let format: CheckpointFormat
    /// All that were found, named by the way to them.
    let tensors: [StoredTensor]
    /// What the names of the tensors begin with that are probably the model's.
    let model: String
    /// Tensors that are named but cannot be read, outside of that model; told when one is asked for.
    let faults: [String: CheckpointError]
    /// How many tensors stand beside the model's: an optimiser's, for example.
    let otherTensorCount: Int
    /// What the pickle wanted to call and what was not called.
    let uncalled: [String]
    /// The classes of its objects, without their modules: `QuickGELU`.
    let classes: Set<Substring>

    private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

    /// Where storages stand in the file, by their keys.
    private struct Storages {
        var places: [String: Range<Int>] = [:]
        var isBigEndian = false
    }

    init(zip file: MappedFile) throws {
        let path = file.url.path
        let archive = try ZipArchive(file.bytes, path: path)
        let pickles = archive.names.filter { $0.hasSuffix("/data.pkl") && $0.count { $0 == "/" } == 1 }
        guard let name = pickles.first, pickles.count == 1, let place = try archive.place(of: name) else {
            throw CheckpointError("\(path) is a zip archive, but not one of PyTorch: it has no data.pkl.")
        }
        let folder = name.dropLast("data.pkl".count)
        var machine = PickleMachine(UnsafeRawBufferPointer(rebasing: file.bytes[place]), path: path + "/data.pkl")
        let root = try machine.run()
        var storages = Storages()
        for name in archive.names where name.hasPrefix(folder + "data/") {
            storages.places[String(name.dropFirst(folder.count + 5))] = try archive.place(of: name)
        }
        if let order = try archive.place(of: folder + "byteorder") {
            storages.isBigEndian = String(decoding: file.bytes[order].prefix(8), as: UTF8.self) == "big"
        }
        try self.init(
            try archive.place(of: folder + "constants.pkl") == nil ? .torchZip : .torchScript, machine.graph, root,
            pickleSize: place.count, storages, in: file)
    }

    /// Five pickles (a magic number, the protocol's number, facts about the machine, the value, the storages' keys),
    /// then each storage: eight bytes of its count and its elements.
    init(legacy file: MappedFile) throws {
        let path = file.url.path
        var machine = PickleMachine(file.bytes, path: path)
        guard case .hugeInteger(Self.magic) = try machine.run() else {
            throw CheckpointError(
                "\(path) is a pickle, but not one of torch.save; save the model's state_dict with torch.save.")
        }
        guard case .integer(1001) = try machine.run() else {
            throw CheckpointError("\(path) was written in a protocol of torch.save that is not known.")
        }
        let machineFacts = try machine.run()
        var storages = Storages()
        if case .bool(false)? = machine.graph.value("little_endian", in: machineFacts) { storages.isBigEndian = true }
        let root = try machine.run()
        let list = try machine.run()
        let keys = (machine.graph.elements(list) ?? []).compactMap(machine.graph.text)
        let pickleSize = machine.position
        var formats: [String: StoredFormat?] = [:]
        for node in machine.graph.nodes {
            if case .storage(let storage) = node.kind { formats[storage.key] = .some(storage.format) }
        }
        var position = pickleSize
        for key in keys {
            guard let format = formats[key] else {
                throw CheckpointError(
                    "\(path) lists the storage \(printable(key)), which nothing in it uses, or which is of a type that "
                        + "is not known; where the storages behind it begin cannot be told.")
            }
            let width = format?.width ?? 1
            guard let count = file.bytes.number(UInt64.self, at: position),
                count <= (file.byteCount - position - 8) / width
            else { throw CheckpointError("\(path) was cut within its storages: fetch it again.") }
            position += 8
            storages.places[key] = position..<position + count * width
            position += count * width
        }
        try self.init(.torchLegacy, machine.graph, root, pickleSize: pickleSize, storages, in: file)
    }

    private init(
        _ format: CheckpointFormat, _ graph: PickleGraph, _ root: PickleValue, pickleSize: Int, _ storages: Storages,
        in file: MappedFile
    ) throws {
        let found = try NamedTensors(graph, root: root, pickleSize: pickleSize, path: file.url.path)
        self.format = format
        model = found.model
        uncalled = graph.uncalled
        otherTensorCount = found.otherCount
        classes = Set(
            graph.nodes.compactMap {
                if case .opaque(let type) = $0.kind { type.split(separator: ".").last } else { nil }
            })
        var (names, tensors, faults): (Set<String>, [StoredTensor], [String: CheckpointError]) = ([], [], [:])
        for entry in found.all {
            do {
                guard names.insert(entry.name).inserted else {
                    throw CheckpointError("\(file.url.path) names the tensor \(printable(entry.name)) twice.")
                }
                tensors.append(try Self.tensor(entry, storages, in: file))
            } catch let error as CheckpointError where !entry.name.hasPrefix(found.model) {
                faults[entry.name] = error
            }
        }
        (self.tensors, self.faults) = (tensors, faults)
    }

    private static func tensor(
        _ entry: NamedTensors.Found, _ storages: Storages, in file: MappedFile
    ) throws -> StoredTensor {
        let (name, storage) = (printable(entry.name), entry.tensor.storage)
        let width = storage.format?.width ?? 1
        guard var place = storages.places[storage.key] else {
            throw CheckpointError(
                "\(file.url.path) has no storage \(printable(storage.key)), where the tensor \(name) should be; "
                    + "the file is damaged, fetch it again.")
        }
        guard storage.count <= place.count / width else {
            throw CheckpointError(
                "\(file.url.path): tensor \(name) has a storage of \(storage.count) elements, but only "
                    + "\(place.count / width) are there; the file is damaged, fetch it again.")
        }
        if let part = storage.part {
            place = place.lowerBound + part.lowerBound * width..<place.lowerBound + part.upperBound * width
        }
        return try StoredTensor(entry.name, entry.tensor, storage: place, isBigEndian: storages.isBigEndian, in: file)
    }
}
