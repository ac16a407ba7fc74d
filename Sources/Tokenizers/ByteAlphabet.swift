/// GPT-2's alphabet: 256 printable scalars, one for each byte, so that a vocabulary file is readable text.
///
/// Printable bytes of Latin-1 stand for themselves; the other 68, in order, are U+0100 and up: a blank is "Ġ".
enum ByteAlphabet {
    static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0...255).map { (byte: UInt8) in
            switch byte {
            case 0x21...0x7e, 0xa1...0xac, 0xae...0xff: return Unicode.Scalar(byte)
            default:
                defer { next += 1 }
                return Unicode.Scalar(next) ?? "\u{fffd}"
            }
        }
    }()

    /// The order in which GPT-2 and CLIP number their bytes: those that stand for themselves, then the others.
    static let numbered: [Unicode.Scalar] = scalars.sorted { $0.value < $1.value }

    static func spell(_ text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for scalar in text {
            if scalar.value < 0x80 {
                result.append(scalars[Int(scalar.value)])
            } else {
                for byte in scalar.utf8 { result.append(scalars[Int(byte)]) }
            }
        }
        return result
    }
}
