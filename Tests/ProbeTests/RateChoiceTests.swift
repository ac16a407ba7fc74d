import Foundation
import SynCheckpoints
import SynEmbedding
import SynFiles
import SynModels
import SynProbe
import SynRuns
import TestSupport
import Testing

@Suite struct RateChoiceTests {
    @Test func theLeastLossIsChosen() throws {
        let choice = RateChoice(rates: [1e-3, 3e-3, 1], losses: [3.25, 3.125, .infinity], steps: 40)
        #expect(choice.chosen == 3e-3)
        #expect(RateChoice(rates: [1e-3, 3e-3], losses: [2, 2], steps: 1).chosen == 1e-3, "the first of equals")
        #expect(choice.text == "40 0.001:3.25 0.003:3.125 1:inf")
        #expect(RateChoice(text: choice.text) == choice)
        for text in ["", "40", "x 1:2", "40 1:2:3", "40 1"] { #expect(RateChoice(text: text) == nil, "\(text)") }
    }

    private func settings(_ adapter: String, output: String = "/tmp/x") throws -> ProbeSettings {
        let path = ProbeTests.weights.path
        return try ProbeSettings(
            yaml: """
                seeds: [1, 2]
                decoder: \(path)/decoder
                encoders: [{name: random, style: random, size: 16}, {name: none, style: none}]
                data: {train: 32, validation: 8}
                adapter: {steps: 2, batch: 8, \(adapter)}
                scores: {clip: \(path)/clip-judge, inception: \(path)/inception-mini}
                output: \(output)
                """, source: "test")
    }

    @Test func settingsThatLeaveNothingToChoose() throws {
        #expect(try settings("learning-rates: []").adapter.choiceSteps == 0)
        #expect(try settings("learning-rates: [1e-3, 1e-2], rate-steps: 5").adapter.choiceSteps == 10)
        let written = try settings("learning-rates: []").yaml
        #expect(try ProbeSettings(yaml: written, source: "again").adapter.learningRates.isEmpty)
        #expect {
            try settings("learning-rates: [1e-3]")
        } throws: {
            "\($0)".contains("an empty list, or two or more different rates")
        }
        #expect(throws: UserError.self) { try settings("learning-rates: [1e-3, 1e-3]") }
        #expect(throws: UserError.self) { try settings("learning-rates: [1e-3, -1]") }
    }

    /// A rate so wide that nothing can be learnt is not chosen; both seeds and the file say what was.
    @Test(.enabled(if: ProbeTests.hasWeights, "Weights/decoder is absent"))
    func encodersAreTrainedAtTheirOwnRate() throws {
        let folder = try Fixture.temporaryFolder()
        let run = try ProbeRun(
            try settings("learning-rates: [5, 1e-3], rate-steps: 3, initial: start", output: folder.path),
            locator: ModelLocator(environment: [:]), interruption: Interruption()
        ) { _ in }
        let adapters = try run.trainAdapters()
        #expect(adapters.count == 2)
        for adapter in adapters {
            let place = URL(filePath: adapter)
            let note = try CheckpointContents(of: place.appending(path: "adapter.safetensors")).metadata
            let choice = try #require(note["learning_rate_choice"].flatMap(RateChoice.init(text:)))
            #expect(choice.rates == [5, 1e-3] && choice.steps == 3 && choice.chosen == 1e-3)
            #expect(choice.losses[0] > choice.losses[1])
            let log = try String(contentsOf: place.appending(path: "training.jsonl"), encoding: .utf8)
            #expect(log.contains("\"rate\":0.001"))
        }
        let features = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "features").path)
        #expect(features.filter { $0.hasPrefix("rate-random-k1-") && $0.hasSuffix(".safetensors") }.count == 1)
        #expect(!features.contains("rate-random-k1"), "its short trainings leave no folder")
    }

    /// The plan counts each choice once: two seeds of two steps each, and five steps at each of two rates.
    @Test func thePlanCountsShortTrainings() throws {
        let folder = try Fixture.temporaryFolder().appending(path: "none").path
        func steps(_ adapter: String) throws -> Double? {
            try ProbePlanRecord(settings(adapter, output: folder), ranks: 2).stages.first { $0.name == "adapters" }?
                .units
        }
        #expect(try steps("learning-rates: []") == 4)
        #expect(try steps("learning-rates: [1e-3, 1e-2], rate-steps: 5") == 14)
    }
}
