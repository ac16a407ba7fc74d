import SynTensors

extension DoubleMatrix {
    /// √m · (S + ridge · m · I)^−½ of this symmetric positive semi-definite S, with m the mean of its eigenvalues:
    /// about the identity where all directions are alike. Nil where it holds what is no number.
    ///
    /// - Parameter ridge: above 0; it bounds how far directions in which S hardly reaches are stretched.
    func inverseRoot(ridge: Double) throws -> DoubleMatrix? {
        let mean = trace / Double(rows)
        guard mean.isFinite else { return nil }
        guard mean > 0 else {
            return DoubleMatrix((0..<rows * rows).map { $0 % (rows + 1) == 0 ? 1 : 0 }, rows: rows, columns: rows)
        }
        let system = try symmetricEigensystem()
        let scales = system.values.map { (mean / (max($0, 0) + ridge * mean)).squareRoot() }
        let scaled = DoubleMatrix(
            system.vectors.values.indices.map { system.vectors.values[$0] * scales[$0 / rows] }, rows: rows,
            columns: rows)
        return scaled.times(system.vectors, from: .transposed)
    }
}
