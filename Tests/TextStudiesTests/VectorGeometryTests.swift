import Foundation
import SynEmbedding
import SynPortraits
import SynTensors
import SynTextStudies
import TestSupport
import Testing

@Suite("Geometry of vectors")
struct VectorGeometryTests {
    private func random(_ rows: Int, _ columns: Int, shift: Double = 0) -> DoubleMatrix {
        var stream = RandomStream(seed: 5, purpose: "geometry")
        return DoubleMatrix(
            (0..<rows * columns).map { _ in Double(stream.normal()) + shift }, rows: rows, columns: columns)
    }

    @Test("self-similarity through the norm of the mean equals all pairs")
    func bruteForce() throws {
        for (rows, columns, shift) in [(2, 3, 0.0), (57, 8, 0.4), (300, 33, 0), (120, 5, 20)] {
            let x = random(rows, columns, shift: shift)
            var sum = 0.0
            for i in 0..<rows {
                for j in 0..<rows where j != i {
                    var (dot, a, b) = (0.0, 0.0, 0.0)
                    for k in 0..<columns {
                        dot += x[i, k] * x[j, k]
                        a += x[i, k] * x[i, k]
                        b += x[j, k] * x[j, k]
                    }
                    sum += dot / (a * b).squareRoot()
                }
            }
            let found = try #require(VectorGeometry.selfSimilarity(x))
            let error = abs(found - sum / Double(rows * (rows - 1)))
            print("self-similarity of \(rows) vectors: difference \(error)")
            #expect(error < 1e-13)
        }
    }

    @Test("by hand: orthogonal, equal and opposite vectors; shares; rank; IsoScore")
    func byHand() throws {
        let axes = DoubleMatrix([2, 0, 0, 3], rows: 2, columns: 2)
        #expect(VectorGeometry.selfSimilarity(axes) == 0)
        #expect(
            abs((VectorGeometry.selfSimilarity(DoubleMatrix([1, 2, 2, 4, 3, 6], rows: 3, columns: 2)) ?? 0) - 1) < 1e-15
        )
        #expect(
            abs((VectorGeometry.selfSimilarity(DoubleMatrix([1, 0, -5, 0], rows: 2, columns: 2)) ?? 0) + 1) < 1e-15)
        // (3, 4, 0): the largest component holds 16/25; the two largest hold all. −4 is large, but not by value.
        let triple = DoubleMatrix([3, -4, 0], rows: 1, columns: 3)
        #expect(abs((VectorGeometry.magnitudeShare(triple, of: 1) ?? 0) - 0.64) < 1e-15)
        #expect(VectorGeometry.magnitudeShare(triple, of: 2) == 1)
        #expect(abs((VectorGeometry.magnitudeShareAsReleased(triple, of: 1) ?? 0) - 0.6) < 1e-15)
        // The same variance along both axes: rank 2, IsoScore 1. Along one axis only: rank 1, IsoScore 0.
        let cross = try #require(
            try VectorGeometry.Components(DoubleMatrix([1, 0, -1, 0, 0, 1, 0, -1], rows: 4, columns: 2)))
        #expect(abs((cross.effectiveRank ?? 0) - 2) < 1e-12 && abs((cross.isoScore ?? 0) - 1) < 1e-12)
        let line = try #require(
            try VectorGeometry.Components(DoubleMatrix([1, 0, -1, 0, 2, 0, 7, 0], rows: 4, columns: 2)))
        #expect(abs((line.effectiveRank ?? 0) - 1) < 1e-12 && abs(line.isoScore ?? 1) < 1e-12)
        #expect(line.spectrum?.first == 1)
    }

    @Test("what does not exist is nil: one vector, a zero vector, vectors all the same")
    func undefined() throws {
        #expect(VectorGeometry.selfSimilarity(random(1, 4)) == nil)
        #expect(VectorGeometry.selfSimilarity(DoubleMatrix([1, 1, 0, 0], rows: 2, columns: 2)) == nil)
        #expect(VectorGeometry.magnitudeShare(DoubleMatrix([0, 0], rows: 1, columns: 2), of: 5) == nil)
        let same = try VectorGeometry.record(layer: 3, Tensor([1, 2, 1, 2, 1, 2] as [Float], shape: [3, 2]))
        #expect(abs((same.selfSimilarity ?? 0) - 1) < 1e-12)
        #expect(same.spectrum == nil && same.effectiveRank == nil && same.isoScore == nil)
        #expect(same.centredSelfSimilarity == nil && same.componentsForNinety == nil)
        #expect(try VectorGeometry.Components(DoubleMatrix([1, .nan], rows: 2, columns: 1)) == nil)
    }

    @Test("removing components removes their variance and nothing else")
    func withoutTop() throws {
        let x = random(90, 7, shift: 1)
        let components = try #require(try VectorGeometry.Components(x))
        for count in [0, 1, 5] {
            let rest = try #require(try VectorGeometry.Components(VectorGeometry.withoutTop(count, of: components, x)))
            let expected = Array(components.variances.dropFirst(count)) + [Double](repeating: 0, count: count)
            let close = Closeness(rest.variances, expected)
            #expect(close.within(1e-12), "\(close)")
        }
    }

    @Test(
        "the drawn world's study: captions of one portrait are nearer, and what they share in words counts",
        .enabled(
            if: FileManager.default.fileExists(
                atPath: Fixture.package.appending(path: "Weights/clip-mini/model.safetensors").path),
            "no models in Weights/"))
    func world() throws {
        let models = try ["bert-mini", "clip-mini"].map {
            try TextEmbedder(
                Fixture.package.appending(path: "Weights/\($0)").path, locator: ModelLocator(environment: [:]))
        }
        let report = try PortraitTexts(portraits: 40, pairs: 400, seed: 2).report(models, with: TextFeatureSource())
        #expect(report.tasks == ["sts-l", "sts-v"] && report.scores.count == 6 && report.geometry.count == 4)
        for score in report.scores {
            let rho = try #require(score.output?.spearman)
            print("\(score.task), \(score.encoder), \(score.variant): \(rho.value)")
            #expect(rho.value > 0.2 && rho.p < 1e-4 && score.layers.count > 2)
        }
        #expect(report.comparisons.allSatisfy { $0.n == report.scores[0].n } && report.comparisons.count == 4)
    }

    @Test("the drawn world's pairs: truth of sight and of words")
    func portraits() {
        let texts = PortraitTexts(portraits: 30, pairs: 200, seed: 1)
        #expect(texts.vision.pairs.count > 190 && texts.captions.count > 200)
        #expect(
            texts.vision.pairs.left == texts.language.pairs.left
                && texts.vision.pairs.right == texts.language.pairs.right)
        #expect(Set(texts.vision.pairs.scores) == [0, 1])
        for i in 0..<texts.language.pairs.count {
            let (a, b) = (texts.language.pairs.left[i], texts.language.pairs.right[i])
            #expect(a != b)
            // The captions' own words say the same as the grammar that made them.
            let overlap = PortraitTexts.overlap(CaptionMentions.read(a), CaptionMentions.read(b))
            #expect(abs(overlap - texts.language.pairs.scores[i]) < 1e-15, "\(a) | \(b)")
        }
        #expect(PortraitTexts.overlap([.male: true, .young: true], [.male: true, .young: false]) == 1.0 / 3)
        #expect(PortraitTexts.overlap([:], [:]) == 1)
    }
}
