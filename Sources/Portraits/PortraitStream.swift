/// A stream of random numbers that belongs to one portrait and one purpose.
///
/// SplitMix64 (Steele, Lea, Flood 2014) started from a hash of (seed, index, purpose), so that any portrait
/// can be had without drawing those before it, and adding a draw for one purpose moves no other.
struct PortraitStream: RandomNumberGenerator, Sendable {
    enum Purpose: UInt64 {
        case attributes = 1
        case variation, captions, shapes
    }

    private var state: UInt64

    init(seed: UInt64, index: Int, purpose: Purpose) {
        let place = Self.scramble(UInt64(bitPattern: Int64(index)) &+ 0x9E37_79B9_7F4A_7C15)
        state = Self.scramble(Self.scramble(seed) ^ place &* 0xD134_2543_DE82_EF95 ^ purpose.rawValue << 56)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.scramble(state)
    }

    /// Uniform in [0, 1), 24 bits.
    mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// Uniform between two numbers.
    mutating func between(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }

    /// Bell-shaped around 0, standard deviation 1, never beyond ±3.5: the sum of four uniforms.
    mutating func bell() -> Float {
        (uniform() + uniform() + uniform() + uniform() - 2) * 1.732_050_8
    }

    /// True with the given probability.
    mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

    /// A whole number in 0 ..< count.
    mutating func below(_ count: Int) -> Int {
        precondition(count > 0, "Nothing to choose from.")
        return Int(((next() >> 32) &* UInt64(count)) >> 32)
    }

    /// One element, uniformly.
    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    private static func scramble(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
