/// Some ranks that do one piece of work together, each of them calling the same in the same order.
package struct Crew: Sendable {
    private let ranks: Ranks
    package let members: Range<Int>

    package init(_ ranks: Ranks, _ members: Range<Int>) { (self.ranks, self.members) = (ranks, members) }

    package var count: Int { members.count }
    /// Which of the members this process is, from 0.
    package var place: Int { ranks.number - members.lowerBound }
    package var isLed: Bool { place == 0 }

    /// What each member gave, in their order; the same for all.
    package func gather(_ bytes: [UInt8]) -> [[UInt8]] {
        for rank in members where rank != ranks.number { ranks.send(bytes, to: rank, .crew) }
        return members.map { $0 == ranks.number ? bytes : ranks.wait(from: $0, .crew) }
    }

    package func gather<Number: BitwiseCopyable>(_ numbers: [Number]) -> [[Number]] {
        gather(Self.bytes(numbers)).map(Self.numbers)
    }

    /// Waits until all are here.
    package func meet() { _ = gather([]) }

    /// What the first member says; the others' bytes are not asked for.
    package func fromFirst(_ bytes: @autoclosure () throws -> [UInt8]) rethrows -> [UInt8] {
        guard isLed else { return ranks.wait(from: members.lowerBound, .crew) }
        let bytes = try bytes()
        for rank in members.dropFirst() { ranks.send(bytes, to: rank, .crew) }
        return bytes
    }

    /// The sum of `total` vectors of one length, added in their order, the first one first, however many members there
    /// are: the same to the bit. Part p lies with member p mod count.
    ///
    /// Every member adds a slice: it gets that slice of every part and gives everybody its sum. So one member sends its
    /// own parts once and a vector once, as in any all-reduce that leaves the order open.
    ///
    /// - Parameters:
    ///   - own: this member's parts, in their order.
    ///   - length: of each.
    package func sum(_ own: [[Float]], of total: Int, length: Int) -> [Float] {
        let slices = (0..<count).map { length * $0 / count..<length * ($0 + 1) / count }
        func packed(_ slice: Range<Int>) -> [Float] {
            var all: [Float] = []
            all.reserveCapacity(slice.count * own.count)
            for part in own { all += part[slice] }
            return all
        }
        for (member, rank) in members.enumerated() where member != place {
            ranks.send(Self.bytes(packed(slices[member])), to: rank, .crew)
        }
        let mine = slices[place]
        let given: [[Float]] = members.enumerated().map { member, rank in
            member == place ? packed(mine) : Self.numbers(ranks.wait(from: rank, .crew))
        }
        // The first is taken as it is: 0 + number would lose the sign of a zero.
        var sum = Array(given[0].prefix(mine.count))
        sum.withUnsafeMutableBufferPointer { sum in
            for part in 1..<max(total, 1) {
                given[part % count].withUnsafeBufferPointer { numbers in
                    let start = part / count * mine.count
                    for place in 0..<mine.count { sum[place] += numbers[start + place] }
                }
            }
        }
        return gather(sum).flatMap(\.self)
    }

    private static func bytes<Number: BitwiseCopyable>(_ numbers: [Number]) -> [UInt8] {
        numbers.withUnsafeBytes { Array($0) }
    }

    private static func numbers<Number: BitwiseCopyable>(_ bytes: [UInt8]) -> [Number] {
        let count = bytes.count / MemoryLayout<Number>.stride
        return Array(unsafeUninitializedCapacity: count) { numbers, initialised in
            UnsafeMutableRawBufferPointer(numbers).copyBytes(from: bytes.prefix(count * MemoryLayout<Number>.stride))
            initialised = count
        }
    }
}
