import Foundation
import SynTensors
import TestSupport
import Testing

@Suite struct LinearAlgebraTests {
    /// Counting up from 1.
    func counting(_ rows: Int, _ columns: Int) -> DoubleMatrix {
        DoubleMatrix((1...rows * columns).map(Double.init), rows: rows, columns: columns)
    }

    @Test func productsAreExactForWholeNumbers() {
        let (a, b) = (counting(2, 3), counting(3, 4))
        #expect(a.times(b) == DoubleMatrix([38, 44, 50, 56, 83, 98, 113, 128], rows: 2, columns: 4))
        #expect(a.times(a, .transposed) == DoubleMatrix([14, 32, 32, 77], rows: 2, columns: 2))
        #expect(a.times(a, from: .transposed).values == [17, 22, 27, 22, 29, 36, 27, 36, 45])
        #expect(b.times(a, .transposed, from: .transposed).values == [38, 83, 44, 98, 50, 113, 56, 128])
        #expect(counting(3, 3).trace == 15 && b[2, 1] == 10)
        #expect(DoubleMatrix([], rows: 0, columns: 3).times(b) == DoubleMatrix([], rows: 0, columns: 4))
    }

    /// Second differences on n points: eigenvalues 2 − 2 cos(kπ/(n+1)), known to the last digit.
    @Test func eigenvaluesOfSecondDifferences() throws {
        let n = 40
        let matrix = DoubleMatrix(
            (0..<n * n).map { i in i / n == i % n ? 2 : abs(i / n - i % n) == 1 ? -1 : 0 }, rows: n, columns: n)
        let system = try matrix.symmetricEigensystem()
        let exact: [Double] = (1...n).map { 4 * pow(sin(Double($0) * .pi / Double(2 * n + 2)), 2) }
        let values = Closeness(system.values, exact)
        let alone = Closeness(try matrix.symmetricEigenvalues(), exact)
        // Vectors are orthonormal and put the matrix together again.
        let v = system.vectors
        let unit = Closeness(
            v.times(v, .transposed).values, (0..<n * n).map { $0 / n == $0 % n ? 1 : 0 })
        let scaled = DoubleMatrix(v.values.indices.map { v.values[$0] * system.values[$0 / n] }, rows: n, columns: n)
        let rebuilt = Closeness(v.times(scaled, from: .transposed).values, matrix.values)
        print("eigenvalues: \(values)\nalone: \(alone)\nvectors: \(unit)\nrebuilt: \(rebuilt)")
        for closeness in [values, alone, unit, rebuilt] { #expect(closeness.within(1e-14)) }
    }

    @Test func onlyTheLowerTriangleIsReadAndUndefinedElementsAreRefused() throws {
        let lower = try DoubleMatrix([2, 99, 1, 2], rows: 2, columns: 2).symmetricEigenvalues()
        #expect(Closeness(lower, [1, 3]).within(1e-15))
        #expect(try DoubleMatrix([-4], rows: 1, columns: 1).symmetricEigensystem().values == [-4])
        #expect(try DoubleMatrix([], rows: 0, columns: 0).symmetricEigenvalues().isEmpty)
        let undefined = DoubleMatrix([1, 0, .nan, 1], rows: 2, columns: 2)
        #expect(throws: LinearAlgebraError.self) { try undefined.symmetricEigenvalues() }
    }
}
