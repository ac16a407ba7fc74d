import Foundation
import SynFiles
import SynPortraits
import SynProbe
import SynReports
import SynTensors
import TestSupport
import Testing

/// What keeps training and scoring apart, and what the vectors go through on their way.
@Suite struct ProbeDesignTests {
    @Test func testPortraitsAreOthersThanThoseOfValidation() {
        let data = ProbeData(world: PortraitWorld(), training: 20, validation: 5, test: 6)
        let numbers = [data.training, data.validation, data.test].map { Set($0.map(\.number)) }
        #expect(numbers.map(\.count) == [20, 5, 6])
        for (a, b) in [(0, 1), (0, 2), (1, 2)] { #expect(numbers[a].isDisjoint(with: numbers[b])) }
        #expect(data.scored == data.test)
        #expect(ProbeData(world: PortraitWorld(), training: 20, validation: 5).scored.count == 5)
        // Another test of the same adapters.
        let later = ProbeData(world: PortraitWorld(), training: 20, validation: 5, test: 6, skipping: 6)
        #expect(later.training == data.training && later.validation == data.validation)
        #expect(later.test.count == 6 && numbers.allSatisfy { $0.isDisjoint(with: later.test.map(\.number)) })
        #expect(later.identity != data.identity)
    }

    /// No caption that is drawn stands in training, word for word or as the same statements; and some are left out.
    @Test func captionsThatTrainingHasAreNotDrawn() throws {
        let data = ProbeData(world: PortraitWorld(), training: 400, validation: 5, test: 60, unseenOnly: true)
        func statements(_ caption: String) -> Set<String> {
            Set(CaptionMentions.read(caption).map { "\($0.key.rawValue) \($0.value)" })
        }
        let texts = Set(data.training.flatMap(\.captions))
        let sets = Set(texts.map(statements))
        let drawn = data.generationCaptions(nil)
        #expect(!drawn.isEmpty)
        for choice in drawn {
            let caption = data.test[choice.sample].captions[choice.caption]
            #expect(!texts.contains(caption) && !sets.contains(statements(caption)), "\(caption)")
        }
        let seen = try #require(data.seen)
        #expect(seen.captions == 600 && drawn.count == 600 - seen.words - seen.statements)
        #expect(seen.words > 0 && seen.statements > 0, "else this test could not fail")
        print("of 600 captions \(seen.words) are in training word for word, \(seen.statements) as the same statements")
    }

    /// An adapter trained on scaled vectors and folded does to raw ones what it did to scaled ones.
    @Test func scalingFoldsIntoTheAdapter() throws {
        var stream = RandomStream(seed: 5, purpose: "vectors")
        let vectors = Tensor(shape: [40, 7]) { values in
            for i in values.indices { values[i] = Float(i % 7) * 3 + (Float(i % 7) + 0.5) * stream.normal() }
        }
        let scaling = VectorScaling(vectors)
        let scaled = scaling(vectors).floats
        for component in 0..<7 {
            let values = (0..<40).map { Double(scaled[$0 * 7 + component]) }
            let mean = values.reduce(0, +) / 40
            let square = values.reduce(0) { $0 + $1 * $1 } / 40
            #expect(abs(mean) < 1e-6 && abs(square - 1.0 / 7) < 1e-5, "every component has a seventh of the length")
        }
        let adapter = try Adapter(from: 7, to: 5, prefixTokens: 2, seed: 1)
        let (before, after) = (adapter(scaling(vectors)).floats, scaling.folded(adapter)(vectors).floats)
        let largest = zip(before, after).map { abs($0 - $1) }.max() ?? 1
        print("folded against scaled: largest difference \(largest)")
        #expect(largest < 2e-5)
        #expect(VectorScaling(Tensor.zeros([3, 2])).scale == [1, 1], "vectors that are all the same stay finite")
    }

    /// Whitened vectors have the asked length, and in every direction in which they vary the same deviation; a narrow
    /// component is told as loudly as a wide one, and what is folded is the same layer.
    @Test func whiteningFoldsIntoTheAdapter() throws {
        var stream = RandomStream(seed: 6, purpose: "vectors")
        let vectors = Tensor(shape: [400, 5]) { values in
            for i in values.indices {
                // The last follows the first; deviations 1, 2, 3, 4 and about 1.
                values[i] = i % 5 == 4 ? values[i - 4] + 0.2 * stream.normal() : Float(i % 5 + 1) * stream.normal() + 7
            }
        }
        let scaling = try #require(try VectorScaling.whitening(vectors, length: 3))
        let scaled = DoubleMatrix(scaling(vectors))
        let moment = scaled.times(scaled, from: .transposed)
        #expect(abs(moment.trace / 400 - 9) < 1e-4)
        let deviations = try moment.symmetricEigenvalues().map { ($0 / 400).squareRoot() }
        print("deviations along the axes of whitened vectors", deviations)
        // Of the narrowest, whose variance is .02 beside a mean of 6.2, the ridge takes away about two thirds.
        #expect(deviations[4] / deviations[1] < 1.2 && deviations[0] / deviations[4] < 0.5)
        let adapter = try Adapter(from: 5, to: 4, prefixTokens: 2, seed: 1)
        let (before, after) = (adapter(scaling(vectors)).floats, scaling.folded(adapter)(vectors).floats)
        let largest = zip(before, after).map { abs($0 - $1) }.max() ?? 1
        print("folded against whitened: largest difference \(largest)")
        #expect(largest < 2e-5)
        #expect(try VectorScaling.whitening(Tensor.zeros([3, 2])) == nil, "vectors that are all the same")
    }

    /// √m (F + .3 m)^−½ of gradients along two axes, by hand.
    @Test func prefixUnitsAreInverseRootsOfTheFisherInformation() throws {
        let gradients = Tensor([3, 0, -3, 0, 0, 1, 0, -1] as [Float], shape: [4, 2])   // F = diag(4.5, .5), m = 2.5
        let units = try #require(try PrefixUnits.matrix(of: gradients)).floats
        let expected = [(2.5 / (4.5 + 0.75)).squareRoot(), 0, 0, (2.5 / (0.5 + 0.75)).squareRoot()]
        #expect(zip(units, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
        #expect(try PrefixUnits.matrix(of: Tensor.zeros([4, 2]))?.floats == [1, 0, 0, 1])
        #expect(try PrefixUnits.matrix(of: Tensor([.nan, 0] as [Float], shape: [1, 2])) == nil)
    }

    @Test func settingsOfADesignThatCannotBeAreRefused() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "a.yaml")
        let yaml = """
            decoder: d
            encoders: [{name: a, path: a, style: bert}]
            scores: {clip: c, inception: i, primary: second-clip}
            """
        try AtomicFile.write(yaml, to: file)
        let error = #expect(throws: (any Error).self) { try ProbeSettings(file: file.path, overrides: []) }
        #expect("\(error.map { $0 as Any } ?? "")".contains("scores.second-clip names no model"))
    }
}
