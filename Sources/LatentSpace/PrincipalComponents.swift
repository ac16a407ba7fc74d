import SynTensors

/// The first principal components of points, by the smaller of the two matrices that have them.
package struct PrincipalComponents: Sendable {
    /// Coordinates of the points: [n, components].
    package let scores: DoubleMatrix
    /// Each component's share of the variance.
    package let shares: [Double]
    /// Unit directions: [components, d].
    package let directions: DoubleMatrix
    package let mean: [Double]

    /// - Parameter points: [n, d].
    package init(_ points: DoubleMatrix, components wanted: Int) throws {
        let (n, d) = (points.rows, points.columns)
        mean = points.meanRow
        let centred = points.adding(mean, times: -1)
        let isWide = d > n
        let product = isWide ? centred.times(centred, .transposed) : centred.times(centred, from: .transposed)
        let system = try product.symmetricEigensystem()
        let total = max(product.trace, .leastNormalMagnitude)
        let size = system.values.count
        let count = min(wanted, size)
        shares = (0..<count).map { max(system.values[size - 1 - $0], 0) / total }
        var (scores, directions) = ([Double](), [Double]())
        for component in 0..<count {
            let place = size - 1 - component
            let vector = DoubleMatrix(Array(system.vectors.row(place)), rows: 1, columns: size)
            var direction: [Double]
            if isWide {
                direction = vector.times(centred).values   // [1, d], of length sqrt(eigenvalue)
                let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
                if length > 1e-14 { direction = direction.map { $0 / length } }
            } else {
                direction = vector.values
            }
            var score = centred.times(DoubleMatrix(direction, rows: d, columns: 1)).values
            // A component's sign means nothing; its largest coordinate is made positive, so that it is always the same.
            let largest = score.max { (abs($0), $0) < (abs($1), $1) } ?? 0
            if largest < 0 {
                score = score.map { -$0 }
                direction = direction.map { -$0 }
            }
            scores += score
            directions += direction
        }
        self.scores = DoubleMatrix(scores, rows: count, columns: n).transposed
        self.directions = DoubleMatrix(directions, rows: count, columns: d)
    }

    /// Other points in the same coordinates: [m, components].
    package func transform(_ points: DoubleMatrix) -> DoubleMatrix {
        points.adding(mean, times: -1).times(directions, .transposed)
    }
}
