import Foundation
import SynEmbedding
import SynMetrics
import SynProbe
import SynRuns
import TestSupport
import Testing

/// Samples/celebahq.yaml is the published experiment, number by number (protocol, section 1).
@Suite("The paper's experiment as a settings file")
struct FullExperimentTests {
    static let path = Fixture.package.appending(path: "Samples/celebahq.yaml").path

    @Test("every number is the protocol's")
    func protocolNumbers() throws {
        let settings = try ProbeSettings(file: Self.path)
        #expect(settings.seeds.count == 3)
        #expect(settings.data.train == 25_000 && settings.data.validation == 5_000)
        let adapter = settings.adapter
        #expect(adapter.prefixTokens == 1 && adapter.dropout == 0.1)
        #expect(adapter.learningRate == 5e-4 && adapter.betas == [0.9, 0.95] && adapter.weightDecay == 0)
        #expect(adapter.batch == 64 && adapter.epochs == 4 && adapter.steps == nil)
        #expect(adapter.patience == 1 && adapter.threshold == 0.5)
        let sampling = settings.sampling
        #expect(sampling.topK == 250 && sampling.topP == 1 && sampling.temperature == 1 && !sampling.greedy)
        #expect(sampling.guidance == 1 && sampling.captions == nil && sampling.imagesPerCaption == 1)
        #expect(settings.scores.splits == 10 && settings.retired.isEmpty)
        #expect(settings.scores.clip == "openai/clip-vit-base-patch16" && settings.scores.attributes == nil)
        #expect(settings.decoder == "taming/celebahq" && settings.scores.inception == "inception")
        #expect(settings.ablation.encoders.isEmpty && settings.precision == .auto)
        #expect(
            settings.encoders.map(\.path) == [
                "bert-base-uncased", "bert-large-uncased", "roberta-base", "roberta-large",
                "openai/clip-vit-base-patch32",
                "openai/clip-vit-base-patch16", "openai/clip-vit-large-patch14", "openai/clip-vit-large-patch14-336",
                nil,
            ])
        #expect(
            settings.encoders.map(\.style) == Array(repeating: .bert, count: 4) + Array(repeating: .clip, count: 4) + [
                .random
            ])
        #expect(settings.encoders.allSatisfy { $0.pooling == .probe })
    }

    @Test("what it writes out are the defaults, but for the parts that a batch is computed in")
    func defaults() throws {
        let settings = try ProbeSettings(file: Self.path)
        var adapter = AdapterSettings()
        adapter.microBatch = 8
        #expect(
            settings.adapter == adapter && settings.sampling == SamplingSettings()
                && settings.seeds == ProbeSettings().seeds)
        var scores = ScoreSettings()
        (scores.clip, scores.inception) = (settings.scores.clip, settings.scores.inception)
        #expect(settings.scores == scores)
        #expect(settings.data.train == DataSettings().train && settings.data.validation == DataSettings().validation)
    }

    @Test("without models and data, everything missing is told at once, with the command that fetches it")
    func needs() throws {
        let home = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: home) }
        func complaint(_ environment: [String: String], _ overrides: [String] = []) throws -> UserError? {
            let settings = try ProbeSettings(
                file: Self.path, overrides: ["output=\(home.path)/run", "data.folder=\(home.path)/none"] + overrides)
            let locator = ModelLocator(environment: ["HOME": home.path].merging(environment) { $1 })
            return #expect(throws: UserError.self) {
                try ProbeRun(settings, locator: locator, interruption: Interruption()) { _ in }
            }
        }
        let found = try complaint([:])
        #expect(found?.kind == .missing)
        #expect(found?.description == "12 things that celebahq needs are missing")
        #expect(found?.details.count == 14)
        #expect(found?.details.first == "decoder: taming/celebahq is not here (about 3.40 GB)")
        #expect(found?.details[11] == "data: \(home.path)/none is not a folder; name the data set's in data.folder")
        // The scorer is one of the encoders: it is fetched once.
        #expect(
            found?.details[12]
                == "fetch models with: synesthesia fetch taming/celebahq bert-base-uncased bert-large-uncased "
                + "roberta-base roberta-large "
                + "openai/clip-vit-base-patch32 openai/clip-vit-base-patch16 openai/clip-vit-large-patch14 "
                + "openai/clip-vit-large-patch14-336 inception")
        #expect(found?.details[13] == "how to get the data set: Documentation/TheFullExperiment.md")
        #expect(!FileManager.default.fileExists(atPath: home.path + "/run"))
        #expect(try complaint(["HF_HUB_OFFLINE": "1"])?.kind == .offline)
        // A single thing is told in its own words.
        let one = try complaint(
            [:],
            [
                "data.folder=null", "encoders=[{name: random, style: random}]", "decoder=\(home.path)",
                "scores.clip=\(home.path)",
            ])
        #expect(one?.details == [] && one?.description.hasSuffix("fetch it with: synesthesia fetch inception") == true)
    }
}
