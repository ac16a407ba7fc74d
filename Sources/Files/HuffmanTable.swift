/// A canonical prefix code of DEFLATE as one look-up: the next bits give symbol and length.
struct HuffmanTable {
    private let width: Int
    /// symbol << 4 | length for each value of the next `width` bits; 0 where no code begins so.
    private let entries: [UInt16]

    /// - Parameter lengths: of each symbol's code; 0 for a symbol that does not occur.
    init(_ lengths: [Int]) throws(Inflate.Fault) {
        width = max(lengths.max() ?? 0, 1)
        var counts = [Int](repeating: 0, count: 17)
        for length in lengths where length > 0 { counts[length] += 1 }
        var (code, first) = (0, [Int](repeating: 0, count: 17))
        for length in 1...15 {
            code = (code + counts[length - 1]) << 1
            first[length] = code
            guard code + counts[length] <= 1 << length else {
                throw Inflate.Fault(reason: "a table of codes holds too many")
            }
        }
        var entries = [UInt16](repeating: 0, count: 1 << width)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            // Codes are written from their highest bit on, all else from the lowest.
            var (reversed, rest) = (0, first[length])
            first[length] += 1
            for _ in 0..<length { (reversed, rest) = (reversed << 1 | rest & 1, rest >> 1) }
            for place in stride(from: reversed, to: entries.count, by: 1 << length) {
                entries[place] = UInt16(symbol << 4 | length)
            }
        }
        self.entries = entries
    }

    func symbol(_ bits: inout BitReader) throws(Inflate.Fault) -> Int {
        let entry = entries[bits.peek(width)]
        guard entry != 0 else { throw Inflate.Fault(reason: "it holds a code that there is not") }
        try bits.drop(Int(entry & 15))
        return Int(entry >> 4)
    }

    /// The two codes before a block that brings its own.
    static func read(_ bits: inout BitReader) throws(Inflate.Fault) -> (literals: HuffmanTable, distances: HuffmanTable)
    {
        let (literals, distances) = (try bits.take(5) + 257, try bits.take(5) + 1)
        var lengths = [Int](repeating: 0, count: 19)
        let count = try bits.take(4) + 4
        for place in order.prefix(count) { lengths[place] = try bits.take(3) }
        let code = try HuffmanTable(lengths)
        var found: [Int] = []
        while found.count < literals + distances {
            let symbol = try code.symbol(&bits)
            switch symbol {
            case 16:
                guard let last = found.last else { throw Inflate.Fault(reason: "a table begins with a repetition") }
                found += [Int](repeating: last, count: 3 + (try bits.take(2)))
            case 17: found += [Int](repeating: 0, count: 3 + (try bits.take(3)))
            case 18: found += [Int](repeating: 0, count: 11 + (try bits.take(7)))
            default: found.append(symbol)
            }
        }
        guard found.count == literals + distances else { throw Inflate.Fault(reason: "a table is longer than it says") }
        return (try HuffmanTable(Array(found[..<literals])), try HuffmanTable(Array(found[literals...])))
    }

    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    static let fixedLiterals = made(
        [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112) + [Int](repeating: 7, count: 24)
            + [Int](repeating: 8, count: 8))
    static let fixedDistances = made([Int](repeating: 5, count: 30))

    /// A code of ours, which is sound.
    private static func made(_ lengths: [Int]) -> HuffmanTable {
        do { return try HuffmanTable(lengths) } catch { preconditionFailure(error.reason) }
    }

    /// Numbers that each stand for a range: where it begins, and how many bits tell the place within.
    static func steps(from start: Int, extra: [Int]) -> [(base: Int, extra: Int)] {
        var base = start
        return extra.map { bits in
            defer { base += 1 << bits }
            return (base, bits)
        }
    }
}
