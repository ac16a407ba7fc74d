/// SHA-1 (FIPS 180-4, section 6.1), which git names its files by.
package struct SHA1: CompressionFunction {
    package private(set) var words: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    private var schedule = [UInt32](repeating: 0, count: 80)

    package init() {}

    package mutating func compress(_ block: UnsafeRawBufferPointer) {
        func turned(_ word: UInt32, _ count: UInt32) -> UInt32 { word &<< count | word &>> (32 - count) }
        schedule.withUnsafeMutableBufferPointer { w in
            for t in 0..<16 {
                w[t] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * t, as: UInt32.self))
            }
            for t in 16..<80 { w[t] = turned(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1) }
        }
        var (a, b, c, d, e) = (words[0], words[1], words[2], words[3], words[4])
        for t in 0..<80 {
            let (mixed, constant): (UInt32, UInt32) =
                switch t {
                case ..<20: (b & c ^ ~b & d, 0x5a82_7999)
                case ..<40: (b ^ c ^ d, 0x6ed9_eba1)
                case ..<60: (b & c ^ b & d ^ c & d, 0x8f1b_bcdc)
                default: (b ^ c ^ d, 0xca62_c1d6)
                }
            let next = turned(a, 5) &+ mixed &+ e &+ constant &+ schedule[t]
            (e, d, c, b, a) = (d, c, turned(b, 30), a, next)
        }
        for (index, word) in [a, b, c, d, e].enumerated() { words[index] &+= word }
    }
}
