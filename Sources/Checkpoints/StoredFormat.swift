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
    case complex64 = "C64"
    case complex128 = "C128"

    /// Bytes of one element.
    var width: Int {
        switch self {
        case .complex128: 16
        case .float64, .int64, .uint64, .complex64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool, .float8E4M3, .float8E5M2: 1
        }
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
