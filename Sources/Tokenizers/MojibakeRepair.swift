/// Repairs text that was decoded wrongly ("cafÃ©" to "café"), as `ftfy.fix_encoding` 6.3.1 does it (Robyn Speer, Apache
/// License 2.0): while the text looks bad, it is encoded as it was wrongly decoded, and decoded as UTF-8.
enum MojibakeRepair {
    typealias Scalars = [Unicode.Scalar]

    static func repair(_ text: Scalars) -> Scalars { repair(text, depth: 0) }

    private static func repair(_ text: Scalars, depth: Int) -> Scalars {
        var text = text
        // Each repair shortens the text or leaves fewer controls: the bound is for files made to hurt.
        for _ in 0..<TextRepair.mostRounds {
            let next = step(text, depth)
            if next == text { break }
            text = next
        }
        return text
    }

    private static func step(_ text: Scalars, _ depth: Int) -> Scalars {
        guard text.contains(where: { $0.value >= 0x80 }), MojibakeSigns.areIn(text[...]) else { return text }
        for encoding in SingleByteEncoding.all {
            guard var bytes = encoding.encode(text) else { continue }
            if encoding.name != "macroman" { bytes = BytePatterns.withBlanksRestored(bytes) }
            if encoding.isLoose { bytes = BytePatterns.withLossesMarked(bytes) }
            if let fixed = BytePatterns.decode(bytes) { return fixed }
        }
        let fixed = repairPieces(text, depth)
        return fixed != text ? fixed : withoutControls(text)
    }

    /// C1 controls, which nobody means, are Windows-1252's characters.
    static func withoutControls(_ text: Scalars) -> Scalars {
        text.map { (0x80...0x9f).contains($0.value) ? SingleByteEncoding.windows1252.scalars[Int($0.value)] : $0 }
    }

    /// Repairs runs of what looks like UTF-8 by themselves, where the whole text is in no one encoding.
    private static func repairPieces(_ text: Scalars, _ depth: Int) -> Scalars {
        let classes = text.map(MojibakeSigns.classes(of:))
        func sequence(_ start: Int) -> Int? {
            for (first, count) in [(MojibakeSigns.Classes.firstOfTwo, 2), (.firstOfThree, 3), (.firstOfFour, 4)]
            where classes[start].contains(first) {
                guard start + count <= text.count else { return nil }
                return classes[start + 1..<start + count].allSatisfy { $0.contains(.continuation) }
                    ? start + count : nil
            }
            return nil
        }
        var result: Scalars = []
        var index = 0
        while index < text.count {
            let follows = index > 0 && classes[index - 1].contains(.strictContinuation)
            guard !follows, var end = sequence(index) else {
                result.append(text[index])
                index += 1
                continue
            }
            while end < text.count, let next = sequence(end) { end = next }
            let piece = text[index..<end]
            let isPart = piece.count < text.count && depth < TextRepair.mostRounds && MojibakeSigns.areIn(piece)
            result += isPart ? repair(Array(piece), depth: depth + 1) : Array(piece)
            index = end
        }
        return result
    }
}

/// Bytes that are almost UTF-8.
enum BytePatterns {
    private static func find(_ ranges: [ClosedRange<UInt8>], _ bytes: [UInt8], _ start: Int) -> Bool {
        guard start + ranges.count <= bytes.count else { return false }
        for (offset, range) in ranges.enumerated() where !range.contains(bytes[start + offset]) { return false }
        return true
    }

    /// A pattern written as in "c3 20" or "e2-e3 20 80-84,86-9f": the choices of each byte, multiplied out.
    private static func patterns(_ list: String) -> [[ClosedRange<UInt8>]] {
        list.split(separator: "|").flatMap { pattern -> [[ClosedRange<UInt8>]] in
            pattern.split(separator: " ").reduce([[]]) { found, choices in
                choices.split(separator: ",").flatMap { choice -> [[ClosedRange<UInt8>]] in
                    let ends = choice.split(separator: "-").compactMap { UInt8($0, radix: 16) }
                    guard let first = ends.first, let last = ends.last, first <= last else { return [] }
                    return found.map { $0 + [first...last] }
                }
            }
        }
    }

    /// Sequences whose byte 0xA0 someone took for a blank.
    private static let blanks = patterns(
        "c2,c3,c5,ce,d0,d9 20|e2-e3 20 80-84,86-9f,a1-bf|e0-e3 80-84,86-9f,a1-bf 20|f0 20 80-bf 80-bf|f0 80-bf 20 80-bf"
            + "|f0 80-bf 80-bf 20")

    static func withBlanksRestored(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.indices.contains(where: { start in blanks.contains { find($0, bytes, start) } }) else {
            return bytes
        }
        // "Ã la" is "à la", but for Portuguese words.
        var spaced: [UInt8] = []
        let words = [" ", "quele", "quela", "quilo", "s "].map { Array($0.utf8) }
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0xc3, index + 1 < bytes.count, bytes[index + 1] == 0x20,
                !words.contains(where: { bytes[(index + 2)...].starts(with: $0) })
            {
                spaced += [0xc3, 0xa0, 0x20]
                index += 2
            } else {
                spaced.append(bytes[index])
                index += 1
            }
        }
        return replace(blanks, spaced) { $0.map { $0 == 0x20 ? 0xa0 : $0 } }
    }

    /// Sequences of which a part was lost.
    private static let losses = patterns(
        "c2-df 1a|c2-c3 3f|ed a0-af 1a,3f ed b0-bf 1a,3f,80-bf|ed a0-af 1a,3f,80-bf ed b0-bf 1a,3f|e0-ef 1a,3f 1a,80-bf"
            + "|e0-ef 1a,80-bf 1a,3f|f0-f4 1a,3f 1a,80-bf 1a,80-bf|f0-f4 1a,80-bf 1a,3f 1a,80-bf"
            + "|f0-f4 1a,80-bf 1a,80-bf 1a,3f|1a")

    static func withLossesMarked(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 == 0x1a || $0 == 0x3f }) else { return bytes }
        return replace(losses, bytes) { _ in [0xef, 0xbf, 0xbd] }
    }

    private static func replace(
        _ patterns: [[ClosedRange<UInt8>]], _ bytes: [UInt8], _ change: (ArraySlice<UInt8>) -> [UInt8]
    ) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] != 0x1a, bytes[index] < 0xc2 {
                result.append(bytes[index])
                index += 1
            } else if let pattern = patterns.first(where: { find($0, bytes, index) }) {
                result += change(bytes[index..<index + pattern.count])
                index += pattern.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// UTF-8, strictly, but for surrogates in pairs and NUL in two bytes, as Java writes them; nil where it is none.
    static func decode(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: [0xc0, 0x80]) {
                result.append("\0")
                index += 2
            } else if find(pair, bytes, index) {
                func bits(_ place: Int, _ mask: UInt8) -> UInt32 { UInt32(bytes[index + place] & mask) }
                let value = bits(1, 0x0f) << 16 | bits(2, 0x3f) << 10 | bits(4, 0x0f) << 6 | bits(5, 0x3f)
                guard let scalar = Unicode.Scalar(0x10000 + value) else { return nil }
                result.append(scalar)
                index += 6
            } else {
                guard let (scalar, count) = scalar(bytes, index) else { return nil }
                result.append(scalar)
                index += count
            }
        }
        return result
    }

    private static let pair: [ClosedRange<UInt8>] = [
        0xed...0xed, 0xa0...0xaf, 0x80...0xbf, 0xed...0xed, 0xb0...0xbf, 0x80...0xbf,
    ]

    private static func scalar(_ bytes: [UInt8], _ start: Int) -> (Unicode.Scalar, Int)? {
        let first = bytes[start]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let (count, least): (Int, UInt32) =
            switch first {
            case 0xc2...0xdf: (2, 0x80)
            case 0xe0...0xef: (3, 0x800)
            case 0xf0...0xf4: (4, 0x10000)
            default: (0, 0)
            }
        guard count > 0, start + count <= bytes.count else { return nil }
        var value = UInt32(first) & (0x7f >> UInt32(count))
        for byte in bytes[start + 1..<start + count] {
            guard byte & 0xc0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3f)
        }
        guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
        return (scalar, count)
    }
}
