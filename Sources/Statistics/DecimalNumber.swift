/// A number as tables have it: `22`, `-3.5`, `.5`, `1e-3`; nil for anything else.
///
/// Swift also takes `0x10` for 16, `0x1p3` for 8, and `nan` and `inf` for what they say; no program that writes tables
/// means that, and the reference programs refuse it.
package func decimalNumber(_ text: String) -> Double? {
    let isPlain = text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }
    guard isPlain, let value = Double(text), value.isFinite else { return nil }
    return value
}
