/// Entities of HTML 5 (`&amp;`, `&#233;`, `&copy` without semicolon) to characters, as Python's `html.unescape` does
/// it.
enum HTMLEntities {
    private struct Entity {
        let scalars: [Unicode.Scalar]
        let needsSemicolon: Bool
    }

    /// By name, without ampersand and semicolon.
    private static let named: [String: Entity] = {
        var named: [String: Entity] = [:]
        for entry in HTMLEntityNames.all.split(whereSeparator: \.isWhitespace) {
            let parts = entry.split(separator: "=")
            let isLegacy = parts[0].last == "*"
            named[String(isLegacy ? parts[0].dropLast() : parts[0])] = Entity(
                scalars: parts[1].split(separator: "+").compactMap {
                    UInt32($0, radix: 16).flatMap(Unicode.Scalar.init)
                },
                needsSemicolon: !isLegacy)
        }
        return named
    }()

    static func unescape(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains("&") else { return text }
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == "&", let (scalars, end) = reference(text, index + 1) {
                result += scalars
                index = end
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    /// What the reference behind an ampersand means, and where it ends; nil if there is none.
    private static func reference(_ text: [Unicode.Scalar], _ start: Int) -> (scalars: [Unicode.Scalar], end: Int)? {
        guard start < text.count else { return nil }
        if text[start] == "#" {
            guard let (number, end) = number(text, start + 1) else { return nil }
            return (character(number), end < text.count && text[end] == ";" ? end + 1 : end)
        }
        // At most 32 scalars, then perhaps a semicolon: the whole name, or else the longest that begins it.
        var end = start
        while end < text.count, end - start < 32, !endsNames(text[end]) { end += 1 }
        let name = String(String.UnicodeScalarView(text[start..<end]))
        if end < text.count, text[end] == ";", let entity = named[name] { return (entity.scalars, end + 1) }
        while end > start + 1 {
            let name = String(String.UnicodeScalarView(text[start..<end]))
            if let entity = named[name], !entity.needsSemicolon { return (entity.scalars, end) }
            end -= 1
        }
        return nil
    }

    private static func endsNames(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\t", "\n", "\u{c}", " ", "<", "&", "#", ";": true
        default: false
        }
    }

    /// Digits, or "x" and hexadecimal ones; numbers beyond Unicode stay there.
    private static func number(_ text: [Unicode.Scalar], _ start: Int) -> (value: UInt32, end: Int)? {
        let isHexadecimal = start < text.count && (text[start] == "x" || text[start] == "X")
        let first = isHexadecimal ? start + 1 : start
        var end = first
        var value: UInt32 = 0
        while end < text.count, let digit = text[end].isASCII ? Character(text[end]).hexDigitValue : nil,
            isHexadecimal || digit < 10
        {
            value = min(value * (isHexadecimal ? 16 : 10) + UInt32(digit), 0x110000)
            end += 1
        }
        return end > first ? (value, end) : nil
    }

    /// Numbers 0x80 to 0x9F are Windows-1252's; what is no character of text is dropped.
    private static func character(_ number: UInt32) -> [Unicode.Scalar] {
        switch number {
        case 0: return ["\u{fffd}"]
        case 0x0d: return ["\r"]
        case 0x80...0x9f: return [SingleByteEncoding.windows1252.scalars[Int(number)]]
        case 0x01...0x08, 0x0b, 0x0e...0x1f, 0x7f, 0xfdd0...0xfdef: return []
        case 0x110000...: return ["\u{fffd}"]
        case _ where number & 0xfffe == 0xfffe: return []
        default: return [Unicode.Scalar(number) ?? "\u{fffd}"]
        }
    }

    // MARK: As ftfy does it

    /// Only references with semicolons, and names in capitals too (`&EACUTE;`); "this&not that" stays.
    static func unescapeCertain(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains("&") else { return text }
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard text[index] == "&", let end = semicolon(text, index + 1) else {
                result.append(text[index])
                index += 1
                continue
            }
            result += certain(Array(text[index..<end]))
            index = end
        }
        return result
    }

    /// Behind the semicolon of `#?[0-9A-Za-z]{1,24};`.
    private static func semicolon(_ text: [Unicode.Scalar], _ start: Int) -> Int? {
        let first = start < text.count && text[start] == "#" ? start + 1 : start
        var end = first
        while end < text.count, end - first < 24, text[end].isASCIILetter || ("0"..."9").contains(text[end]) {
            end += 1
        }
        return end > first && end < text.count && text[end] == ";" ? end + 1 : nil
    }

    private static func certain(_ reference: [Unicode.Scalar]) -> [Unicode.Scalar] {
        if reference[1] == "#" {
            let character = unescape(reference)
            return character.contains(";") ? reference : character
        }
        let name = String(String.UnicodeScalarView(reference[1..<reference.count - 1]))
        if let entity = named[name] { return entity.scalars }
        // In capitals, where those have no meaning of their own.
        guard name == name.uppercased(), let entity = named[name.lowercased()], unescape(reference) == reference else {
            return reference
        }
        return entity.scalars.flatMap { Array($0.properties.uppercaseMapping.unicodeScalars) }
    }
}

extension Unicode.Scalar {
    var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
}
