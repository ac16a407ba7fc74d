/// An encoding with one byte for each character, loose as ftfy has them: bytes without meaning are Latin-1's controls,
/// and U+FFFD is byte 0x1A where a piece was lost.
struct SingleByteEncoding: Sendable {
    let name: String
    /// By byte.
    let scalars: [Unicode.Scalar]
    let isLoose: Bool
    private let bytes: [Unicode.Scalar: UInt8]

    /// In the order in which they are tried.
    static let all: [SingleByteEncoding] = MojibakeTables.encodings.map { SingleByteEncoding($0.name, $0.scalars) }

    static let windows1252 = all.first { $0.name == "sloppy-windows-1252" } ?? all[0]

    private init(_ name: String, _ upper: String) {
        self.name = name
        isLoose = name.hasPrefix("sloppy")
        var scalars = (UInt8(0)..<128).map { Unicode.Scalar($0) } + MojibakeTables.list(upper)
        if isLoose { scalars[0x1a] = "\u{fffd}" }
        self.scalars = scalars
        bytes = Dictionary(zip(scalars, UInt8(0)...255), uniquingKeysWith: { first, _ in first })
    }

    /// Nil where a scalar is none of this encoding.
    func encode(_ text: some Sequence<Unicode.Scalar>) -> [UInt8]? {
        var result: [UInt8] = []
        for scalar in text {
            guard let byte = bytes[scalar] else { return nil }
            result.append(byte)
        }
        return result
    }
}

extension MojibakeTables {
    /// The scalars of one of the tables, in its order.
    static func list(_ table: String) -> [Unicode.Scalar] {
        table.split(whereSeparator: \.isWhitespace).flatMap { run -> [Unicode.Scalar] in
            let ends = run.split(separator: "-").compactMap { UInt32($0, radix: 16) }
            guard let first = ends.first, let last = ends.last, first <= last else { return [] }
            return (first...last).compactMap(Unicode.Scalar.init)
        }
    }
}
