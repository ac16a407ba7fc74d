/// A running sum that carries its own rounding error along (Neumaier 1974).
///
/// The result is as good as if the additions had been made in twice the precision and rounded once,
/// whatever the order of the terms.
struct CompensatedSum {
    private var sum = 0.0
    private var lost = 0.0

    mutating func add(_ term: Double) {
        let next = sum + term
        lost += abs(sum) >= abs(term) ? (sum - next) + term : (term - next) + sum
        sum = next
    }

    var value: Double { sum + lost }

    /// The sum as an unevaluated pair: the nearest Double and what it leaves out.
    var parts: (value: Double, rest: Double) { (value, lost - (value - sum)) }
}

extension Sequence where Element == Double {
    /// The compensated sum of the elements.
    func compensatedSum() -> Double {
        var sum = CompensatedSum()
        for term in self { sum.add(term) }
        return sum.value
    }
}
