/// Reads the JSON of a safetensors header, strictly and on bytes.
///
/// Foundation's parsers keep one of two equal keys without a word and order nothing; here a repeated name must be
/// seen. Only what a header may hold is understood: objects, strings, lists of non-negative integers, and a null where
/// asked for.
struct HeaderScanner {
    private let bytes: UnsafeRawBufferPointer
    private let path: String
    private var position = 0

    /// `bytes` must outlive the scanner.
    init(_ bytes: UnsafeRawBufferPointer, path: String) {
        self.bytes = bytes
        self.path = path
    }

    /// One object; `member` reads the value that belongs to each key.
    mutating func readObject(_ member: (_ key: String, _ scanner: inout HeaderScanner) throws -> Void) throws {
        try expect("{")
        if take("}") { return }
        repeat {
            let key = try readString()
            try expect(":")
            try member(key, &self)
        } while take(",")
        try expect("}")
    }

    mutating func readIntegers() throws -> [Int] {
        try expect("[")
        if take("]") { return [] }
        var numbers: [Int] = []
        repeat { numbers.append(try readInteger()) } while take(",")
        try expect("]")
        return numbers
    }

    /// Whether a null stands next; it is then behind.
    mutating func takeNull() -> Bool {
        skipSpace()
        guard bytes[position...].starts(with: "null".utf8) else { return false }
        position += 4
        return true
    }

    private mutating func readInteger() throws -> Int {
        skipSpace()
        let start = position
        var number = 0
        while position < bytes.count, case 0x30...0x39 = bytes[position] {
            let (tenfold, first) = number.multipliedReportingOverflow(by: 10)
            let (sum, second) = tenfold.addingReportingOverflow(Int(bytes[position] - 0x30))
            guard !first, !second else { throw fault("a number is too large") }
            number = sum
            position += 1
        }
        guard position > start else { throw fault("a whole number is expected") }
        return number
    }

    mutating func readString() throws -> String {
        try expect("\"")
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw fault("a name is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): text.append(contentsOf: try readEscape())
            case 0..<0x20: throw fault("a control character stands in a string")
            default: text.append(byte)
            }
        }
        throw fault("a string has no end")
    }

    private mutating func readEscape() throws -> [UInt8] {
        guard position < bytes.count else { throw fault("a string has no end") }
        defer { position += 1 }
        switch bytes[position] {
        case UInt8(ascii: "\""): return [0x22]
        case UInt8(ascii: "\\"): return [0x5C]
        case UInt8(ascii: "/"): return [0x2F]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var unit = try readUnit()
            if unit & 0xFC00 == 0xD800 {   // the first of a pair: the second must follow
                guard position + 2 < bytes.count, bytes[position + 1] == UInt8(ascii: "\\"),
                    bytes[position + 2] == UInt8(ascii: "u")
                else { throw fault("half a surrogate pair") }
                position += 2
                let second = try readUnit()
                guard second & 0xFC00 == 0xDC00 else { throw fault("half a surrogate pair") }
                unit = 0x10000 + (unit & 0x3FF) << 10 + (second & 0x3FF)
            }
            guard let scalar = Unicode.Scalar(unit) else { throw fault("half a surrogate pair") }
            return Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw fault("an unknown escape")
        }
    }

    /// The four digits after `\u`, leaving the position on the last of them.
    private mutating func readUnit() throws -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            position += 1
            guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw fault("an escape without four digits")
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// Nothing but spaces, which writers use to align the data, may follow.
    mutating func expectEnd() throws {
        skipSpace()
        guard position == bytes.count else { throw fault("something follows the end") }
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard take(character) else { throw fault("\(character) is expected") }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private func fault(_ what: String) -> CheckpointError {
        CheckpointError("\(path) is not a safetensors file or is damaged: at byte \(position) of its header, \(what).")
    }
}
