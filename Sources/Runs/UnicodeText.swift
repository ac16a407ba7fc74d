/// The bytes of a text file as UTF-8, whichever of Unicode's encodings they are stored in.
///
/// UTF-8 is the rule, with a mark or without; UTF-16 is known by its mark, or without one by what its bytes can be
/// alone: valid UTF-16 in one of the two orders, every character of it assigned, and no plausible UTF-8.
package struct UnicodeText {
    /// Not yet looked whether this is valid.
    package let utf8: ArraySlice<UInt8>
    /// What was taken without being told; nil where nothing was.
    package let remark: String?

    private enum Order: String {
        case little = "UTF-16LE"
        case big = "UTF-16BE"
    }

    package init(_ bytes: [UInt8], source: String) throws {
        for (mark, what, advice) in Self.strangers where bytes.starts(with: mark) {
            throw UserError(.badData, "\(source) is \(what), not text; \(advice)")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            (utf8, remark) = (bytes.dropFirst(3), nil)
        } else if bytes.starts(with: [0xFF, 0xFE]) {
            (utf8, remark) = (try Self.marked(bytes.dropFirst(2), .little, source)[...], nil)
        } else if bytes.starts(with: [0xFE, 0xFF]) {
            (utf8, remark) = (try Self.marked(bytes.dropFirst(2), .big, source)[...], nil)
        } else if let (text, order) = Self.guessed(bytes) {
            (utf8, remark) = (
                Array(text.utf8)[...], "\(source) has no byte-order mark and was read as \(order.rawValue)"
            )
        } else {
            (utf8, remark) = (bytes[...], nil)
        }
    }

    /// What begins like this is no text in an encoding that is read here.
    private static let strangers: [(mark: [UInt8], what: String, advice: String)] = [
        ([0xFF, 0xFE, 0, 0], "UTF-32", "convert it with: iconv -f UTF-32 -t UTF-8"),
        ([0, 0, 0xFE, 0xFF], "UTF-32", "convert it with: iconv -f UTF-32 -t UTF-8"),
        ([0x1F, 0x8B], "packed by gzip", "unpack it with: gunzip"),
        ([0x50, 0x4B, 3, 4], "a zip archive or an office document", "save it as plain text"),
    ]

    private static func units(_ bytes: ArraySlice<UInt8>, _ order: Order) -> [UInt16] {
        let bytes = Array(bytes)
        return stride(from: 0, to: bytes.count - 1, by: 2).map { i in
            let (first, second) = (UInt16(bytes[i]), UInt16(bytes[i + 1]))
            return order == .little ? second << 8 | first : first << 8 | second
        }
    }

    private static func marked(_ bytes: ArraySlice<UInt8>, _ order: Order, _ source: String) throws -> [UInt8] {
        let units = units(bytes, order)
        guard bytes.count % 2 == 0, let text = String(validating: units, as: UTF16.self) else {
            throw UserError(
                .badData,
                "\(source) begins with the mark of \(order.rawValue), but "
                    + "\(bytes.count % 2 == 0 ? "holds half a character" : "ends in the middle of one"); is it whole?"
            )
        }
        return Array(text.utf8)
    }

    /// UTF-16 without its mark. Where Latin letters prevail, every other byte is zero; elsewhere the zero bytes of line
    /// ends and blanks tell the order, and the bytes are no text in UTF-8.
    private static func guessed(_ bytes: [UInt8]) -> (String, Order)? {
        guard bytes.count >= 2, bytes.count % 2 == 0, bytes.contains(0) else { return nil }
        let found = [Order.little, .big].map { order in
            let units = units(bytes[...], order)
            return (order: order, units: units, plain: units.count { isPlain($0) })
        }
        guard let best = found.max(by: { $0.plain < $1.plain }), best.plain > 0,
            let text = String(validating: best.units, as: UTF16.self),
            text.unicodeScalars.allSatisfy({ isText($0) })
        else { return nil }
        let isMostlyPlain = best.plain * 5 >= best.units.count * 2
        let isNoUTF8 =
            String(validating: bytes, as: UTF8.self) == nil
            || bytes.contains { $0 != 0 && $0 < 0x20 && ![9, 10, 13].contains($0) }
        return isMostlyPlain || isNoUTF8 ? (text, best.order) : nil
    }

    private static func isPlain(_ unit: UInt16) -> Bool {
        (0x20..<0x7F).contains(unit) || unit == 9 || unit == 10 || unit == 13
    }

    private static func isText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control: scalar == "\n" || scalar == "\r" || scalar == "\t"
        case .unassigned, .privateUse, .surrogate: false
        default: true
        }
    }
}
