/// Which two pieces become which third, and which merge was learned first. Open addressing over pairs of ids.
struct MergeTable: Sendable {
    struct Merge: Sendable {
        let rank, result: Int32
    }

    private static let free = UInt64.max   // no pair of ids, which are not negative
    private var keys = [UInt64](repeating: free, count: 64)   // the left id in the high half
    private var merges = [Merge](repeating: Merge(rank: 0, result: 0), count: 64)
    private var count = 0
    private var rank: Int32 = 0
    /// Odd, and another one in each table, so that no file can be made whose pairs all fall into one slot.
    private let multiplier = UInt64.random(in: 0 ... .max) | 1

    subscript(left: Int32, right: Int32) -> Merge? {
        let slot = slot(of: Self.key(left, right))
        return keys[slot] == Self.free ? nil : merges[slot]
    }

    /// Adds a merge learned after all before it; a pair given twice keeps the later place.
    mutating func insert(_ left: Int32, _ right: Int32, _ result: Int32) {
        place(Self.key(left, right), Merge(rank: rank, result: result))
        rank += 1
        if 2 * count > keys.count { grow() }
    }

    private mutating func place(_ key: UInt64, _ merge: Merge) {
        let slot = slot(of: key)
        if keys[slot] == Self.free { count += 1 }
        keys[slot] = key
        merges[slot] = merge
    }

    private mutating func grow() {
        let old = zip(keys, merges).filter { $0.0 != Self.free }
        keys = Array(repeating: Self.free, count: 2 * keys.count)
        merges = Array(repeating: Merge(rank: 0, result: 0), count: keys.count)
        count = 0
        for (key, merge) in old { place(key, merge) }
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    private func slot(of key: UInt64) -> Int {
        let mask = keys.count - 1
        var slot = Int(truncatingIfNeeded: (key &* multiplier) >> 32) & mask
        while keys[slot] != key && keys[slot] != Self.free { slot = (slot + 1) & mask }
        return slot
    }
}
