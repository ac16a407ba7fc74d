import SynFiles

/// A storage as a pickle names it: where its numbers stand is told elsewhere in the file.
struct TorchStorage: Sendable {
    let key: String
    /// Nil for bytes whose format the tensors tell.
    let format: StoredFormat?
    /// In elements, or in bytes when there is no format.
    let count: Int
    /// The part of the storage that is meant, in elements; nil for all of it. Only old files have parts.
    var part: Range<Int>?
}

/// A view of a storage as a pickle describes it. Nothing is checked yet.
struct TorchTensor: Sendable {
    let storage: TorchStorage
    let format: StoredFormat
    /// Of the first element, in elements.
    let offset: Int
    let shape: [Int]
    let strides: [Int]
}

/// The few names that mean something here. They are looked up in this table; none of them is ever run.
extension PickleMachine {
    /// What a call makes: a tensor or a collection for the names we know, an opaque value for all others.
    mutating func call(_ callee: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
        guard let name = graph.global(callee) else {
            if case .opaque(let name)? = graph[callee]?.kind { return refuse(name) }   // what it gave is called
            throw fault("something is called that has no name")
        }
        guard let given = graph.elements(arguments) else { return refuse(name) }
        switch name {
        case "collections.OrderedDict", "builtins.dict", "__builtin__.dict":
            return try dictionary(of: given.first)
        case "builtins.list", "__builtin__.list": return try copy(.list, given.first)
        case "builtins.tuple", "__builtin__.tuple": return try copy(.tuple, given.first)
        case "builtins.set", "__builtin__.set", "builtins.frozenset", "__builtin__.frozenset":
            return try copy(.set, given.first)
        case "builtins.bytearray", "__builtin__.bytearray", "builtins.bytes", "__builtin__.bytes":
            return given.first ?? .bytes
        case "_codecs.encode":   // protocol 2's way to write bytes
            return .bytes
        case "torch.Size", "torch.jit._pickle.build_intlist", "torch.jit._pickle.build_doublelist",
            "torch.jit._pickle.build_boollist", "torch.jit._pickle.build_tensorlist",
            "torch.jit._pickle.restore_type_tag":
            return given.first ?? graph.add(.tuple)
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
            "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer":
            guard let data = given.first else { throw fault("a parameter has no tensor") }
            return data
        case "torch._tensor._rebuild_from_type_v2":   // (how, class, arguments, state)
            guard given.count >= 3 else { throw fault("a tensor of another class is incomplete") }
            guard let how = graph.global(given[0]), how.hasPrefix("torch._utils._rebuild_") else { return refuse(name) }
            return try call(given[0], given[2])
        case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2": return try tensor(given, format: nil)
        case "torch._utils._rebuild_tensor_v3":   // the seventh argument is the type of the elements
            guard given.count >= 7, let type = graph.global(given[6]), let format = Self.formats[type] else {
                return refuse(name)
            }
            return try tensor(given, format: format)
        default: return refuse(name)
        }
    }

    /// ('storage', class, key, device, count) and in old files a view (key, offset, count) or nothing.
    mutating func persistent(_ identifier: PickleValue) throws -> PickleValue {
        let parts = graph.elements(identifier) ?? []
        if parts.count >= 2, graph.text(parts[0]) == "module" { return parts[1] }   // with its source, in old files
        guard parts.count >= 5, graph.text(parts[0]) == "storage", let type = graph.global(parts[1]),
            let key = graph.text(parts[2]), let count = graph.integer(parts[4]), count >= 0
        else { throw fault("something outside of the pickle is named that is no storage") }
        guard let known = Self.storageFormats[type] else {
            graph.noteUncalled(type)
            return graph.add(.opaque(type))
        }
        var storage = TorchStorage(key: key, format: known, count: count)
        if parts.count >= 6, let view = graph.elements(parts[5]) {
            guard view.count == 3, let offset = graph.integer(view[1]), let size = graph.integer(view[2]),
                offset >= 0, size >= 0, offset <= count, size <= count - offset
            else { throw fault("a view of the storage \(printable(key)) reaches beyond it") }
            storage.part = offset..<offset + size
        }
        return graph.add(.storage(storage))
    }

    private mutating func tensor(_ given: [PickleValue], format: StoredFormat?) throws -> PickleValue {
        guard given.count >= 4, let node = graph[given[0]] else { throw fault("a tensor is incomplete") }
        guard case .storage(let storage) = node.kind else {
            if case .opaque(let type) = node.kind { return graph.add(.opaque(type)) }   // of a type that we do not know
            throw fault("a tensor has no storage")
        }
        func integers(_ value: PickleValue) -> [Int]? {
            guard let elements = graph.elements(value), elements.count <= 64 else { return nil }
            let numbers = elements.compactMap(graph.integer)
            return numbers.count == elements.count ? numbers : nil
        }
        guard let format = format ?? storage.format, let offset = graph.integer(given[1]),
            let shape = integers(given[2]), let strides = integers(given[3])
        else { throw fault("a tensor has no shape") }
        return graph.add(
            .tensor(TorchTensor(storage: storage, format: format, offset: offset, shape: shape, strides: strides)))
    }

    private mutating func dictionary(of argument: PickleValue?) throws -> PickleValue {
        guard let argument else { return graph.add(.dictionary) }
        if let node = graph[argument], case .dictionary = node.kind { return try copy(.dictionary, argument) }
        var items: [PickleValue] = []
        for pair in graph.elements(argument) ?? [] {
            guard let parts = graph.elements(pair), parts.count == 2 else {
                throw fault("a dictionary is given no pairs")
            }
            items += parts
            try charge(2)
        }
        return graph.add(.dictionary, items)
    }

    /// A new collection with the elements of another.
    private mutating func copy(_ kind: PickleGraph.Kind, _ argument: PickleValue?) throws -> PickleValue {
        let items = argument.flatMap { graph[$0]?.items } ?? []
        try charge(items.count)
        return graph.add(kind, items)
    }

    private mutating func refuse(_ name: String) -> PickleValue {
        if !name.hasPrefix("__torch__.") { graph.noteUncalled(name) }   // TorchScript's modules are data
        return graph.add(.opaque(name))
    }

    private static let formats: [String: StoredFormat] = [
        "torch.float64": .float64, "torch.float32": .float32, "torch.float16": .float16, "torch.bfloat16": .bfloat16,
        "torch.int64": .int64, "torch.int32": .int32, "torch.int16": .int16, "torch.int8": .int8,
        "torch.uint64": .uint64, "torch.uint32": .uint32, "torch.uint16": .uint16, "torch.uint8": .uint8,
        "torch.bool": .bool, "torch.complex64": .complex64, "torch.complex128": .complex128,
        "torch.float8_e4m3fn": .float8E4M3, "torch.float8_e5m2": .float8E5M2, "torch.float8_e8m0fnu": .float8E8M0,
        "torch.float8_e4m3fnuz": .float8E4M3FNUZ, "torch.float8_e5m2fnuz": .float8E5M2FNUZ,
    ]

    /// By class. Storages of bytes without a type have nil; classes of other modules are copies on a graphics card.
    private static let storageFormats: [String: StoredFormat?] = {
        let words: [(String, StoredFormat)] = [
            ("Double", .float64), ("Float", .float32), ("Half", .float16), ("BFloat16", .bfloat16), ("Long", .int64),
            ("Int", .int32), ("Short", .int16), ("Char", .int8), ("Byte", .uint8), ("Bool", .bool),
            ("ComplexFloat", .complex64), ("ComplexDouble", .complex128),
            // Quantised: only their widths count, nothing reads them.
            ("QInt8", .int8), ("QUInt8", .uint8), ("QInt32", .int32), ("QUInt4x2", .uint8), ("QUInt2x4", .uint8),
        ]
        var table: [String: StoredFormat?] = [
            "torch.storage.UntypedStorage": nil, "torch.UntypedStorage": nil,
        ]
        for (word, format) in words {
            for module in ["torch", "torch.cuda"] { table["\(module).\(word)Storage"] = .some(format) }
        }
        return table
    }()
}
