/// The permutation test of a difference of means: how often would labels dealt out at random give a difference
/// as large as the observed one?
///
/// What is dealt out is a *unit*: a single score, or a whole encoder with all its seeds. Units of one
/// encoder must move together, because its seeds were never free to belong to different styles. It assumes
/// only that, without an effect, the units could have carried any labels.
///
/// Two-sided p is twice the smaller one-sided p, at most 1, as in `scipy.stats.permutation_test`.
package struct PermutationTest: Equatable, Sendable {
    package enum Method: String, Codable, Sendable {
        /// Every assignment was tried; p is a proportion.
        case exact
        /// Random assignments; p = (b + 1) / (n + 1), which counts the observed one and is never zero.
        case monteCarlo = "monte-carlo"
    }

    /// Mean of the first group's scores − mean of the second's.
    package let difference: Double
    package let p: Double
    package let alternative: Alternative
    package let method: Method
    /// The number of assignments tried: all there are, or the random draws.
    package let assignments: Int
    /// The smallest p this design can give: with 4 against 4 units no result is below 2/70.
    package let smallestP: Double

    /// Deals out single scores.
    ///
    /// - Parameters:
    ///   - limit: up to so many assignments all are tried (C(24, 12) = 2,704,156 takes well under a second).
    ///   - draws: random assignments where there are more.
    ///   - generator: their source; untouched by an exact test.
    package init(
        _ a: [Double], _ b: [Double], alternative: Alternative = .twoSided, limit: Int = 3_000_000,
        draws: Int = 99_999, using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) {
        try self.init(
            units: a.map { [$0] }, b.map { [$0] }, alternative: alternative, limit: limit, draws: draws,
            using: &generator)
    }

    /// Deals out whole units, each a list of scores that stay together. A group's mean is over its scores.
    package init(
        units a: [[Double]], _ b: [[Double]], alternative: Alternative = .twoSided, limit: Int = 3_000_000,
        draws: Int = 99_999, using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) {
        guard !a.isEmpty, !b.isEmpty else {
            throw .tooFew(what: "A permutation test", needed: 1, found: 0)
        }
        for unit in a + b { try requireFinite(unit, atLeast: 1, for: "A permutation test") }
        guard draws > 0 else { throw .outOfRange(what: "The number of draws", value: Double(draws), range: "positive") }
        let deck = Deck(a, b)
        let possible = binomial(a.count + b.count, a.count)
        var tally = Tally(observed: deck.observed, tolerance: deck.tolerance)
        if possible <= Double(limit) {
            deck.everyHand(of: a.count) { tally.count($0) }
            method = .exact
        } else {
            for _ in 0..<draws { tally.count(deck.randomHand(of: a.count, using: &generator)) }
            method = .monteCarlo
        }
        difference = meanOf(a.flatMap(\.self)) - meanOf(b.flatMap(\.self))
        assignments = tally.total
        self.alternative = alternative
        let own = method == .monteCarlo ? 1.0 : 0.0   // the observed assignment, not among the draws
        let total = Double(tally.total) + own
        let less = (Double(tally.atMost) + own) / total
        let greater = (Double(tally.atLeast) + own) / total
        let sides = alternative == .twoSided ? 2.0 : 1.0
        p =
            switch alternative {
            case .twoSided: min(1, 2 * min(less, greater))
            case .less: less
            case .greater: greater
            }
        smallestP = min(1, sides / (method == .exact ? possible : total))
    }
}

/// How many assignments lie on each side of the observed difference, itself included on both.
private struct Tally {
    let observed: Double
    let tolerance: Double
    var atLeast = 0
    var atMost = 0
    var total = 0

    mutating func count(_ difference: Double) {
        if difference >= observed - tolerance { atLeast += 1 }
        if difference <= observed + tolerance { atMost += 1 }
        total += 1
    }
}

/// The units to deal out, as sums about the common mean and counts.
private struct Deck {
    let sums: [Double]
    let counts: [Int]
    let sum: Double
    let count: Int
    let observed: Double
    /// Differences closer than this are the same number after rounding.
    let tolerance: Double

    init(_ a: [[Double]], _ b: [[Double]]) {
        let units = a + b
        let centre = meanOf(units.flatMap(\.self))
        sums = units.map { unit in unit.lazy.map { $0 - centre }.compensatedSum() }
        counts = units.map(\.count)
        sum = sums.compensatedSum()
        count = counts.reduce(0, +)
        tolerance = 1e-12 * (units.joined().lazy.map { abs($0 - centre) }.max() ?? 0)
        observed = Deck.difference(
            sums[..<a.count].compensatedSum(), counts[..<a.count].reduce(0, +), of: sum, count)
    }

    private static func difference(_ sum: Double, _ count: Int, of total: Double, _ all: Int) -> Double {
        sum / Double(count) - (total - sum) / Double(all - count)
    }

    /// The difference of means for every choice of `size` units as the first group.
    func everyHand(of size: Int, _ visit: (Double) -> Void) {
        func deal(_ next: Int, _ missing: Int, _ held: Double, _ heldCount: Int) {
            if missing == 0 { return visit(Deck.difference(held, heldCount, of: sum, count)) }
            for unit in next...(sums.count - missing) {
                deal(unit + 1, missing - 1, held + sums[unit], heldCount + counts[unit])
            }
        }
        deal(0, size, 0, 0)
    }

    /// The same for `size` units drawn at random without replacement (Floyd's method).
    func randomHand(of size: Int, using generator: inout some RandomNumberGenerator) -> Double {
        var taken = [Bool](repeating: false, count: sums.count)
        var (held, heldCount) = (0.0, 0)
        for top in (sums.count - size)..<sums.count {
            let drawn = generator.below(top + 1)
            let unit = taken[drawn] ? top : drawn
            taken[unit] = true
            held += sums[unit]
            heldCount += counts[unit]
        }
        return Deck.difference(held, heldCount, of: sum, count)
    }
}

/// n! / (k! (n − k)!), exact while it fits 53 bits, infinite when it exceeds a Double.
func binomial(_ n: Int, _ k: Int) -> Double {
    var value = 1.0
    for i in 1...max(1, min(k, n - k)) where min(k, n - k) > 0 {
        value = (value * Double(n - min(k, n - k) + i) / Double(i)).rounded()
    }
    return value
}
