/// The room a C call gets for the text of its error.
struct ErrorText {
    private var bytes: [CChar]

    init(capacity: Int) { bytes = [CChar](repeating: 0, count: capacity) }

    mutating func fill<Result>(_ call: (UnsafeMutablePointer<CChar>?) -> Result) -> Result {
        bytes.withUnsafeMutableBufferPointer { call($0.baseAddress) }
    }

    /// The text, without the full stop that some libraries add.
    var string: String {
        let text = String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
