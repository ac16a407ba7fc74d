import SynTensors
import TestSupport
import Testing

/// Normally distributed numbers that depend on the name alone.
func numbers(_ count: Int, _ name: String, deviation: Float = 1) -> [Float] {
    var stream = RandomStream(seed: 19, purpose: name)
    return (0..<count).map { _ in stream.normal() * deviation }
}

/// The same, rounded to bfloat16.
func shortNumbers(_ count: Int, _ name: String, deviation: Float = 1) -> [Float] {
    numbers(count, name, deviation: deviation).map(roundedToBFloat16)
}

func roundedToBFloat16(_ x: Float) -> Float { Float(bitPattern: UInt32(bfloat16(x)) << 16) }

/// Prints how far the kernel is from what is expected, and judges.
func expectClose(
    _ actual: [Float], _ expected: [Float], within tolerance: Double, _ what: String,
    at location: SourceLocation = #_sourceLocation
) {
    let closeness = Closeness(actual, expected)
    print("\(what): \(closeness)")
    #expect(closeness.within(tolerance), "\(what): \(closeness)", sourceLocation: location)
}

/// Every number is the expected one, bit for bit.
func expectSame(
    _ actual: [Float], _ expected: [Float], _ what: String, at location: SourceLocation = #_sourceLocation
) {
    let differing = zip(actual, expected).enumerated().filter { $1.0.bitPattern != $1.1.bitPattern }
    #expect(
        actual.count == expected.count && differing.isEmpty, "\(what): \(differing.prefix(3))", sourceLocation: location
    )
}
