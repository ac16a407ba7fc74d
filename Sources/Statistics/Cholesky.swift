/// Cholesky's factorisation of small symmetric matrices, and division by its factor.
package enum Cholesky {
    /// Replaces the lower half of a matrix, by rows, with its factor; false where it is not positive definite.
    package static func factor(_ matrix: inout [Double], _ size: Int) -> Bool {
        for i in 0..<size {
            for j in 0...i {
                var sum = matrix[i * size + j]
                for k in 0..<j { sum -= matrix[i * size + k] * matrix[j * size + k] }
                if i == j {
                    guard sum > 1e-14 * abs(matrix[i * size + i]), sum.isFinite else { return false }
                    matrix[i * size + i] = sum.squareRoot()
                } else {
                    matrix[i * size + j] = sum / matrix[j * size + j]
                }
            }
        }
        return true
    }

    /// Solves X Lᵀ = `columns`, which hold one column of `rows` numbers after another, a column for each row of L.
    package static func divide(_ columns: inout [Double], rows: Int, by factor: [Double], _ size: Int) {
        for j in 0..<size {
            for k in 0..<j {
                let value = factor[j * size + k]
                for i in 0..<rows { columns[j * rows + i] -= value * columns[k * rows + i] }
            }
            for i in 0..<rows { columns[j * rows + i] /= factor[j * size + j] }
        }
    }
}
