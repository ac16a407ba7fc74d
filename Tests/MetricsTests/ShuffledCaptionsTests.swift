import Foundation
import SynMetrics
import SynStatistics
import SynTensors
import TestSupport
import Testing

/// The floor of a CLIP-Score: by the whole matrix of similarities, and where the truth is known.
@Suite struct ShuffledCaptionsTests {
    /// Unit vectors; the picture leans to its caption by `agreement`.
    private func vectors(_ count: Int, agreement: Float) -> (pictures: Tensor, captions: Tensor) {
        var stream = RandomStream(seed: 11, purpose: "shuffled")
        let captions = Tensor.normal([count, 12], &stream).l2Normalised()
        let pictures = (Tensor.normal([count, 12], &stream).l2Normalised() + captions * agreement).l2Normalised()
        return (pictures, captions)
    }

    @Test func meansEqualTheWholeMatrix() throws {
        let (pictures, captions) = vectors(23, agreement: 0.4)
        let portraits = (0..<23).map { $0 / 3 }
        let found = try #require(try ShuffledCaptions(pictures: pictures, captions: captions, portraits: portraits))
        let (x, y) = (pictures.floats, captions.floats)
        func score(_ i: Int, _ j: Int) -> Double {
            100 * (0..<12).reduce(0.0) { $0 + Double(x[i * 12 + $1]) * Double(y[j * 12 + $1]) }
        }
        var (shuffled, own) = (0.0, 0.0)
        for i in 0..<23 {
            let others = (0..<23).filter { portraits[$0] != portraits[i] }
            shuffled += others.reduce(0) { $0 + score(i, $1) } / Double(others.count) / 23
            own += score(i, i) / 23
        }
        #expect(abs(found.clipScore - shuffled) < 1e-10 && abs(found.difference - (own - shuffled)) < 1e-10)
        #expect(found.interval.contains(found.difference) && found.permutations == 9_999)
        #expect(found.p < 0.01, "they lean to their captions: \(found.p)")
    }

    /// Pictures that know nothing of their captions: p is as likely to be above one half as below, whoever draws.
    @Test func withoutAgreementPIsUniform() throws {
        var below = 0
        for round in 0..<60 {
            var stream = RandomStream(seed: 5, purpose: "null", index: round)
            let pictures = Tensor.normal([20, 4], &stream).l2Normalised()
            let captions = Tensor.normal([20, 4], &stream).l2Normalised()
            let found = try #require(
                try ShuffledCaptions(pictures: pictures, captions: captions, portraits: Array(0..<20)))
            if found.p < 0.2 { below += 1 }
        }
        // Binomial with n = 60 and p = .2: 12 ± 3.1.
        print("p below .2 in \(below) of 60 nulls")
        #expect((3...22).contains(below))
    }

    @Test func onePortraitHasNoOthers() throws {
        let (pictures, captions) = vectors(4, agreement: 0)
        #expect(try ShuffledCaptions(pictures: pictures, captions: captions, portraits: [7, 7, 7, 7]) == nil)
    }
}
