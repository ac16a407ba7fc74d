/// McNemar's test (1947) of two answerers of the same questions: of the questions that one alone got right, did either
/// get more than chance would give?
///
/// Exact, by the binomial distribution, as `statsmodels.stats.contingency_tables.mcnemar(exact=True)`.
package struct McNemar: Sendable, Equatable {
    /// Questions that only the first, and only the second, answered rightly.
    package let onlyFirst: Int
    package let onlySecond: Int
    /// Two-sided; 1 where they never differ.
    package let p: Double

    package init(first: [Bool], second: [Bool]) throws(StatisticsError) {
        guard first.count == second.count else { throw .unpaired(first: first.count, second: second.count) }
        self.init(
            onlyFirst: zip(first, second).count { $0 && !$1 }, onlySecond: zip(first, second).count { !$0 && $1 })
    }

    package init(onlyFirst: Int, onlySecond: Int) {
        (self.onlyFirst, self.onlySecond) = (onlyFirst, onlySecond)
        let (total, less) = (onlyFirst + onlySecond, min(onlyFirst, onlySecond))
        // Terms relative to the middle of the distribution, each from its neighbour, so that nothing overflows.
        var (term, tail, whole) = (1.0, 0.0, 0.0)
        let middle = total / 2
        for k in stride(from: middle, through: 0, by: -1) {
            if k <= less { tail += term }
            whole += term * (total - k == k ? 1 : 2)   // the other half by symmetry
            term *= Double(k) / Double(total - k + 1)
        }
        p = total == 0 ? 1 : min(1, 2 * tail / whole)
    }
}
