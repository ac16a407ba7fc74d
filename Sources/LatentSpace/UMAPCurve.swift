import Foundation

/// The curve 1 / (1 + a d^2b) that UMAP attracts and repels by, fitted to 1 up to a least distance and an exponential
/// fall beyond it, at 300 distances up to three spreads, by least squares.
package struct UMAPCurve: Sendable, Equatable {
    package let a: Double
    package let b: Double

    /// - Parameters:
    ///   - minimum: how near points may lie; umap-learn's `min_dist`.
    ///   - spread: of the fall.
    package init(minimum: Double = 0.1, spread: Double = 1) {
        let points = (0..<300).map { index -> (x: Double, y: Double) in
            let x = 3 * spread * Double(index) / 299
            return (x, x < minimum ? 1 : exp(-(x - minimum) / spread))
        }
        func residuals(_ a: Double, _ b: Double) -> Double {
            points.reduce(0) { sum, point in
                let difference = 1 / (1 + a * pow(point.x, 2 * b)) - point.y
                return sum + difference * difference
            }
        }
        // Levenberg and Marquardt in two unknowns.
        var (a, b, damping) = (1.0, 1.0, 1e-3)
        var error = residuals(a, b)
        for _ in 0..<200 {
            var (aa, ab, bb, ra, rb) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for (x, y) in points where x > 0 {
                let power = pow(x, 2 * b)
                let value = 1 / (1 + a * power)
                let (byA, byB) = (-power * value * value, -2 * a * power * log(x) * value * value)
                aa += byA * byA
                ab += byA * byB
                bb += byB * byB
                ra += byA * (value - y)
                rb += byB * (value - y)
            }
            let (da, db) = (aa * (1 + damping), bb * (1 + damping))
            let determinant = da * db - ab * ab
            let (nextA, nextB) = (a - (db * ra - ab * rb) / determinant, b - (da * rb - ab * ra) / determinant)
            let next = nextA > 0 && nextB > 0 ? residuals(nextA, nextB) : .infinity
            guard next <= error else {
                damping *= 10
                if damping > 1e12 { break }
                continue
            }
            let isDone = abs(nextA - a) + abs(nextB - b) < 1e-13
            (a, b, error, damping) = (nextA, nextB, next, damping / 10)
            if isDone { break }
        }
        (self.a, self.b) = (a, b)
    }
}
