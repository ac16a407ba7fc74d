import Foundation

/// Reads JSON from bytes, in the order of the file, without building what nobody asked for.
///
/// A vocabulary of 50,000 pieces goes straight into its table. Strings stay bytes: two keys that are canonically
/// equivalent stay two keys, which Foundation's dictionaries would merge.
struct JSONScanner {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private var values = 0
    let file: String

    /// What trees may hold in one file: bounds the memory they take.
    private static let mostValues = 10_000_000

    init(file url: URL) throws {
        self.init(bytes: try FileBytes.read(url), file: url.lastPathComponent)
    }

    init(bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    /// What is wrong, and in which line.
    func problem(_ what: String) -> TokenizerError {
        let line = 1 + bytes.prefix(position).count { $0 == 0x0a }
        return TokenizerError("\(file), line \(line): \(what)")
    }

    // MARK: Structure

    /// Calls `body` at the value of each member; `body` must consume that value.
    mutating func members(_ body: (inout JSONScanner, [UInt8]) throws -> Void) throws {
        try enter(UInt8(ascii: "{"), "an object")
        if take(UInt8(ascii: "}")) { return leave() }
        var key: [UInt8] = []
        repeat {
            try string(into: &key)
            guard take(UInt8(ascii: ":")) else { throw problem("a colon is missing after a key.") }
            try body(&self, key)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw problem("an object is not closed; is the file complete?") }
        leave()
    }

    /// Calls `body` at each element; `body` must consume it.
    mutating func elements(_ body: (inout JSONScanner) throws -> Void) throws {
        try enter(UInt8(ascii: "["), "a list")
        if take(UInt8(ascii: "]")) { return leave() }
        repeat { try body(&self) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw problem("a list is not closed; is the file complete?") }
        leave()
    }

    /// The next byte that is not blank, not consumed; nil at the end.
    mutating func peek() -> UInt8? {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            default: return bytes[position]
            }
        }
        return nil
    }

    mutating func finish() throws {
        if peek() != nil { throw problem("something follows the end of the JSON value.") }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func enter(_ byte: UInt8, _ what: String) throws {
        guard take(byte) else { throw problem("\(what) was expected here; is the file complete?") }
        depth += 1
        if depth > 100 { throw problem("values are nested more than 100 deep.") }
    }

    private mutating func leave() { depth -= 1 }

    // MARK: Values

    /// Reads a string's UTF-8 into `result`, replacing what was there.
    mutating func string(into result: inout [UInt8]) throws {
        guard take(UInt8(ascii: "\"")) else { throw problem("a string was expected here; is the file complete?") }
        result.removeAll(keepingCapacity: true)
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try escape(into: &result)
            case 0..<0x20: throw problem("a string holds a control character that is not escaped.")
            default: result.append(byte)
            }
        }
        throw problem("a string is not closed; is the file complete?")
    }

    private mutating func escape(into result: inout [UInt8]) throws {
        guard position < bytes.count else { throw problem("the file ends inside a string.") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "n"): result.append(0x0a)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "r"): result.append(0x0d)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0c)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
        case UInt8(ascii: "u"):
            var value = try hexadecimals()
            if (0xd800..<0xdc00).contains(value), bytes[position...].starts(with: [0x5c, 0x75]) {
                position += 2
                let low = try hexadecimals()
                guard (0xdc00..<0xe000).contains(low) else { throw problem("a \\u escape is half a pair.") }
                value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw problem("a \\u escape is half a pair.") }
            result.append(scalar)
        default: throw problem("a string holds an escape JSON does not know.")
        }
    }

    private mutating func hexadecimals() throws -> UInt32 {
        guard position + 4 <= bytes.count,
            let text = String(validating: bytes[position..<position + 4], as: UTF8.self),
            text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16)
        else { throw problem("a \\u escape needs four hexadecimal digits.") }
        position += 4
        return value
    }

    /// A number; also `NaN`, `Infinity` and `-Infinity`, as Python writes them.
    mutating func number() throws -> Double {
        _ = peek()
        for (word, value) in [("NaN", Double.nan), ("Infinity", .infinity), ("-Infinity", -.infinity)]
        where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        let start = position
        while position < bytes.count, "+-.0123456789eE".utf8.contains(bytes[position]) { position += 1 }
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw problem("a value was expected here; is the file complete?")
        }
        return value
    }

    /// An id: a whole number from 0 to 2²⁴.
    mutating func id() throws -> Int32 {
        let value = try number()
        guard value >= 0, value < Double(Vocabulary.largestID), value == value.rounded() else {
            throw problem("\(value) is no token id.")
        }
        return Int32(value)
    }

    /// Whatever comes next, as a tree.
    mutating func value() throws -> JSONValue {
        values += 1
        if values > Self.mostValues { throw problem("more than \(Self.mostValues) settings are no tokenizer's.") }
        switch peek() {
        case UInt8(ascii: "{"):
            var members: [(key: String, value: JSONValue)] = []
            try self.members { scanner, key in
                members.append((String(decoding: key, as: UTF8.self), try scanner.value()))
            }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try self.elements { elements.append(try $0.value()) }
            return .array(elements)
        case UInt8(ascii: "\""):
            var bytes: [UInt8] = []
            try string(into: &bytes)
            return .string(String(decoding: bytes, as: UTF8.self))
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw problem("a value was expected here.") }
        position += word.utf8.count
        return value
    }
}

/// A small JSON tree: settings, never vocabularies.
enum JSONValue: Sendable {
    case null, bool(Bool), number(Double), string(String), array([JSONValue])
    case object([(key: String, value: JSONValue)])

    /// A member of an object; nil if it is absent or null.
    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self, let value = members.last(where: { $0.key == key })?.value else {
            return nil
        }
        if case .null = value { return nil }
        return value
    }

    var string: String? { if case .string(let value) = self { value } else { nil } }
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    var members: [(key: String, value: JSONValue)]? { if case .object(let value) = self { value } else { nil } }
    var number: Double? { if case .number(let value) = self { value } else { nil } }
    var isNull: Bool { if case .null = self { true } else { false } }

    /// A whole number that an `Int32` holds.
    var integer: Int? {
        guard case .number(let value) = self, value == value.rounded(), abs(value) <= 2_147_483_647 else { return nil }
        return Int(value)
    }

    /// For messages: a short value as it is written, of long ones only the kind.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): integer.map { "\($0)" } ?? "\(value)"
        case .string(let value): value.utf8.count <= 40 ? "\"\(value)\"" : "a long text"
        case .array: "a list"
        case .object: "an object"
        }
    }

    static func read(_ url: URL) throws -> JSONValue {
        var scanner = JSONScanner(bytes: try FileBytes.read(url), file: url.lastPathComponent)
        let value = try scanner.value()
        try scanner.finish()
        return value
    }
}
