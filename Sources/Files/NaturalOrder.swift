/// Names as people sort them: runs of digits as numbers, letters whatever their case.
///
/// `img_9` stands before `IMG_11`. Names that differ in case or in leading zeros only are in the order of their bytes,
/// so that the same names always have the same order.
package struct NaturalOrder: Comparable, Sendable {
    package let name: String
    private let parts: [Part]

    private enum Part: Equatable, Sendable {
        case text(Unicode.Scalar)
        /// Without leading zeros.
        case number(String.UnicodeScalarView)

        static func == (a: Part, b: Part) -> Bool {
            switch (a, b) {
            case (.text(let a), .text(let b)): a == b
            case (.number(let a), .number(let b)): a.elementsEqual(b)
            default: false
            }
        }

        func precedes(_ other: Part) -> Bool {
            switch (self, other) {
            case (.text(let a), .text(let b)): a < b
            case (.number(let a), .number(let b)):
                a.count != b.count ? a.count < b.count : a.lexicographicallyPrecedes(b)
            case (.number(let a), .text(let b)): (a.first ?? "0") < b
            case (.text(let a), .number(let b)): a < (b.first ?? "0")
            }
        }
    }

    package init(_ name: String) {
        self.name = name
        var parts: [Part] = []
        var digits: String.UnicodeScalarView?
        for scalar in name.unicodeScalars {
            if ("0"..."9").contains(scalar) {
                if digits?.count == 1, digits?.first == "0" { digits = nil }
                digits = (digits ?? .init()) + [scalar]
                continue
            }
            if let number = digits { parts.append(.number(number)) }
            digits = nil
            parts += scalar.properties.lowercaseMapping.unicodeScalars.map { .text($0) }
        }
        if let number = digits { parts.append(.number(number)) }
        self.parts = parts
    }

    /// Whether only case or leading zeros tell them apart.
    package func isAlike(_ other: NaturalOrder) -> Bool { parts == other.parts }

    package static func < (a: NaturalOrder, b: NaturalOrder) -> Bool {
        for (one, other) in zip(a.parts, b.parts) where one != other { return one.precedes(other) }
        if a.parts.count != b.parts.count { return a.parts.count < b.parts.count }
        return a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
    }

    package static func == (a: NaturalOrder, b: NaturalOrder) -> Bool { a.name.utf8.elementsEqual(b.name.utf8) }
}
