import Foundation
import SynImages
import SynTensors
import TestSupport
import Testing

@Suite struct ResamplingTests {
    private struct Case: Decodable {
        let source: PackedImage
        let filter: String
        let results: [PackedImage]
    }

    @Test func everyFilterEqualsPillowBitForBit() throws {
        let cases: [Case] = try Reference.read("resize")
        var compared = 0
        for one in cases {
            let filter = try #require(ResampleFilter(rawValue: one.filter))
            for expected in one.results.map(\.image) {
                let source = one.source.image
                let resized = source.resized(width: expected.width, height: expected.height, filter: filter)
                #expect(
                    resized == expected,
                    """
                    \(filter) \(source.width)×\(source.height) to \(expected.width)×\(expected.height): \
                    largest difference \(difference(resized, expected).largest)
                    """)
                compared += 1
            }
        }
        print("\(compared) resized images equal Pillow's")
        #expect(compared == 85)
    }

    @Test func theSameSizeIsTheSameImage() {
        let image = noise(width: 9, height: 4)
        for filter in ResampleFilter.allCases {
            #expect(image.resized(width: 9, height: 4, filter: filter) == image)
        }
    }

    private struct TensorFlowCase: Decodable {
        let shape: [Int]
        let values: Data
        let target: [Int]
        let step: Int
        let results: Data
    }

    @Test func tensorFlow1BilinearEqualsTorchFidelity() throws {
        let cases: [TensorFlowCase] = try Reference.read("tensorflow1")
        #expect(cases.count == 5)
        for one in cases {
            let source = Tensor(one.values.map(Float.init), shape: one.shape)
            let resized = source.resizedLikeTensorFlow1(height: one.target[0], width: one.target[1])
            #expect(resized.shape == [one.shape[0], one.target[0], one.target[1], 3])
            let all = resized.floats
            let kept = stride(from: 0, to: all.count, by: one.step).map { all[$0] }
            let closeness = Closeness(kept, Reference.floats(one.results))
            print("TensorFlow 1 bilinear \(one.shape) to \(one.target): \(closeness)")
            #expect(closeness.sameCount && closeness.finite && closeness.largestAbsolute <= 1e-4)
        }
    }
}
