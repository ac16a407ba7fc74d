import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct TokenSamplerTests {
    let expected: ImageFixture

    init() throws { expected = try ImageFixture("sampler/expected.safetensors") }

    func rows(_ name: String) throws -> [[Float]] {
        let tensor = try expected[name]
        return (0..<6).map { tensor.slice(axis: 0, from: $0, to: $0 + 1).floats }
    }

    func kept(_ name: String, by sampler: TokenSampler) throws -> [Int32] {
        try rows(name).flatMap { try sampler.probabilities($0).map { $0 > 0 ? 1 : 0 } }
    }

    @Test(arguments: [1, 7, 40, 97])
    func topKKeepsWhatTamingKeeps(k: Int) throws {
        let sampler = try TokenSampler(topK: k)
        #expect(try kept("logits", by: sampler) == expected["top_k.\(k)"].integers)
        #expect(try kept("tied", by: sampler) == expected["top_k_tied.\(k)"].integers)
    }

    @Test func topKBeyondTheVocabularyKeepsAll() throws {
        #expect(try kept("tied", by: TokenSampler(topK: 500)).allSatisfy { $0 == 1 })
    }

    @Test(arguments: [0.05, 0.5, 0.9, 0.999])
    func topPKeepsWhatHuggingFaceKeeps(p: Double) throws {
        #expect(try kept("logits", by: TokenSampler(topP: p)) == expected["top_p.\(p)"].integers)
    }

    @Test func temperatureTopKAndTopPTogether() throws {
        let sampler = try TokenSampler(topK: 20, topP: 0.8, temperature: 0.7)
        #expect(try kept("logits", by: sampler) == expected["both.mask"].integers)
        let probabilities = try rows("logits").flatMap { try sampler.probabilities($0) }
        let closeness = Closeness(probabilities, try expected["both.probabilities"].floats.map(Double.init))
        print("probabilities: \(closeness)")
        #expect(closeness.within(1e-6))
    }

    @Test func drawsFollowTheProbabilities() throws {
        let sampler = try TokenSampler(topK: 5)
        let logits = try rows("logits")[0]
        let probabilities = try sampler.probabilities(logits)
        var counts = [Int](repeating: 0, count: logits.count)
        let draws = 40_000
        for index in 0..<draws {
            var stream = RandomStream(seed: 9, purpose: "draw", index: index)
            counts[Int(try sampler.draw(from: logits, &stream))] += 1
        }
        // Pearson's statistic over the five tokens kept: 4 degrees of freedom, 1 in 10,000 lies above 23.5.
        let statistic = zip(counts, probabilities).reduce(0.0) { sum, pair in
            let mean = pair.1 * Double(draws)
            return mean > 0 ? sum + (Double(pair.0) - mean) * (Double(pair.0) - mean) / mean : sum
        }
        print("chi-squared of draws: \(statistic)")
        #expect(zip(counts, probabilities).allSatisfy { $1 > 0 || $0 == 0 })
        #expect(statistic < 23.5)
    }

    @Test func greedyTakesTheFirstLargest() throws {
        var stream = RandomStream(seed: 1, purpose: "draw")
        let sampler = try TokenSampler(greedy: true)
        #expect(try sampler.draw(from: [0.5, 2, -1, 2], &stream) == 1)
        #expect(try sampler.probabilities([0.5, 2, -1, 2]) == [0, 1, 0, 0])
    }

    @Test func equalLogitsCannotStopTopKOrTopP() throws {
        let flat = [Float](repeating: 3, count: 64)
        #expect(try TokenSampler(topK: 3).probabilities(flat).allSatisfy { $0 == 1 / 64 })
        #expect(try TokenSampler(topP: 0.5).probabilities(flat).filter { $0 > 0 }.count == 32)
        #expect(try TokenSampler(topP: 0).probabilities(flat).filter { $0 > 0 } == [1])
    }

    @Test func lowTemperaturesStayFinite() throws {
        var stream = RandomStream(seed: 1, purpose: "draw")
        #expect(try TokenSampler(temperature: 1e-30).draw(from: [10, 30, 20], &stream) == 1)
    }

    @Test func whatCannotBeIsRefusedInASentence() throws {
        #expect(throws: ModelError("top-k is 0; it must be at least 1.")) { try TokenSampler(topK: 0) }
        #expect(throws: ModelError("top-p is 1.5; it must lie between 0 and 1.")) { try TokenSampler(topP: 1.5) }
        #expect(throws: ModelError.self) { try TokenSampler(temperature: 0) }
        #expect(throws: ModelError.self) { try TokenSampler(temperature: .nan) }
        var stream = RandomStream(seed: 1, purpose: "draw")
        for logits: [Float] in [[], [1, .nan], [.infinity, 0], [-.infinity, -.infinity]] {
            #expect(throws: ModelError.self) { try TokenSampler().draw(from: logits, &stream) }
        }
    }
}
