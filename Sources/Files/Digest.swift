/// One of the SHA functions (FIPS 180-4): what it does with a block of 64 bytes.
package protocol CompressionFunction: Sendable {
    init()
    /// The state, from which the hash is read at the end.
    var words: [UInt32] { get }
    mutating func compress(_ block: UnsafeRawBufferPointer)
}

/// A hash of bytes that arrive in pieces. It guards against mistakes and broken transfers.
package struct Digest<Function: CompressionFunction>: Sendable {
    private var function = Function()
    private var pending: [UInt8] = []
    private var byteCount: UInt64 = 0

    package init() {}

    /// Appends raw bytes; how they are cut into pieces does not matter.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        byteCount &+= UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let wanted = min(64 - pending.count, rest.count)
            pending += rest.prefix(wanted)
            rest = rest.dropFirst(wanted)
            guard pending.count == 64 else { return }
            let block = pending
            block.withUnsafeBytes { function.compress($0) }
            pending.removeAll(keepingCapacity: true)
        }
        while rest.count >= 64 {
            function.compress(UnsafeRawBufferPointer(rebasing: rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        pending += rest
    }

    package mutating func add(_ text: String) {
        Array(text.utf8).withUnsafeBytes { add($0) }
    }

    /// The hash of everything added so far, in hexadecimal digits; more may be added afterwards.
    package var hexadecimal: String {
        var closed = self
        var ending: [UInt8] = [0x80]
        let used = (Int(byteCount % 64) + 1) % 64
        ending += [UInt8](repeating: 0, count: used <= 56 ? 56 - used : 120 - used)
        withUnsafeBytes(of: (byteCount &* 8).bigEndian) { ending += $0 }
        ending.withUnsafeBytes { closed.add($0) }
        return closed.function.words.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }
}
