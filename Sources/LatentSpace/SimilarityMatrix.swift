import Foundation
import SynCheckpoints
import SynFiles
import SynRuns
import SynStatistics
import SynTensors

/// Similarities of pictures and texts, [images; texts] by [images; texts], as read from a file.
package struct SimilarityMatrix: Sendable {
    /// Symmetric, of an even number of rows: n pictures, then their n texts.
    package let values: DoubleMatrix   // [2n, 2n]
    package let source: String

    /// A `.csv`, a `.npy`, or the upper triangle by rows, diagonal included, as text with one number a line. Any of
    /// them may be packed by gzip.
    package init(path: String) throws {
        var bytes = try InputFile.bytes(path, purpose: "a similarity matrix (.csv, .npy, .txt, perhaps .gz)")
        let source = InputFile.name(path)
        var name = path.lowercased()
        if Inflate.isGzip(bytes) {
            do { bytes = try Inflate.gzip(bytes) } catch {
                throw UserError(.badData, "\(source) cannot be unpacked: \(error.reason)")
            }
            if name.hasSuffix(".gz") { name.removeLast(3) }
        }
        let values: DoubleMatrix
        if NumPyArrayFile.begins(bytes) {
            let array = try NumPyArrayFile(bytes, path: source)
            guard array.shape.count == 2 else {
                throw UserError(.badData, "\(source) has the shape \(array.shape), which is no matrix; save [2n, 2n]")
            }
            values = DoubleMatrix(array.values, rows: array.shape[0], columns: array.shape[1])
        } else if name.hasSuffix(".txt") {
            values = try Self.triangle(bytes, source)
        } else {
            values = try Self.table(bytes, source, isTab: name.hasSuffix(".tsv"))
        }
        try self.init(values, source: source)
    }

    /// - Parameter values: [2n, 2n]; rounding of single precision off symmetry is mended, more is an error.
    package init(_ values: DoubleMatrix, source: String) throws {
        let size = values.rows
        guard size == values.columns else {
            throw UserError(
                .badData,
                "\(source) has \(size) rows and \(values.columns) columns; a similarity matrix is square: pictures "
                    + "and texts against pictures and texts")
        }
        guard size % 2 == 0 else {
            throw UserError(
                .badData,
                "\(source) has \(size) rows, an odd number; give as many texts as pictures, pictures first")
        }
        guard size >= 4 else {
            throw UserError(
                .badData, "\(source) holds \(size / 2) pairs, and one alone cannot be compared; give two or more")
        }
        if let place = values.values.firstIndex(where: { !$0.isFinite }) {
            throw UserError(
                .badData,
                "\(source), row \(place / size + 1), column \(place % size + 1): \(values.values[place]) is no "
                    + "similarity; make the matrix again")
        }
        var even = values.values
        for i in 0..<size {
            for j in 0..<i {
                let (a, b) = (values[i, j], values[j, i])
                guard abs(a - b) <= 1e-5 * max(1, abs(a)) else {
                    throw UserError(
                        .badData,
                        "\(source) is not symmetric: row \(i + 1), column \(j + 1) is \(a.shortest) and row "
                            + "\(j + 1), column \(i + 1) is \(b.shortest)")
                }
                (even[i * size + j], even[j * size + i]) = ((a + b) / 2, (a + b) / 2)
            }
        }
        (self.values, self.source) = (DoubleMatrix(even, rows: size, columns: size), source)
    }

    /// Vectors with exactly these similarities: eigenvectors times the roots of their eigenvalues.
    package func pairs() throws -> PairedVectors {
        let size = values.rows
        try MemoryNeed([
            .init(what: "eigenvectors of the matrix", key: "its number of pairs", bytes: 40.0 * Double(size * size))
        ]).check()
        let system = try values.symmetricEigensystem()
        let largest = system.values.last ?? 0
        guard let least = system.values.first, least >= -1e-5 * max(largest, 1) else {
            throw UserError(
                .badData,
                "\(source) is no matrix of similarities: its least eigenvalue is \((system.values.first ?? 0).shortest)"
                    + ", and dot products of vectors have none below 0; give cosines, not distances")
        }
        let kept = system.values.indices.filter { system.values[$0] > 0 }
        var rows = [Double](repeating: 0, count: size * kept.count)
        for (column, index) in kept.enumerated() {
            let root = system.values[index].squareRoot()
            for row in 0..<size { rows[row * kept.count + column] = system.vectors[index, row] * root }
        }
        let half = size / 2 * kept.count
        let unequal = (0..<size).contains { abs(values[$0, $0] - 1) > 1e-4 }
        return try PairedVectors(
            images: DoubleMatrix(Array(rows[..<half]), rows: size / 2, columns: kept.count),
            texts: DoubleMatrix(Array(rows[half...]), rows: size / 2, columns: kept.count), source: source,
            remarks: unequal
                ? ["\(source): its diagonal is not 1; it was read as dot products, and vectors were made unit"] : [])
    }

    private static func triangle(_ bytes: [UInt8], _ source: String) throws -> DoubleMatrix {
        let fields = bytes.split { $0 == 10 || $0 == 13 || $0 == 32 || $0 == 9 }
        let numbers = try fields.enumerated().map { index, field in
            try number(String(decoding: field, as: UTF8.self), "\(source), number \(index + 1)")
        }
        let size = Int((Double(8 * numbers.count + 1).squareRoot() - 1) / 2)
        guard size * (size + 1) / 2 == numbers.count else {
            throw UserError(
                .badData,
                "\(source) holds \(numbers.count) numbers, which no triangle does; write the upper triangle by rows, "
                    + "diagonal included, one number a line")
        }
        var values = [Double](repeating: 0, count: size * size)
        var place = 0
        for i in 0..<size {
            for j in i..<size {
                (values[i * size + j], values[j * size + i]) = (numbers[place], numbers[place])
                place += 1
            }
        }
        return DoubleMatrix(values, rows: size, columns: size)
    }

    private static func table(_ bytes: [UInt8], _ source: String, isTab: Bool) throws -> DoubleMatrix {
        let text = try DelimitedText(bytes, delimiter: isTab ? "\t" : ",", quoting: .rfc4180, file: source)
        guard let width = text.rows.first?.fields.count else {
            throw UserError(.badData, "\(source) is empty; give a similarity matrix")
        }
        var values: [Double] = []
        values.reserveCapacity(text.rows.count * width)
        for row in text.rows {
            guard row.fields.count == width else {
                throw UserError(
                    .badData,
                    "\(source), line \(row.line): \(row.fields.count) numbers where the first line has \(width)")
            }
            for (column, field) in row.fields.enumerated() {
                values.append(try number(field, "\(source), line \(row.line), column \(column + 1)"))
            }
        }
        return DoubleMatrix(values, rows: text.rows.count, columns: width)
    }

    private static func number(_ text: String, _ place: String) throws -> Double {
        guard let value = decimalNumber(text.trimmingCharacters(in: .whitespaces)) else {
            throw UserError(.badData, "\(place): '\(text.prefix(40))' is no number; write numbers only, without names")
        }
        return value
    }
}
