import Foundation
import SynReports
import SynRuns
import SynTensors

/// Ways from one unit vector to another.
package enum Interpolation: String, CaseIterable, Sendable {
    /// The unit vector of (1 - t)a + tb.
    case linear
    /// Along the great circle at constant speed (Shoemake 1985).
    case slerp

    /// The point at t in 0...1. Opposite vectors have no way between them.
    package func point(_ a: [Double], _ b: [Double], at t: Double) throws -> [Double] {
        let cosine = min(max(dot(a, b), -1), 1)
        guard cosine > -1 + 1e-12 else {
            throw UserError(
                .badData, "the two ends point in opposite directions, and no one way leads from one to the other")
        }
        let (from, to): (Double, Double)
        let angle = acos(cosine)
        if self == .linear || angle < 1e-7 {
            (from, to) = (1 - t, t)
        } else {
            (from, to) = (sin((1 - t) * angle) / sin(angle), sin(t * angle) / sin(angle))
        }
        let sum = zip(a, b).map { from * $0 + to * $1 }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return sum.map { $0 / length }
    }
}

/// What lies near the way from one text to another: of the nearest pictures, how many are true of which.
package struct InterpolationStudy: Sendable {
    let images: DoubleMatrix   // [n, d], unit rows
    let isA, isB: [Bool]
    let nearest: Int

    /// - Parameter nearest: how many pictures are looked at, from 1 to all.
    package init(images: DoubleMatrix, isA: [Bool], isB: [Bool], nearest: Int = 10) {
        (self.images, self.isA, self.isB) = (images, isA, isB)
        self.nearest = min(nearest, images.rows)
    }

    package func shares(_ places: [Int]) -> InterpolationRecord.Shares {
        func share(_ a: Bool, _ b: Bool) -> Double {
            Double(places.count { isA[$0] == a && isB[$0] == b }) / Double(max(places.count, 1))
        }
        return .init(
            onlyA: share(true, false), onlyB: share(false, true), both: share(true, true),
            neither: share(false, false))
    }

    /// The places of the nearest pictures; equal cosines in the order of the pictures.
    func nearest(to point: [Double]) -> [Int] {
        let cosines = images.times(DoubleMatrix(point, rows: 1, columns: point.count), .transposed).values
        let order = cosines.indices.sorted { cosines[$0] != cosines[$1] ? cosines[$0] > cosines[$1] : $0 < $1 }
        return Array(order.prefix(nearest))
    }

    package func path(
        _ method: Interpolation, from a: [Double], to b: [Double], steps: Int
    ) throws
        -> InterpolationRecord.Path
    {
        var found: [InterpolationRecord.Step] = []
        var before: (point: [Double], places: Set<Int>)?
        for step in 0..<steps {
            let t = Double(step) / Double(max(steps - 1, 1))
            let point = try method.point(a, b, at: t)
            let places = nearest(to: point)
            let angle = before.map { before in
                acos(min(max(dot(before.point, point), -1), 1)) * 180 / .pi
            }
            let replaced = before.map { before in
                Double(places.count { !before.places.contains($0) }) / Double(places.count)
            }
            found.append(.init(t: t, shares: shares(places), angle: angle, replaced: replaced))
            before = (point, Set(places))
        }
        return .init(method: method.rawValue, steps: found)
    }

    /// Both ways between two texts, among pictures of which it is known whether the texts are true.
    package static func record(
        _ pictures: EncodedPictures, from: String, to: String, steps: Int, nearest: Int
    ) throws -> InterpolationRecord {
        let (known, ends) = (pictures.known, try pictures.towers.texts([from, to]))
        let study = InterpolationStudy(
            images: pictures.vectors, isA: try known.truth(of: from), isB: try known.truth(of: to), nearest: nearest)
        return InterpolationRecord(
            source: pictures.source, truth: known.reading, from: from, to: to, pictures: known.count,
            nearest: study.nearest, all: study.shares(Array(0..<known.count)),
            paths: try Interpolation.allCases.map {
                try study.path($0, from: Array(ends.row(0)), to: Array(ends.row(1)), steps: steps)
            })
    }

    /// Pairs of sentences in the drawn world's own words: two that exclude each other, two that go together, two of
    /// which more than one thing differs.
    package static let portraitPairs = [
        ("This person has black hair.", "This person has blond hair."),
        ("This person has eyeglasses.", "This person wears hat."),
        ("This woman is smiling.", "This man has goatee."),
    ]
}
