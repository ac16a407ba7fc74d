import Foundation
import SynTensors

/// One map laid over another as well as turning, mirroring and moving allow (least squares).
package enum Procrustes {
    /// - Parameters:
    ///   - map: [n, 2].
    ///   - target: [n, 2], row for row the same points.
    ///   - scales: whether the map is made as wide as the other, too, where sizes mean nothing.
    package static func aligned(_ map: DoubleMatrix, onto target: DoubleMatrix, scales: Bool) -> DoubleMatrix {
        let (from, to) = (map.meanRow, target.meanRow)
        let (a, b) = (map.adding(from, times: -1), target.adding(to, times: -1))
        let m = a.times(b, from: .transposed)   // [2, 2]
        // The best turn, and the best turn after mirroring the second axis; each with what it keeps of the sum.
        let (turn, mirror) = (
            (c: m[0, 0] + m[1, 1], s: m[0, 1] - m[1, 0]), (c: m[0, 0] - m[1, 1], s: m[0, 1] + m[1, 0])
        )
        let (plain, mirrored) = (hypot(turn.c, turn.s), hypot(mirror.c, mirror.s))
        let isMirrored = mirrored > plain
        let best = isMirrored ? mirror : turn
        let length = max(hypot(best.c, best.s), .leastNormalMagnitude)
        let (c, s, flip) = (best.c / length, best.s / length, isMirrored ? -1.0 : 1.0)
        func size(_ matrix: DoubleMatrix) -> Double { matrix.values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let scale = scales ? size(b) / max(size(a), .leastNormalMagnitude) : 1
        return DoubleMatrix(
            (0..<map.rows).flatMap { i -> [Double] in
                let (x, y) = (a[i, 0], flip * a[i, 1])
                return [to[0] + scale * (c * x - s * y), to[1] + scale * (s * x + c * y)]
            }, rows: map.rows, columns: 2)
    }
}
