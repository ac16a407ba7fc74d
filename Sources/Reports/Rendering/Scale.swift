import Foundation

/// A linear axis: from numbers to positions, with ticks at round numbers.
struct Scale: Sendable, Equatable {
    let domain: ClosedRange<Double>
    /// Where the ends of the domain lie, in the plot's units; `end` may be smaller than `start` (upwards axes).
    let start: Double
    let end: Double
    /// Multiples of 1, 2 or 5 times a power of ten inside the domain.
    let ticks: [Double]
    /// Decimals the ticks need.
    let decimals: Int

    /// Covers the finite ones of `values` with a margin of `padding` times their span on either side.
    ///
    /// Without any finite value the axis runs from 0 to 1; a single value gets room around it.
    init(covering values: [Double], from start: Double, to end: Double, padding: Double = 0.05, ticks count: Int = 6) {
        let finite = values.filter { $0.isFinite && abs($0) < 1e300 }
        var low = finite.min() ?? 0
        var high = finite.max() ?? 1
        if high - low <= abs(high) * 1e-12 {
            let room = max(abs(high) * 0.01, 1e-9)
            low -= room
            high += room
        }
        let margin = (high - low) * padding
        self.init(domain: (low - margin)...(high + margin), from: start, to: end, ticks: count)
    }

    /// Covers exactly `domain`, whose bounds are finite and differ.
    init(domain: ClosedRange<Double>, from start: Double, to end: Double, ticks count: Int = 6) {
        self.domain = domain
        self.start = start
        self.end = end
        let span = domain.upperBound - domain.lowerBound
        let rough = span / Double(max(1, count))
        let power = pow(10, floor(log10(rough)))
        let multiple = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10
        let step = multiple * power
        let first = (domain.lowerBound / step).rounded(.up)
        let last = (domain.upperBound / step).rounded(.down)
        ticks =
            first <= last && last - first < 100
            ? stride(from: first, through: last, by: 1).map { $0 * step } : []
        decimals = max(0, -Int(floor(log10(step * 1.0001))))
    }

    /// The position of a value.
    func callAsFunction(_ value: Double) -> Double {
        let share = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        return start + share * (end - start)
    }

    /// A value moved to the nearest end of the axis if it lies outside.
    func clamped(_ value: Double) -> Double {
        min(max(value, domain.lowerBound), domain.upperBound)
    }

    func label(_ tick: Double) -> String {
        let large = max(abs(domain.lowerBound), abs(domain.upperBound)) >= 1e7
        return large ? NumberText.significant(tick) : NumberText.fixed(tick, decimals: decimals)
    }
}
