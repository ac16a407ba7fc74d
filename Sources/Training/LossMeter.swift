/// The losses of the steps gone by, in the two ways in which they are shown.
package struct LossMeter: Codable, Sendable {
    /// Smoothed over about fifty steps; nil before the first.
    package private(set) var smooth: Float?
    private var sum = 0.0
    private var count = 0

    mutating func add(_ loss: Double) {
        let value = Float(loss)
        smooth = smooth.map { $0 * 0.98 + value * 0.02 } ?? value
        sum += loss
        count += 1
    }

    /// The mean of the losses since this was last asked for; nil where there was none.
    mutating func takeMean() -> Double? {
        guard count > 0 else { return nil }
        defer { (sum, count) = (0, 0) }
        return sum / Double(count)
    }

    func isSound(after steps: Int) -> Bool {
        (0...max(steps, 0)).contains(count) && sum.isFinite && (smooth?.isFinite ?? true)
    }
}
