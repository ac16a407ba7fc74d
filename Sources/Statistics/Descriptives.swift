/// What a handful of numbers looks like: count, centre and spread.
///
/// Sums are compensated and the spread is taken about the mean in a second pass, so a large common offset
/// costs no digits.
package struct Descriptives: Equatable, Sendable {
    package let count: Int
    package let mean: Double
    /// The middle value, or the mean of the two middle values.
    package let median: Double
    package let minimum: Double
    package let maximum: Double
    /// √(Σ(x − mean)² / n): the spread of these numbers themselves.
    package let populationDeviation: Double
    /// √(Σ(x − mean)² / (n − 1)), the estimate for the population they were drawn from; nil for one value.
    package let sampleDeviation: Double?

    package init(_ values: [Double]) throws(StatisticsError) {
        try requireFinite(values, atLeast: 1, for: "A mean")
        let squares = sumOfSquaredDeviations(values)
        let n = Double(values.count)
        count = values.count
        mean = meanOf(values)
        let ordered = values.sorted()
        median = interpolatedQuantile(ofSorted: ordered, 0.5)
        minimum = ordered[0]
        maximum = ordered[ordered.count - 1]
        populationDeviation = (squares / n).squareRoot()
        sampleDeviation = values.count > 1 ? (squares / (n - 1)).squareRoot() : nil
    }
}

/// What a t-test needs to know of a group: mean, sample standard deviation and count.
package struct Summary: Equatable, Sendable, Codable {
    package var mean: Double
    /// The sample standard deviation (divisor n − 1).
    package var deviation: Double
    package var count: Int
    /// What rounding took from `mean` when it was computed from values.
    private var rest = 0.0

    private enum CodingKeys: String, CodingKey {
        case mean, deviation, count
    }

    package init(mean: Double, deviation: Double, count: Int) {
        self.mean = mean
        self.deviation = deviation
        self.count = count
    }

    /// The summary of individual values; at least two, since one value has no sample deviation.
    package init(_ values: [Double], for what: String = "A sample standard deviation") throws(StatisticsError) {
        try requireFinite(values, atLeast: 2, for: what)
        (mean, rest) = meanParts(values)
        deviation = (sumOfSquaredDeviations(values) / Double(values.count - 1)).squareRoot()
        count = values.count
    }

    /// s² / n, the squared standard error of the mean.
    var squaredError: Double { deviation * deviation / Double(count) }

    /// The difference of means, to the last digit even where both are large and close.
    func difference(from other: Summary) -> Double { (mean - other.mean) + (rest - other.rest) }

    func difference(from reference: Double) -> Double { (mean - reference) + rest }

    /// Refuses negative spreads, counts below two and values that are not finite.
    func validated(for what: String) throws(StatisticsError) {
        guard count >= 2 else { throw .tooFew(what: what, needed: 2, found: count) }
        guard mean.isFinite else { throw .outOfRange(what: "A group's mean", value: mean, range: "finite") }
        guard deviation.isFinite, deviation >= 0 else {
            throw .outOfRange(what: "A standard deviation", value: deviation, range: "finite and not negative")
        }
    }
}

func meanOf(_ values: [Double]) -> Double { meanParts(values).mean }

/// The mean as an unevaluated pair: the nearest Double and what it leaves out. The difference of two means of a
/// million, a thousandth apart, needs the second.
func meanParts(_ values: [Double]) -> (mean: Double, rest: Double) {
    var sum = CompensatedSum()
    for value in values { sum.add(value) }
    let (total, rest) = sum.parts
    let n = Double(values.count)
    let mean = total / n
    return (mean, (total.addingProduct(-mean, n) + rest) / n)
}

/// Σ(x − mean)², corrected for what rounding left in the mean.
func sumOfSquaredDeviations(_ values: [Double]) -> Double {
    let mean = meanOf(values)
    let squares = values.lazy.map { ($0 - mean) * ($0 - mean) }.compensatedSum()
    let remainder = values.lazy.map { $0 - mean }.compensatedSum()
    return max(0, squares - remainder * remainder / Double(values.count))
}

/// The quantile of ordered values by linear interpolation between neighbours (NumPy's default, Hyndman and
/// Fan's type 7).
package func interpolatedQuantile(ofSorted values: [Double], _ p: Double) -> Double {
    let place = p * Double(values.count - 1)
    let below = min(values.count - 1, max(0, Int(place)))
    let above = min(values.count - 1, below + 1)
    return values[below] + (place - Double(below)) * (values[above] - values[below])
}
