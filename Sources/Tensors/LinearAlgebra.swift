import CSynOpenBLAS

/// A matrix of doubles, row-major, for the few places where single precision does not do: covariances and their
/// eigenvalues. The work is OpenBLAS's, on as many threads as `Threads.count` says.
package struct DoubleMatrix: Sendable, Equatable {
    package let rows: Int
    package let columns: Int
    /// Element (i, j) is `values[i * columns + j]`.
    package let values: [Double]

    package init(_ values: [Double], rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "a matrix of \(rows)×\(columns) cannot be")
        precondition(values.count == rows * columns, "\(values.count) values do not make a \(rows)×\(columns) matrix")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// A tensor [rows, columns], widened exactly.
    package init(_ tensor: Tensor) {
        precondition(tensor.shape.count == 2, "\(tensor.shape) is not [rows, columns]")
        self.init(tensor.floats.map(Double.init), rows: tensor.size(0), columns: tensor.size(1))
    }

    package subscript(row: Int, column: Int) -> Double { values[row * columns + column] }

    /// The sum of the diagonal.
    package var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] } }
}

// MARK: - Product

extension DoubleMatrix {
    /// One of the operands as it is, or turned over.
    package enum Side: Sendable { case plain, transposed }

    /// The product of two matrices, either of them transposed on the way.
    package func times(_ right: DoubleMatrix, _ side: Side = .plain, from own: Side = .plain) -> DoubleMatrix {
        let (m, k) = own == .plain ? (rows, columns) : (columns, rows)
        let (inner, n) = side == .plain ? (right.rows, right.columns) : (right.columns, right.rows)
        precondition(k == inner, "a product over \(k) and \(inner) elements")
        guard m > 0, n > 0, k > 0 else {
            return DoubleMatrix([Double](repeating: 0, count: m * n), rows: m, columns: n)
        }
        openblas_set_num_threads(Int32(clamping: Threads.forLinearAlgebra))
        let product = [Double](unsafeUninitializedCapacity: m * n) { out, count in
            cblas_dgemm(
                CblasRowMajor, own == .plain ? CblasNoTrans : CblasTrans, side == .plain ? CblasNoTrans : CblasTrans,
                blasint(m), blasint(n), blasint(k), 1, values, blasint(columns), right.values, blasint(right.columns),
                0, out.baseAddress, blasint(n))
            count = m * n
        }
        return DoubleMatrix(product, rows: m, columns: n)   // [m, n]
    }
}

// MARK: - Eigenvalues

extension DoubleMatrix {
    /// Eigenvalues from the smallest to the largest, and unit eigenvectors: row i belongs to value i.
    package struct Eigensystem: Sendable {
        package let values: [Double]
        package let vectors: DoubleMatrix
    }

    /// The eigenvalues and eigenvectors of a symmetric matrix, of which only the lower triangle is read.
    ///
    /// Each eigenvalue is right to about ε times the largest one in size: small ones can be wrong in every digit.
    /// An eigenvector's sign is not promised, nor are single vectors of equal eigenvalues.
    package func symmetricEigensystem() throws -> Eigensystem {
        let (values, vectors) = try solved(wantsVectors: true)
        return Eigensystem(values: values, vectors: DoubleMatrix(vectors, rows: rows, columns: rows))
    }

    /// The eigenvalues of a symmetric matrix alone, from the smallest to the largest.
    package func symmetricEigenvalues() throws -> [Double] { try solved(wantsVectors: false).values }

    /// LAPACK counts by columns. Of a symmetric matrix that changes nothing but the triangle's name, and makes
    /// eigenvectors, its columns, our rows.
    private func solved(wantsVectors: Bool) throws -> (values: [Double], vectors: [Double]) {
        precondition(rows == columns, "a \(rows)×\(columns) matrix is not symmetric")
        guard values.allSatisfy(\.isFinite) else {
            throw LinearAlgebraError("A matrix with infinite or undefined elements has no eigenvalues.")
        }
        guard rows > 0 else { return ([], []) }
        let (job, triangle) = (CChar(UInt8(ascii: wantsVectors ? "V" : "N")), CChar(UInt8(ascii: "U")))
        var matrix = values
        var eigenvalues = [Double](repeating: 0, count: rows)

        func call(
            _ work: inout [Double], _ workSize: blasint, _ integers: inout [blasint], _ integerSize: blasint
        ) -> Int {
            var info: blasint = 0
            withUnsafePointer(to: job) { job in
                withUnsafePointer(to: triangle) { triangle in
                    let n = blasint(rows)
                    withUnsafePointer(to: n) { n in
                        withUnsafePointer(to: workSize) { workSize in
                            withUnsafePointer(to: integerSize) { integerSize in
                                dsyevd_(
                                    job, triangle, n, &matrix, n, &eigenvalues, &work, workSize, &integers,
                                    integerSize, &info, 1, 1)
                            }
                        }
                    }
                }
            }
            return Int(info)
        }

        openblas_set_num_threads(Int32(clamping: Threads.forLinearAlgebra))
        // Asked with sizes of -1, it answers with the sizes it wants.
        var (work, integers) = ([Double](repeating: 0, count: 1), [blasint](repeating: 0, count: 1))
        let largest = wantsVectors ? 1 + 6 * rows + 2 * rows * rows : 2 * rows + 1
        guard blasint(exactly: largest) != nil, call(&work, -1, &integers, -1) == 0 else {
            throw LinearAlgebraError("A matrix of \(rows)×\(rows) is too large for LAPACK's eigenvalues.")
        }
        let sizes = (max(Int(work[0]), largest), max(Int(integers[0]), 1))
        work = [Double](repeating: 0, count: sizes.0)
        integers = [blasint](repeating: 0, count: sizes.1)
        guard call(&work, blasint(sizes.0), &integers, blasint(sizes.1)) == 0 else {
            throw LinearAlgebraError("The eigenvalues of a \(rows)×\(rows) matrix did not converge.")
        }
        return (eigenvalues, matrix)
    }
}

/// Why a matrix has no answer, as a sentence.
package struct LinearAlgebraError: Error, CustomStringConvertible, Sendable {
    package let description: String

    init(_ description: String) { self.description = description }
}
