import Foundation

/// JSON as Python's `json` module reads it: with `NaN` and `Infinity`, and of equal keys the last one's value.
///
/// Foundation's decoder refuses the former and takes the first of the latter. What is read here is handed to it in
/// plain JSON: whole numbers without a fraction however they were written (12.0), and a number that is none as a text,
/// so that it disturbs nobody but whoever wants it.
struct PythonJSON {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    /// What is written for a number that is none; it becomes a text.
    static let numberWords = ["NaN", "Infinity", "-Infinity"]

    /// What a file holds: dictionaries, lists, texts, `Int`, `Double`, `Bool` and `NSNull`.
    static func content(of data: Data) throws -> Any {
        var reader = PythonJSON(bytes: [UInt8](data))
        let value = try reader.value()
        reader.skipSpace()
        guard reader.position == reader.bytes.count else { throw reader.fault("something follows the end") }
        return value
    }

    /// Plain JSON of such content.
    static func plain(_ content: Any) throws -> Data {
        try JSONSerialization.data(withJSONObject: content, options: .fragmentsAllowed)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func value() throws -> Any {
        skipSpace()
        guard position < bytes.count else { throw fault("a value is missing") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try nested { try $0.object() }
        case UInt8(ascii: "["): return try nested { try $0.list() }
        case UInt8(ascii: "\""): return try text()
        default:
            for (word, value) in Self.words where take(word) { return value }
            return try number()
        }
    }

    private static var words: [(String, Any)] {
        let plain: [(String, Any)] = [("true", true), ("false", false), ("null", NSNull())]
        return plain + numberWords.map { ($0, $0 as Any) }
    }

    private mutating func nested(_ read: (inout PythonJSON) throws -> Any) throws -> Any {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 100 else { throw fault("more than 100 lists or objects stand in one another") }
        position += 1
        return try read(&self)
    }

    private mutating func object() throws -> Any {
        var found: [String: Any] = [:]
        skipSpace()
        if take("}") { return found }
        while true {
            skipSpace()
            let key = try text()
            skipSpace()
            guard take(":") else { throw fault("a colon is missing") }
            found[key] = try value()
            skipSpace()
            if take("}") { return found }
            guard take(",") else { throw fault("a comma is missing") }
        }
    }

    private mutating func list() throws -> Any {
        var found: [Any] = []
        skipSpace()
        if take("]") { return found }
        while true {
            found.append(try value())
            skipSpace()
            if take("]") { return found }
            guard take(",") else { throw fault("a comma is missing") }
        }
    }

    /// Foundation's decoder knows the escapes; where a string ends is found here.
    private mutating func text() throws -> String {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw fault("a text is missing") }
        let start = position
        var isPlain = true
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            isPlain = isPlain && bytes[position] != UInt8(ascii: "\\")
            guard bytes[position] >= 0x20 else { throw fault("a control character stands in a text") }
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < bytes.count else { throw fault("a text has no end") }
        position += 1
        if isPlain, let text = String(validating: bytes[start + 1..<position - 1], as: UTF8.self) { return text }
        guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<position])) else {
            throw fault("a text has an unknown escape or is not UTF-8")
        }
        return text
    }

    private mutating func number() throws -> Any {
        let start = position
        while position < bytes.count, "+-.eE0123456789".utf8.contains(bytes[position]) { position += 1 }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        guard word.wholeMatch(of: #/-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/#) != nil, let number = Double(word)
        else {
            throw fault("no value stands there")
        }
        if let whole = Int(word) ?? Int(exactly: number) { return whole }
        return number.isFinite ? number : word.hasPrefix("-") ? "-Infinity" : "Infinity"
    }

    private mutating func take(_ word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private func fault(_ what: String) -> ModelError {
        ModelError("this is not JSON: at byte \(position), \(what).")
    }
}
