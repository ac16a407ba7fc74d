import SynReports
import SynRuns
import SynStatistics
import SynTensors

/// Pictures sorted into classes by the nearest class vector (Radford et al. 2021, section 3.1): the unit mean of the
/// unit vectors of a class's texts.
package struct ZeroShot: Sendable {
    /// Of each picture, from the nearest class to the farthest; equal cosines in the order of the classes.
    package let ranking: [[Int]]
    /// The right class of each picture.
    package let labels: [Int]
    package let classCount: Int

    /// - Parameters:
    ///   - images: unit rows [n, d].
    ///   - classes: one unit row for each class: [classes, d].
    package init(images: DoubleMatrix, classes: DoubleMatrix, labels: [Int]) {
        let cosines = images.times(classes, .transposed)   // [n, classes]
        ranking = (0..<images.rows).map { i in
            let row = Array(cosines.row(i))
            return row.indices.sorted { row[$0] != row[$1] ? row[$0] > row[$1] : $0 < $1 }
        }
        (self.labels, classCount) = (labels, classes.rows)
    }

    /// The unit mean of the templates' unit vectors, for each class.
    ///
    /// - Parameter texts: [classes * templates, d], the templates of a class one after another.
    package static func classVectors(_ texts: DoubleMatrix, templates: Int, source: String) throws -> DoubleMatrix {
        let classes = texts.rows / templates
        let means = (0..<classes).flatMap { c in
            texts.rows(at: Array(c * templates..<(c + 1) * templates)).meanRow
        }
        return try PairedVectors.units(
            DoubleMatrix(means, rows: classes, columns: texts.columns), "classes", source)
    }

    /// Which pictures have their class among the first k.
    package func hits(_ k: Int) -> [Bool] { zip(ranking, labels).map { $0.prefix(k).contains($1) } }

    /// Of each class the share of its pictures that it is nearest to; nil for a class without pictures.
    package var recalls: [Proportion?] {
        let right = hits(1)
        return (0..<classCount).map { c in
            let own = zip(labels, right).filter { $0.0 == c }.map(\.1)
            return own.isEmpty ? nil : Proportion(own)
        }
    }

    /// The mean recall of the classes that have pictures, and where it would be found again in 95 of 100 sets drawn
    /// anew within each class (percentiles of 2,000).
    package func meanRecall(seed: UInt64) -> (value: Double, interval: Interval) {
        let found = recalls.compactMap(\.self)
        guard !found.isEmpty else { return (0, Interval(0, 1)) }
        let value = found.reduce(0) { $0 + $1.value } / Double(found.count)
        var generator = SeededGenerator(seed: seed)
        var means = (0..<2_000).map { _ in
            found.reduce(0.0) { sum, one in
                let drawn = (0..<one.of).reduce(0) { hits, _ in hits + (generator.below(one.of) < one.count ? 1 : 0) }
                return sum + Double(drawn) / Double(one.of)
            } / Double(found.count)
        }
        means.sort()
        return (
            value, Interval(interpolatedQuantile(ofSorted: means, 0.025), interpolatedQuantile(ofSorted: means, 0.975))
        )
    }

    package func record(_ wording: String, templates: [String], seed: UInt64) -> ClassificationRecord.Reading {
        let mean = meanRecall(seed: seed)
        return .init(
            wording: wording, templates: templates, top1: Proportion(hits(1)),
            top5: classCount > 5 ? Proportion(hits(5)) : nil, meanPerClass: mean.value,
            meanPerClassInterval: mean.interval)
    }
}
