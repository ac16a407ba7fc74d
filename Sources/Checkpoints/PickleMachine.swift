/// Python's pickle machine (PEP 307, PEP 3154, PEP 574; protocols 2 to 5) without Python: it builds numbers, texts,
/// lists, tuples, sets, dictionaries and PyTorch's tensors, and calls nothing.
///
/// Whatever else a pickle wants to call or to make becomes an opaque value, and its name is noted. A pickle cannot
/// make more values than a limit, whatever its size, and cannot make one large by naming it often.
struct PickleMachine {
    var graph = PickleGraph()
    private var stack: [PickleValue] = []
    /// The stack's heights at which something was marked.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private let bytes: UnsafeRawBufferPointer
    private let path: String
    /// The byte that is read next.
    private(set) var position: Int

    /// `bytes` must outlive the machine.
    init(_ bytes: UnsafeRawBufferPointer, from start: Int = 0, path: String) {
        self.bytes = bytes
        self.path = path
        position = start
    }

    /// Runs one pickle to its end and gives its value; `position` is then behind it. Pickles that follow one another in
    /// a file share the graph, but neither stack nor memo.
    mutating func run() throws -> PickleValue {
        (stack, marks, memo) = ([], [], [:])
        guard position < bytes.count, bytes[position] == 0x80 else {
            throw fault("there is no pickle of protocol 2 or later")
        }
        while true {
            let instruction = try take(1)[0]
            if instruction == UInt8(ascii: ".") { return try pop() }
            try perform(instruction)
        }
    }

    private mutating func perform(_ instruction: UInt8) throws {
        switch instruction {
        case 0x80:   // PROTO
            let version = try number(UInt8.self)
            guard (2...5).contains(version) else { throw fault("a pickle of the unknown protocol \(version) begins") }
        case 0x95: _ = try length(UInt64.self)   // FRAME: the frame need not be read as a whole

        case UInt8(ascii: "("):
            try charge(1)
            marks.append(stack.count)
        case UInt8(ascii: "0"): if stack.count == marks.last { marks.removeLast() } else { _ = try pop() }
        case UInt8(ascii: "1"): _ = try popToMark()
        case UInt8(ascii: "2"): try push(try top())

        case UInt8(ascii: "N"): try push(.none)
        case 0x88: try push(.bool(true))
        case 0x89: try push(.bool(false))
        case UInt8(ascii: "J"): try push(.integer(number(Int32.self)))
        case UInt8(ascii: "K"): try push(.integer(number(UInt8.self)))
        case UInt8(ascii: "M"): try push(.integer(number(UInt16.self)))
        case 0x8A: try push(integer(try take(number(UInt8.self))))   // LONG1
        case 0x8B: try push(integer(try take(length(UInt32.self))))   // LONG4
        case UInt8(ascii: "G"):   // the only number that stands big end first
            let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            try push(.float(Double(bitPattern: bits)))

        case 0x8C, UInt8(ascii: "U"): try pushText(number(UInt8.self))
        case UInt8(ascii: "X"), UInt8(ascii: "T"): try pushText(length(UInt32.self))
        case 0x8D: try pushText(length(UInt64.self))
        case UInt8(ascii: "C"): try pushBytes(number(UInt8.self))
        case UInt8(ascii: "B"): try pushBytes(length(UInt32.self))
        case 0x8E, 0x96: try pushBytes(length(UInt64.self))

        case UInt8(ascii: "]"): try pushNode(.list)
        case UInt8(ascii: "}"): try pushNode(.dictionary)
        case UInt8(ascii: ")"): try pushNode(.tuple)
        case 0x8F: try pushNode(.set)
        case UInt8(ascii: "l"): try pushNode(.list, popToMark())
        case UInt8(ascii: "t"): try pushNode(.tuple, popToMark())
        case 0x91: try pushNode(.set, popToMark())   // FROZENSET
        case UInt8(ascii: "d"):
            let items = try popToMark()
            guard items.count % 2 == 0 else { throw fault("a dictionary has a key without a value") }
            try pushNode(.dictionary, items)
        case 0x85: try pushNode(.tuple, [pop()])
        case 0x86:
            let (b, a) = (try pop(), try pop())
            try pushNode(.tuple, [a, b])
        case 0x87:
            let (c, b, a) = (try pop(), try pop(), try pop())
            try pushNode(.tuple, [a, b, c])
        case UInt8(ascii: "a"): try extend([pop()])
        case UInt8(ascii: "e"), 0x90: try extend(popToMark())   // APPENDS, ADDITEMS
        case UInt8(ascii: "s"):
            let (value, key) = (try pop(), try pop())
            try extend([key, value], inPairs: true)
        case UInt8(ascii: "u"): try extend(popToMark(), inPairs: true)

        case UInt8(ascii: "q"): try remember(number(UInt8.self))
        case UInt8(ascii: "r"): try remember(length(UInt32.self, mayExceed: true))
        case 0x94: try remember(memo.count)
        case UInt8(ascii: "h"): try recall(number(UInt8.self))
        case UInt8(ascii: "j"): try recall(length(UInt32.self, mayExceed: true))

        case UInt8(ascii: "c"):
            try push(try global(line(), line()))
        case 0x93:   // STACK_GLOBAL
            let (name, module) = (try pop(), try pop())
            guard let module = graph.text(module), let name = graph.text(name) else {
                throw fault("a class has a name that is no text")
            }
            try push(try global(module, name))
        case UInt8(ascii: "Q"): try push(try persistent(pop()))
        case UInt8(ascii: "R"), 0x81:   // REDUCE, NEWOBJ
            let (arguments, callee) = (try pop(), try pop())
            try push(try call(callee, arguments))
        case 0x92:   // NEWOBJ_EX, with named arguments
            let (_, arguments, callee) = (try pop(), try pop(), try pop())
            try push(try call(callee, arguments))
        case UInt8(ascii: "o"):   // OBJ
            let parts = try popToMark()
            guard let callee = parts.first else { throw fault("an object has no class") }
            try push(try call(callee, graph.add(.tuple, Array(parts.dropFirst()))))
        case UInt8(ascii: "i"):   // INST
            let callee = try global(line(), line())
            try push(try call(callee, graph.add(.tuple, popToMark())))
        case UInt8(ascii: "b"):   // BUILD
            let state = try pop()
            if case .node(let index) = try top(), case .opaque = graph[index].kind { graph[index].state = state }

        case 0x82...0x84: throw fault("a class is named by a number that only its writer knows")
        case 0x97, 0x98: throw fault("a buffer stands outside of the file")
        case UInt8(ascii: "I"), UInt8(ascii: "L"), UInt8(ascii: "F"), UInt8(ascii: "S"), UInt8(ascii: "V"),
            UInt8(ascii: "g"), UInt8(ascii: "p"), UInt8(ascii: "P"):
            throw fault("an instruction of protocol 0 stands in a later one")
        default: throw fault("0x\(String(instruction, radix: 16)) is no instruction of a pickle")
        }
    }

    // MARK: - The stack

    /// Counts what is made, so that small files cannot make much.
    mutating func charge(_ count: Int) throws {
        guard graph.grow(by: count) else { throw fault("the pickle makes too many values") }
    }

    private mutating func push(_ value: PickleValue) throws {
        try charge(1)
        stack.append(value)
    }

    private mutating func pushNode(_ kind: PickleGraph.Kind, _ items: [PickleValue] = []) throws {
        try push(graph.add(kind, items))
    }

    private func top() throws -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.last else { throw fault("a value is missing") }
        return value
    }

    private mutating func pop() throws -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func popToMark() throws -> [PickleValue] {
        guard let mark = marks.popLast() else { throw fault("a mark is missing") }
        let values = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return values
    }

    private mutating func remember(_ number: Int) throws {
        try charge(1)
        memo[number] = try top()
    }

    private mutating func recall(_ number: Int) throws {
        guard let value = memo[number] else { throw fault("the value \(number) is recalled, but was never noted") }
        try push(value)
    }

    /// Adds to the collection on top. An opaque one (a dictionary of another class, say) keeps what it is given too.
    private mutating func extend(_ items: [PickleValue], inPairs: Bool = false) throws {
        guard !inPairs || items.count % 2 == 0 else { throw fault("a dictionary has a key without a value") }
        guard case .node(let index) = try top() else { throw fault("elements are given to a value that holds none") }
        switch graph[index].kind {
        case .list where !inPairs, .set where !inPairs, .dictionary where inPairs, .opaque:
            graph[index].items.append(contentsOf: items)
        default: throw fault("elements are given to a value that holds none of their kind")
        }
    }

    // MARK: - The bytes

    private mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
        guard count <= bytes.count - position else { throw fault("the pickle was cut") }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) throws -> Int {
        Int(Number(littleEndian: try take(MemoryLayout<Number>.size).loadUnaligned(as: Number.self)))
    }

    /// An unsigned number that is, unless it `mayExceed`, the length of something that follows.
    private mutating func length<Number: UnsignedInteger & FixedWidthInteger & BitwiseCopyable>(
        _: Number.Type, mayExceed: Bool = false
    ) throws -> Int {
        let raw = Number(littleEndian: try take(MemoryLayout<Number>.size).loadUnaligned(as: Number.self))
        guard let length = Int(exactly: raw), mayExceed || length <= bytes.count - position else {
            throw fault("the pickle was cut: \(raw) bytes should follow")
        }
        return length
    }

    /// Little-endian, two's complement; no bytes are zero.
    private func integer(_ bytes: UnsafeRawBufferPointer) -> PickleValue {
        guard bytes.count <= 8 else { return .hugeInteger(Array(bytes.prefix(16))) }
        let isNegative = (bytes.last ?? 0) & 0x80 != 0
        let bits = bytes.reversed().reduce(isNegative ? UInt64.max : 0) { $0 << 8 | UInt64($1) }
        return .integer(Int(Int64(bitPattern: bits)))
    }

    private mutating func pushText(_ count: Int) throws {
        guard count <= 1 << 24 else { throw fault("a text of \(count) bytes stands there") }
        try push(.text(String(decoding: try take(count), as: UTF8.self)))
    }

    private mutating func global(_ module: String, _ name: String) throws -> PickleValue {
        guard module.utf8.count <= 1024, name.utf8.count <= 1024 else { throw fault("a name is too long") }
        try charge(1 + (module.utf8.count + name.utf8.count) / 32)
        let name = "\(module).\(name)"
        if isHostile(name) { graph.noteUncalled(name) }   // handing it on is as bad as calling it
        return graph.add(.global(name))
    }

    private mutating func pushBytes(_ count: Int) throws {
        _ = try take(count)
        try push(.bytes)
    }

    /// A name and the line's end; names are not long.
    private mutating func line() throws -> String {
        let rest = bytes[position...].prefix(1024)
        guard let end = rest.firstIndex(of: 0x0A) else { throw fault("a name has no end") }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    func fault(_ what: String) -> CheckpointError {
        CheckpointError(
            "\(path) cannot be unpickled: before byte \(position), \(what); the file is damaged or was cut.")
    }
}
