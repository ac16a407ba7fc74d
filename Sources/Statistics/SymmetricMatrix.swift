import RealModule

/// A small symmetric matrix by its eigenvalues and eigenvectors (Jacobi's rotations).
struct SymmetricMatrix {
    let values: [Double]
    /// Of each eigenvalue.
    let vectors: [[Double]]

    init(_ rows: [[Double]]) {
        var a = rows
        let size = rows.count
        var v = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
        for i in 0..<size { v[i][i] = 1 }
        for _ in 0..<100 {
            var (rest, whole) = (0.0, 0.0)   // squares below the diagonal, and on it
            for i in 0..<size {
                var own = 0.0
                for j in 0..<i { own += a[i][j] * a[i][j] }
                rest += own
                whole += a[i][i] * a[i][i]
            }
            if rest <= 1e-32 * whole { break }
            for p in 0..<size {
                for q in p + 1..<max(size, p + 1) where a[p][q] != 0 {
                    let ratio = (a[q][q] - a[p][p]) / (2 * a[p][q])
                    let t = (ratio < 0 ? -1 : 1) / (abs(ratio) + (ratio * ratio + 1).squareRoot())
                    let c = 1 / (t * t + 1).squareRoot()
                    let s = t * c
                    for i in 0..<size {
                        (a[i][p], a[i][q]) = (c * a[i][p] - s * a[i][q], s * a[i][p] + c * a[i][q])
                    }
                    for i in 0..<size {
                        (a[p][i], a[q][i]) = (c * a[p][i] - s * a[q][i], s * a[p][i] + c * a[q][i])
                        (v[i][p], v[i][q]) = (c * v[i][p] - s * v[i][q], s * v[i][p] + c * v[i][q])
                    }
                }
            }
        }
        values = (0..<size).map { a[$0][$0] }
        vectors = (0..<size).map { column in (0..<size).map { v[$0][column] } }
    }

    /// xᵀ A⁻¹ x over the directions whose eigenvalue is clearly positive.
    func quadraticFormOfInverse(_ x: [Double]) -> Double {
        let largest = values.max() ?? 0
        return zip(values, vectors).reduce(0) { sum, pair in
            guard pair.0 > 1e-8 * largest else { return sum }
            let part = zip(pair.1, x).reduce(0) { $0 + $1.0 * $1.1 }
            return sum + part * part / pair.0
        }
    }
}
