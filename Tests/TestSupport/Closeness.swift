// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// How far two arrays are from each other: what a parity test prints and judges.
public struct Closeness: CustomStringConvertible, Sendable {
    /// Largest |actual − expected|.
    public var largestAbsolute: Double = 0
    /// Largest |actual − expected| divided by the largest |expected|: an error relative to the array's scale.
    public var relativeToScale: Double = 0
    public var sameCount = true
    public var finite = true

    public init(_ actual: [Float], _ expected: [Float]) {
        self.init(actual.map(Double.init), expected.map(Double.init))
    }

    public init(_ actual: [Double], _ expected: [Double]) {
        sameCount = actual.count == expected.count
        finite = actual.allSatisfy(\.isFinite)
        for (a, e) in zip(actual, expected) { largestAbsolute = max(largestAbsolute, abs(a - e)) }
        let scale = expected.lazy.map(abs).max() ?? 0
        relativeToScale = scale > 0 ? largestAbsolute / scale : largestAbsolute
    }

    public func within(_ tolerance: Double) -> Bool { sameCount && finite && relativeToScale <= tolerance }

    public var description: String {
        "largest error \(largestAbsolute), relative to scale \(relativeToScale)"
            + (sameCount ? "" : ", different lengths") + (finite ? "" : ", not finite")
    }
}

/// ‖a − b‖ / ‖b‖; infinite where a number is none.
public func relativeError(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count else { return .infinity }
    var (difference, size) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
        difference += Double(x - y) * Double(x - y)
        size += Double(y) * Double(y)
    }
    let error = (difference / size).squareRoot()
    return error.isNaN ? .infinity : error
}
