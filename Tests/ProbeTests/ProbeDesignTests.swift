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
