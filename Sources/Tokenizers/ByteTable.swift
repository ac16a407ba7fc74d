/// Byte strings, numbered in the order they came in, found again by their bytes.
///
/// Swift's `String` compares by canonical equivalence: "é" and "e" + U+0301 would be one dictionary key. Vocabularies
/// know two. Hence bytes. One pool of bytes and open addressing: no allocation per entry and none per look-up.
struct ByteTable: Sendable {
    private var pool: [UInt8] = []
    private var ends: [Int] = [0]   // entry i is pool[ends[i] ..< ends[i + 1]]
    private var slots: [Int32]   // an entry's number, or -1; the count is a power of two
    /// Another one in each table, so that no file can be made whose entries all fall into one slot.
    private let seed = UInt64.random(in: 0 ... .max)
    /// Bytes of the longest entry.
    private(set) var longest = 0

    init(expecting count: Int = 0) {
        var size = 64
        while size < 2 * count { size *= 2 }
        slots = Array(repeating: -1, count: size)
    }

    var count: Int { ends.count - 1 }

    subscript(entry: Int) -> ArraySlice<UInt8> { pool[ends[entry]..<ends[entry + 1]] }

    func entry(of bytes: ArraySlice<UInt8>) -> Int? {
        bytes.count <= longest ? entryAndSlot(of: bytes).entry : nil
    }

    /// The entry of these bytes, new or old.
    mutating func insert(_ bytes: ArraySlice<UInt8>) -> Int {
        let (found, slot) = entryAndSlot(of: bytes)
        if let found { return found }
        let entry = count
        pool.append(contentsOf: bytes)
        ends.append(pool.count)
        slots[slot] = Int32(entry)
        longest = max(longest, bytes.count)
        if 2 * count > slots.count { grow() }
        return entry
    }

    private func entryAndSlot(of bytes: ArraySlice<UInt8>) -> (entry: Int?, slot: Int) {
        let mask = slots.count - 1
        var slot = slot(bytes.reduce(seed, Self.hash), mask)
        while slots[slot] >= 0 {
            let entry = Int(slots[slot])
            if equal(entry, bytes) { return (entry, slot) }
            slot = (slot + 1) & mask
        }
        return (nil, slot)
    }

    private func equal(_ entry: Int, _ bytes: ArraySlice<UInt8>) -> Bool {
        let start = ends[entry]
        guard ends[entry + 1] - start == bytes.count else { return false }
        for offset in 0..<bytes.count where pool[start + offset] != bytes[bytes.startIndex + offset] { return false }
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: 2 * slots.count)
        let mask = slots.count - 1
        for entry in 0..<count {
            var slot = slot(self[entry].reduce(seed, Self.hash), mask)
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(entry)
        }
    }

    /// FNV-1a, one byte further.
    private static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }

    /// The high bits folded into the low ones.
    private func slot(_ hash: UInt64, _ mask: Int) -> Int { Int(truncatingIfNeeded: hash ^ (hash >> 32)) & mask }

    /// Every entry that begins these bytes and ends where a scalar of UTF-8 does, the shortest first.
    /// O(longest entry): one hash grows along the bytes.
    func forEachPrefix(of bytes: ArraySlice<UInt8>, _ body: (_ entry: Int) -> Void) {
        forEachPrefix(of: bytes, longerThan: 0, body)
    }

    /// The longest entry that begins these bytes, is longer than `least`, and ends where a scalar of UTF-8 does.
    func longestPrefix(of bytes: ArraySlice<UInt8>, longerThan least: Int) -> Int? {
        var found: Int?
        forEachPrefix(of: bytes, longerThan: least) { found = $0 }
        return found
    }

    @inline(__always)
    private func forEachPrefix(of bytes: ArraySlice<UInt8>, longerThan least: Int, _ body: (_ entry: Int) -> Void) {
        let mask = slots.count - 1
        var hash = seed
        let end = min(bytes.endIndex, bytes.startIndex + longest)
        for index in bytes.startIndex..<end {
            hash = Self.hash(hash, bytes[index])
            let count = index + 1 - bytes.startIndex
            guard count > least, index + 1 == bytes.endIndex || bytes[index + 1] & 0xc0 != 0x80 else { continue }
            var slot = slot(hash, mask)
            while slots[slot] >= 0 {
                let entry = Int(slots[slot])
                if equal(entry, bytes[...index]) {
                    body(entry)
                    break
                }
                slot = (slot + 1) & mask
            }
        }
    }
}
