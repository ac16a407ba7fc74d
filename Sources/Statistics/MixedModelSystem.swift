import RealModule

/// The normal equations of a mixed model, factor by factor, and their Cholesky factor for given scales τ_k / σ.
///
/// A factor with many levels costs little: its own block stays diagonal, and so does that of a factor it is nested in,
/// as captions are in portraits.
struct MixedModelSystem: Sendable {
    /// What stands between two factors: how often two levels meet.
    enum Block: Sendable {
        /// Each level of the larger factor belongs to one level of the other.
        case nested(parents: [Int], values: [Double])
        /// One column after another, a column for each level of the larger factor.
        case dense([Double])
    }

    /// Of the factors, the largest first.
    private let sizes: [Int]
    /// Where each of these stands among the factors as given.
    private let order: [Int]
    private let counts: [[Double]]
    private let blocks: [[Block]]   // [j][k] with k < j
    /// Of the columns and, last, y: for each factor [levels, columns + 1], and among themselves.
    private let edges: [[Double]]
    private let corner: [Double]
    private let width: Int
    private let freedom: Double

    init(_ y: [Double], _ columns: [[Double]], _ factors: [MixedModel.Factor]) {
        let levelCounts = factors.map { ($0.levels.max() ?? -1) + 1 }
        order = factors.indices.sorted { (levelCounts[$1], $0) < (levelCounts[$0], $1) }
        sizes = order.map { levelCounts[$0] }
        let (order, sizes) = (order, sizes)
        let levels = order.map { factors[$0].levels }
        let sides = columns + [y]
        width = sides.count
        let width = width
        freedom = Double(y.count - columns.count)
        counts = levels.indices.map { k in
            levels[k].reduce(into: [Double](repeating: 0, count: sizes[k])) { $0[$1] += 1 }
        }
        blocks = levels.indices.map { j in
            (0..<j).map { k in Self.block(levels[k], levels[j], sizes[k], sizes[j]) }
        }
        edges = levels.indices.map { k in
            var sums = [Double](repeating: 0, count: sizes[k] * width)
            for (row, level) in levels[k].enumerated() {
                for (place, side) in sides.enumerated() { sums[level * width + place] += side[row] }
            }
            return sums
        }
        corner = sides.flatMap { a in sides.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
    }

    private static func block(_ larger: [Int], _ smaller: [Int], _ columns: Int, _ rows: Int) -> Block {
        var parents = [Int](repeating: -1, count: columns)
        var values = [Double](repeating: 0, count: columns)
        var isNested = true
        for (level, parent) in zip(larger, smaller) where isNested {
            if parents[level] < 0 { parents[level] = parent }
            isNested = parents[level] == parent
            values[level] += 1
        }
        if isNested { return .nested(parents: parents.map { max($0, 0) }, values: values) }
        var dense = [Double](repeating: 0, count: columns * rows)
        for (level, parent) in zip(larger, smaller) { dense[level * rows + parent] += 1 }
        return .dense(dense)
    }

    // MARK: - For given scales

    struct Fit {
        let coefficients: [Double]
        /// σ² where it is not given.
        let residual: Double
        let criterion: Double
        /// Sum of squares, penalised.
        let squares: Double
        /// Twice the logarithm of the determinants.
        let logDeterminants: Double
        /// Of the columns alone: lower, by rows.
        let factor: [Double]
    }

    /// −2 log of the restricted likelihood, σ at its best.
    func criterion(_ scales: [Double]) -> Double { evaluate(scales)?.criterion ?? .infinity }

    /// −2 log of the restricted likelihood; `parameters` are the scales and σ.
    func deviance(_ parameters: [Double]) -> Double {
        guard let sigma = parameters.last, let fit = evaluate(Array(parameters.dropLast())) else { return .infinity }
        return fit.logDeterminants + freedom * Double.log(2 * .pi * sigma * sigma) + fit.squares / (sigma * sigma)
    }

    /// The variance of Σ weights · β; `parameters` are the scales and σ.
    func variance(_ weights: [Double], _ parameters: [Double]) -> Double {
        guard let sigma = parameters.last, let fit = evaluate(Array(parameters.dropLast())) else { return .nan }
        // |L⁻¹ w|² σ²
        var solved = weights
        for i in solved.indices {
            for j in 0..<i { solved[i] -= fit.factor[i * weights.count + j] * solved[j] }
            solved[i] /= fit.factor[i * weights.count + i]
        }
        return sigma * sigma * solved.reduce(0) { $0 + $1 * $1 }
    }

    /// Nil where the columns depend on each other or nothing is left to explain.
    func evaluate(_ scales: [Double]) -> Fit? {
        let theta = order.map { abs(scales[$0]) }
        let factors = sizes.count
        var own: [Block?] = sizes.map { _ in nil }   // dense once something crossed was taken out
        var diagonal = zip(counts, theta).map { counts, scale in counts.map { $0 * scale * scale + 1 } }
        var blocks = self.blocks.enumerated().map { j, row in
            row.enumerated().map { k, block in block.scaled(theta[j] * theta[k]) }
        }
        var edges = zip(self.edges, theta).map { edge, scale in edge.map { $0 * scale } }
        var corner = self.corner
        var logDeterminants = 0.0
        for k in 0..<factors {
            let size = sizes[k]
            // L[k][k], and everything below it divided by it.
            if case .dense(var matrix)? = own[k] {
                guard Cholesky.factor(&matrix, size) else { return nil }
                for i in 0..<size { logDeterminants += 2 * Double.log(matrix[i * size + i]) }
                for j in k + 1..<max(factors, k + 1) {
                    var columns = blocks[j][k].dense(rows: sizes[j])
                    Cholesky.divide(&columns, rows: sizes[j], by: matrix, size)
                    blocks[j][k] = .dense(columns)
                }
                Cholesky.divide(&edges[k], rows: width, by: matrix, size)
            } else {
                let roots = diagonal[k].map { $0.squareRoot() }
                for root in roots { logDeterminants += 2 * Double.log(root) }
                for j in k + 1..<max(factors, k + 1) { blocks[j][k].divide(by: roots, rows: sizes[j]) }
                for level in 0..<size { for i in 0..<width { edges[k][level * width + i] /= roots[level] } }
            }
            // What is left of the rest.
            for j in k + 1..<max(factors, k + 1) {
                subtractSquare(of: blocks[j][k], sizes[j], from: &diagonal[j], or: &own[j])
                for i in j + 1..<max(factors, j + 1) {
                    blocks[i][j].subtract(blocks[i][k], blocks[j][k], rows: sizes[i], columns: sizes[j])
                }
                edges[j] = blocks[j][k].subtractingProduct(with: edges[k], width, rows: sizes[j], from: edges[j])
            }
            for level in 0..<size {
                for i in 0..<width {
                    let value = edges[k][level * width + i]
                    for j in 0...i { corner[i * width + j] -= value * edges[k][level * width + j] }
                }
            }
        }
        return finish(corner, logDeterminants)
    }

    private func subtractSquare(
        of block: Block, _ size: Int, from diagonal: inout [Double], or own: inout Block?
    ) {
        if case .nested(let parents, let values) = block, own == nil {
            for (parent, value) in zip(parents, values) { diagonal[parent] -= value * value }
            return
        }
        if own == nil {
            var matrix = [Double](repeating: 0, count: size * size)
            for i in 0..<size { matrix[i * size + i] = diagonal[i] }
            own = .dense(matrix)
        }
        own?.subtract(block, block, rows: size, columns: size)
    }

    private func finish(_ corner: [Double], _ logDeterminants: Double) -> Fit? {
        var factor = corner
        guard Cholesky.factor(&factor, width) else { return nil }
        let count = width - 1
        var coefficients = (0..<count).map { factor[count * width + $0] }
        for i in (0..<count).reversed() {
            for j in i + 1..<max(count, i + 1) { coefficients[i] -= factor[j * width + i] * coefficients[j] }
            coefficients[i] /= factor[i * width + i]
        }
        let squares = factor[count * width + count] * factor[count * width + count]
        let logs = logDeterminants + (0..<count).reduce(0) { $0 + 2 * Double.log(factor[$1 * width + $1]) }
        return Fit(
            coefficients: coefficients, residual: squares / freedom,
            criterion: logs + freedom * (1 + Double.log(2 * .pi * squares / freedom)), squares: squares,
            logDeterminants: logs, factor: (0..<count).flatMap { i in (0..<count).map { factor[i * width + $0] } })
    }
}

extension MixedModelSystem.Block {
    func scaled(_ scale: Double) -> Self {
        switch self {
        case .nested(let parents, let values): .nested(parents: parents, values: values.map { $0 * scale })
        case .dense(let values): .dense(values.map { $0 * scale })
        }
    }

    func dense(rows: Int) -> [Double] {
        switch self {
        case .dense(let values): return values
        case .nested(let parents, let values):
            var dense = [Double](repeating: 0, count: values.count * rows)
            for (level, parent) in parents.enumerated() { dense[level * rows + parent] = values[level] }
            return dense
        }
    }

    mutating func divide(by roots: [Double], rows: Int) {
        switch self {
        case .nested(let parents, let values):
            self = .nested(parents: parents, values: zip(values, roots).map { $0 / $1 })
        case .dense(var values):
            for (level, root) in roots.enumerated() { for i in 0..<rows { values[level * rows + i] /= root } }
            self = .dense(values)
        }
    }

    /// Takes left · rightᵀ away; the result is nested only where both are and this was.
    mutating func subtract(_ left: Self, _ right: Self, rows: Int, columns: Int) {
        if case .nested(let leftParents, let leftValues) = left,
            case .nested(let rightParents, let rightValues) = right,
            case .nested(let parents, var values) = self
        {
            for level in leftValues.indices where parents[rightParents[level]] == leftParents[level] {
                values[rightParents[level]] -= leftValues[level] * rightValues[level]
            }
            self = .nested(parents: parents, values: values)
            return
        }
        var dense = dense(rows: rows)
        switch (left, right) {
        case (.nested(let leftParents, let leftValues), .nested(let rightParents, let rightValues)):
            for level in leftValues.indices {
                dense[rightParents[level] * rows + leftParents[level]] -= leftValues[level] * rightValues[level]
            }
        case (.dense(let left), .nested(let parents, let values)):
            for (level, parent) in parents.enumerated() {
                for i in 0..<rows { dense[parent * rows + i] -= left[level * rows + i] * values[level] }
            }
        case (.nested(let parents, let values), .dense(let right)):
            for (level, parent) in parents.enumerated() {
                for j in 0..<columns { dense[j * rows + parent] -= values[level] * right[level * columns + j] }
            }
        case (.dense(let left), .dense(let right)):
            for level in 0..<left.count / max(rows, 1) {
                for j in 0..<columns {
                    let value = right[level * columns + j]
                    for i in 0..<rows { dense[j * rows + i] -= left[level * rows + i] * value }
                }
            }
        }
        self = .dense(dense)
    }

    /// `edge` [rows, width] less this block times `other` [columns, width].
    func subtractingProduct(with other: [Double], _ width: Int, rows: Int, from edge: [Double]) -> [Double] {
        var edge = edge
        switch self {
        case .nested(let parents, let values):
            for (level, parent) in parents.enumerated() {
                for i in 0..<width { edge[parent * width + i] -= values[level] * other[level * width + i] }
            }
        case .dense(let values):
            for level in 0..<values.count / max(rows, 1) {
                for row in 0..<rows {
                    let value = values[level * rows + row]
                    for i in 0..<width { edge[row * width + i] -= value * other[level * width + i] }
                }
            }
        }
        return edge
    }
}
