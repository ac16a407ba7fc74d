/// A small, fast, seedable source of random bits: SplitMix64 (Steele, Lea and Flood 2014).
///
/// For resampling, where the same seed must give the same answer on every machine and in every release; the
/// derived draws below are therefore ours and not the standard library's. Not for secrets.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension RandomNumberGenerator {
    /// A whole number from 0 up to, not including, `bound`; every one exactly equally likely (Lemire 2019).
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0)
        let range = UInt64(bound)
        let unfair = (0 &- range) % range   // 2⁶⁴ mod bound
        while true {
            let (high, low) = next().multipliedFullWidth(by: range)
            if low >= unfair { return Int(high) }
        }
    }
}
