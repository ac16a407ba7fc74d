import Foundation

/// A stream of random numbers that depends on nothing but its name: a run's seed, a purpose and an index.
///
/// Every sample, portrait and dropout mask has its own stream, so batch size, order, resuming and the
/// number of workers cannot change a result. Philox-like in spirit, simpler in form: SplitMix64 started at
/// a hash of the name (Steele, Lea and Flood 2014). Not for secrets.
package struct RandomStream: RandomNumberGenerator, Sendable {
    private var state: UInt64
    private var spareNormal: Float?

    package init(seed: UInt64, purpose: String, index: Int = 0) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        state = Self.mixed(seed &+ Self.mixed(hash &+ Self.mixed(UInt64(bitPattern: Int64(index)))))
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    package mutating func next() -> UInt64 {
        defer { state &+= 0x9e37_79b9_7f4a_7c15 }
        return Self.mixed(state)
    }

    /// As if `next` had been called so many times.
    package mutating func skip(_ count: Int) { state &+= UInt64(count) &* 0x9e37_79b9_7f4a_7c15 }

    /// Uniform in [0, 1), in steps of 2⁻²⁴.
    package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// Uniform in [0, 1), in steps of 2⁻⁵³.
    package mutating func uniformDouble() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in `0..<bound`, without bias.
    package mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// Standard normal, by Box and Muller.
    package mutating func normal() -> Float {
        if let spare = spareNormal {
            spareNormal = nil
            return spare
        }
        let radius = (-2 * log(1 - uniformDouble())).squareRoot()
        let angle = 2 * Double.pi * uniformDouble()
        spareNormal = Float(radius * sin(angle))
        return Float(radius * cos(angle))
    }

    /// `0..<count` in random order.
    package mutating func permutation(_ count: Int) -> [Int] { Array(0..<count).shuffled(using: &self) }
}

extension Tensor {
    /// Normally distributed elements.
    package static func normal(
        _ shape: [Int], mean: Float = 0, deviation: Float = 1, _ stream: inout RandomStream
    ) -> Tensor {
        Tensor(shape: shape) { out in
            for i in out.indices { out[i] = mean + deviation * stream.normal() }
        }
    }

    /// Elements uniform in [-bound, bound).
    package static func uniform(_ shape: [Int], bound: Float, _ stream: inout RandomStream) -> Tensor {
        Tensor(shape: shape) { out in
            for i in out.indices { out[i] = (2 * stream.uniform() - 1) * bound }
        }
    }
}
