import CSynKernels
import Foundation
import SynTensors
import Testing

/// Numbers for the kernels' tests, and where the kernels write.
protocol KernelSuite {}

extension KernelSuite {
    /// The kernels of every class that this processor can run, from the one that all belong to upwards.
    static var tables: [kernel_table] {
        (KERNELS_GENERIC.rawValue...KERNELS_AMX.rawValue)
            .compactMap { kernels_of_class(kernel_class($0))?.pointee }
    }

    static func numbers(_ count: Int, _ purpose: String) -> [Float] {
        var stream = RandomStream(seed: 12, purpose: purpose)
        return Tensor.normal([count], &stream).floats
    }

    static func rounded(_ count: Int, _ purpose: String) -> [UInt16] {
        numbers(count, purpose).map { UInt16($0.bitPattern >> 16) }
    }

    static func wide(_ numbers: [UInt16]) -> [Float] { numbers.map { Float(bitPattern: UInt32($0) << 16) } }

    static func doubles(_ numbers: [Float]) -> [Double] { numbers.map(Double.init) }

    static func doubles(_ numbers: [UInt16]) -> [Double] { doubles(wide(numbers)) }

    /// What a kernel writes into `count` floats.
    static func floats(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, made in
            buffer.initialize(repeating: .nan)
            if let base = buffer.baseAddress { body(base) }
            made = count
        }
    }

    static func shorts(_ count: Int, _ body: (UnsafeMutablePointer<UInt16>) -> Void) -> [Float] {
        wide(
            [UInt16](unsafeUninitializedCapacity: count) { buffer, made in
                buffer.initialize(repeating: 0x7fff)
                if let base = buffer.baseAddress { body(base) }
                made = count
            })
    }

    /// Room for a kernel, at a cache line.
    static func withRoom<Result>(_ bytes: Int, _ body: (UnsafeMutableRawPointer) -> Result) -> Result {
        let room = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
        defer { room.deallocate() }
        return body(room)
    }

    /// Expects every number of every class's kernel within what the arithmetic allows, and prints the largest error.
    static func expectWithin(
        _ expected: [Bounded], _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ run: (kernel_table) -> [Float]?
    ) {
        for table in tables {
            guard let found = run(table) else { continue }
            let name = "\(what), \(String(cString: table.name))"
            #expect(found.count == expected.count, "\(name): count", sourceLocation: sourceLocation)
            let errors = zip(found, expected).map { abs(Double($0) - $1.value) }
            let shares = zip(errors, expected).map { $0 == 0 ? 0 : $0 / $1.bound }
            let (error, share) = (errors.max() ?? 0, shares.max() ?? 0)
            print("\(name): largest error \(error), \(share) of what the arithmetic allows")
            let isWithin = shares.allSatisfy { $0 <= 1 }   // false for what is not a number
            #expect(isWithin, "\(name): \(error), \(share) of the bound", sourceLocation: sourceLocation)
        }
    }
}

/// A number computed in double precision, and how far the same arithmetic in a kernel's type can be from it: each
/// operation is off by at most `unit` of its result (Higham 2002, "Accuracy and Stability of Numerical Algorithms",
/// section 3.1).
struct Bounded: Sendable {
    let value: Double
    let bound: Double

    /// Of Float32, of bfloat16: half the distance from 1 to the next number.
    static let unit = 0x1p-24, narrowUnit = 0x1p-8

    /// Roundings on the way of one term through a row's sum of `count`: sixteen partial sums, then those.
    static func depth(_ count: Int) -> Double { Double((count + 15) / 16 + 4) }

    init(_ value: Double, within bound: Double) { (self.value, self.bound) = (value, bound + 0x1p-126) }

    /// The same, rounded to bfloat16 once more.
    var narrowed: Bounded { Bounded(value, within: bound + Self.narrowUnit * (abs(value) + bound)) }

    /// The same after one more operation whose other number is exact.
    static func + (a: Bounded, b: Double) -> Bounded {
        Bounded(a.value + b, within: a.bound + unit * (abs(a.value + b) + a.bound))
    }

    static func * (a: Bounded, b: Double) -> Bounded {
        Bounded(a.value * b, within: a.bound * abs(b) + unit * (abs(a.value) + a.bound) * abs(b))
    }

    /// e to the power of this: within two units in the last place (four of `unit`) of what was rounded on the way in.
    var exponential: Bounded {
        let power = exp(value)
        return Bounded(power, within: power * (exp(bound) * (1 + 4 * Self.unit) - 1))
    }

    /// GELU; the distribution function is within 7.5e-8 of the truth by its formula, and rounded.
    var gelu: Bounded {
        let (cdf, error) = Self.normal(value)
        return Bounded(value * cdf, within: 1.13 * bound + abs(value) * error + Self.unit * abs(value * cdf))
    }

    /// x · σ(1.702 x), whose slope is at most 1.1.
    var quickGELU: Bounded {
        let y = value / (1 + exp(-1.702 * value))
        return Bounded(y, within: 1.1 * bound + abs(y) * (2 * 1.702 * abs(value) + 7) * Self.unit)
    }

    /// The normal distribution function, and how far the kernels' is from it: Abramowitz and Stegun 7.1.26 is within
    /// 1.5e-7 of erfc, of which it is half; its terms add up to at most 4.5 and are rounded some twelve times.
    static func normal(_ x: Double) -> (cdf: Double, error: Double) {
        let power = exp(-x * x / 2), t = 1 / (1 + 0.3275911 * abs(x) / 2.0.squareRoot())
        let terms = t * (0.2548 + t * (0.2845 + t * (1.4214 + t * (1.4532 + t * 1.0614))))
        let rounding = power / 2 * terms * (12 + 2 * x * x) * unit
        return (erfc(-x / 2.0.squareRoot()) / 2, 7.5e-8 + rounding + unit)
    }
}
