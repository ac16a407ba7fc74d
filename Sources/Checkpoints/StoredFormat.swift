/// How one element of a stored tensor is written, by its name in safetensors files.
///
/// Only some can be read into tensors; the others are known so that a file that holds one can be opened
/// and its remaining tensors used.
enum StoredFormat: String, Sendable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint64 = "U64"
    case uint32 = "U32"
    case uint16 = "U16"
    case uint8 = "U8"
    case bool = "BOOL"
    case float8E4M3 = "F8_E4M3"
    case float8E5M2 = "F8_E5M2"
    case float8E8M0 = "F8_E8M0"
    case float8E4M3FNUZ = "F8_E4M3FNUZ"
    case float8E5M2FNUZ = "F8_E5M2FNUZ"
    case float6E2M3 = "F6_E2M3"
    case float6E3M2 = "F6_E3M2"
    case float4 = "F4"
    case complex64 = "C64"
    case complex128 = "C128"

    /// Bits of one element. Those of less than eight stand without gaps between them.
    var bits: Int {
        switch self {
        case .complex128: 128
        case .float64, .int64, .uint64, .complex64: 64
        case .float32, .int32, .uint32: 32
        case .float16, .bfloat16, .int16, .uint16: 16
        case .int8, .uint8, .bool, .float8E4M3, .float8E5M2, .float8E8M0, .float8E4M3FNUZ, .float8E5M2FNUZ: 8
        case .float6E2M3, .float6E3M2: 6
        case .float4: 4
        }
    }

    /// Bytes of one element, of those that fill bytes: all that PyTorch's own files have.
    var width: Int { max(bits / 8, 1) }

    /// How many bytes so many elements fill; nil when the last is not full, or there are too many.
    func byteCount(of elements: Int) -> Int? {
        if bits >= 8 {
            let (bytes, isTooMuch) = elements.multipliedReportingOverflow(by: width)
            return isTooMuch ? nil : bytes
        }
        let (bits, isTooMuch) = elements.multipliedReportingOverflow(by: bits)
        return isTooMuch || bits % 8 != 0 ? nil : bits / 8
    }

    var isFloating: Bool { [.float64, .float32, .float16, .bfloat16].contains(self) }
}

// MARK: - Sixteen-bit floats

/// IEEE binary16 bits to Float32, exactly; subnormal numbers, infinities and NaN included.
func widened(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7FFF)
    if magnitude >= 0x7C00 {   // infinity or NaN: the exponent becomes all ones
        return Float(bitPattern: sign | 0x7F80_0000 | (magnitude & 0x3FF) << 13)
    }
    // Read as Float32 the exponent is too small by 112; multiplying by 2^112 also normalises subnormals.
    let shifted = Float(bitPattern: magnitude << 13) * 0x1p112
    return Float(bitPattern: shifted.bitPattern | sign)
}

/// Float32 to IEEE binary16 bits, to nearest, ties to even; too large values become infinite.
func halfBits(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let magnitude = value.magnitude
    if magnitude.isNaN { return sign | 0x7E00 }
    if magnitude >= 65520 { return sign | 0x7C00 }   // half way beyond the largest, 65504
    if magnitude < 0x1p-14 {   // subnormal: a count of 2^-24, which the sum rounds
        return sign | UInt16(truncatingIfNeeded: (magnitude + 0.5).bitPattern &- Float(0.5).bitPattern)
    }
    let bits = magnitude.bitPattern &- (112 << 23)
    return sign | UInt16(truncatingIfNeeded: (bits &+ 0xFFF &+ (bits >> 13 & 1)) >> 13)
}

/// Float32 to bfloat16 bits, to nearest, ties to even.
func bfloat16Bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
}

func widened(bfloat16 bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
