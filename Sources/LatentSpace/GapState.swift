import SynRuns
import SynTensors

/// What one state of the gap makes of cosines, without its vectors: a state adds one vector to all pictures and one to
/// all texts and divides by the new lengths, so that cosines before and a few numbers for each item are enough.
struct GapState: Sendable {
    /// Products of each item, pictures first, with what is added to pictures and to texts: [2n] each.
    let toImages: [Double]
    let toTexts: [Double]
    /// 1/length after the shift: [2n].
    let inverse: [Double]
    /// Products of what is added with itself and with the other.
    let xx, xy, yy: Double
    /// The means after it: [d].
    let images: [Double]
    let texts: [Double]
    /// Whether vectors become so short that rounding shows; what is asked of them is computed from the vectors then.
    let isRough: Bool

    /// Below this squared length cosines are no longer exact to 1e-12.
    private static let short = 1e-3

    /// States of the same pairs.
    static func states(_ pairs: PairedVectors, _ shifts: [ModalityGap.Shift]) throws -> [GapState] {
        let (n, width, all) = (pairs.count, pairs.width, pairs.stacked)
        let added = DoubleMatrix(shifts.flatMap { $0.images + $0.texts }, rows: 2 * shifts.count, columns: width)
        let products = added.times(all, .transposed)   // [2 shifts, 2n]
        let inner = added.times(added, .transposed)
        var (lengths, isRough) = ([[Double]](), [Bool]())
        for (s, shift) in shifts.enumerated() {
            let squares = (0..<2 * n).map { i in
                let own = 2 * s + (i < n ? 0 : 1)
                return 1 + 2 * products[own, i] + inner[own, own]
            }
            isRough.append((squares.min() ?? 1) < short)
            // Of short vectors the lengths themselves, which also tells those that vanish.
            lengths.append(isRough[s] ? try self.lengths(all, shift, pairs) : squares.map { $0.squareRoot() })
        }
        let weights = DoubleMatrix(lengths.flatMap { $0.map { 1 / $0 } }, rows: shifts.count, columns: 2 * n)
        func mean(_ isImage: Bool) -> DoubleMatrix {
            let places = isImage ? 0..<n : n..<2 * n
            let some = DoubleMatrix(
                (0..<shifts.count).flatMap { s in places.map { weights[s, $0] } }, rows: shifts.count, columns: n)
            let sums = some.times(isImage ? pairs.images : pairs.texts)
            return DoubleMatrix(
                (0..<shifts.count).flatMap { s in
                    let total = some.row(s).reduce(0, +)
                    let addend = isImage ? shifts[s].images : shifts[s].texts
                    return (0..<width).map { (sums[s, $0] + total * addend[$0]) / Double(n) }
                }, rows: shifts.count, columns: width)
        }
        let (ofImages, ofTexts) = (mean(true), mean(false))
        return shifts.indices.map { s in
            GapState(
                toImages: Array(products.row(2 * s)), toTexts: Array(products.row(2 * s + 1)),
                inverse: Array(weights.row(s)), xx: inner[2 * s, 2 * s], xy: inner[2 * s, 2 * s + 1],
                yy: inner[2 * s + 1, 2 * s + 1], images: Array(ofImages.row(s)), texts: Array(ofTexts.row(s)),
                isRough: isRough[s])
        }
    }

    private static func lengths(
        _ all: DoubleMatrix, _ shift: ModalityGap.Shift, _ pairs: PairedVectors
    ) throws -> [Double] {
        try (0..<all.rows).map { i in
            let (isImage, addend) = (i < pairs.count, i < pairs.count ? shift.images : shift.texts)
            let moved = zip(all.row(i), addend).map(+)
            guard moved.contains(where: { abs($0) >= 1e-14 }) else {
                throw ModalityGap.vanished(
                    isImage ? "pictures" : "texts", isImage ? i : i - pairs.count, "\(pairs.source), \(shift.name)")
            }
            return dot(moved, moved).squareRoot()
        }
    }

    /// Cosines of pictures (rows) with texts (columns) of the same pairs, from those before.
    ///
    /// - Parameter start: the first pair of the block.
    func after(_ block: DoubleMatrix, from start: Int) -> DoubleMatrix {
        let (n, size) = (inverse.count / 2, block.rows)
        var values = block.values
        for i in 0..<size {
            let (own, length) = (toTexts[start + i] + xy, inverse[start + i])
            for j in 0..<size {
                let text = n + start + j
                values[i * size + j] = (values[i * size + j] + own + toImages[text]) * (length * inverse[text])
            }
        }
        return DoubleMatrix(values, rows: size, columns: size)
    }
}
