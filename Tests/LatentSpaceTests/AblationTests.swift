import Foundation
import SynLatentSpace
import SynReports
import SynRuns
import SynTensors
import TestSupport
import Testing

@Suite("What closes the gap") struct AblationTests {
    private struct Case: Decodable {
        struct Block: Decodable { let clip, infoloob, hopfield, cloob: Double }
        struct Effect: Decodable { let value, lower, upper, f, p, share: Double }
        let blocks: [Block]
        struct Simple: Decodable { let value, lower, upper, p: Double }
        let effects: [String: Effect]
        let simple: [Simple]
    }

    private func cases() throws -> [Case] {
        try JSONDecoder().decode([Case].self, from: Data(contentsOf: Fixture.url("space/ablation.json")))
    }

    private func cells(_ block: Case.Block) -> FactorCells {
        FactorCells(clip: block.clip, infoloob: block.infoloob, hopfield: block.hopfield, cloob: block.cloob)
    }

    @Test("effects, intervals and shares are those of a repeated-measures analysis of variance")
    func effects() throws {
        for one in try cases() {
            let record = TwoWayAnalysis(one.blocks.map(cells)).record(measure: "distance")
            #expect(
                record.seeds == one.blocks.count && record.effects.map(\.name) == ["loss", "retrieval", "interaction"])
            for effect in record.effects {
                let expected = try #require(one.effects[effect.name])
                let t = try #require(effect.t)
                let interval = try #require(effect.interval)
                let pairs = [
                    (effect.value, expected.value), (t * t, expected.f), (try #require(effect.p), expected.p),
                    (interval.lower, expected.lower), (interval.upper, expected.upper),
                    (try #require(effect.shareOfVariation), expected.share),
                    (
                        try #require(effect.partialShare),
                        expected.f / (expected.f + Double(one.blocks.count - 1))
                    ),
                ]
                for (a, b) in pairs { #expect(abs(a - b) <= 1e-9 * max(1, abs(b)), "\(effect.name): \(a), \(b)") }
                #expect((effect.correctedP ?? 0) >= (effect.p ?? 1))
            }
        }
    }

    @Test("each factor at each level of the other is scipy's paired test")
    func simple() throws {
        for one in try cases() {
            let record = TwoWayAnalysis(one.blocks.map(cells)).record(measure: "distance")
            let found = try #require(record.simpleEffects)
            #expect(found.count == 4)
            for (effect, expected) in zip(found, one.simple) {
                let interval = try #require(effect.interval)
                let pairs = [
                    (effect.value, expected.value), (interval.lower, expected.lower), (interval.upper, expected.upper),
                    (try #require(effect.p), expected.p),
                ]
                for (a, b) in pairs { #expect(abs(a - b) <= 1e-9 * max(1, abs(b)), "\(effect.name): \(a), \(b)") }
                #expect((effect.correctedP ?? 0) >= (effect.p ?? 1))
            }
        }
    }

    @Test("where the factors interact, the first sentence tells each at each level of the other")
    func dependence() throws {
        // Without retrieval the loss lowers the distance, with it it does nothing.
        let blocks = [0.0, 0.01, -0.01, 0.02, -0.02].map {
            FactorCells(clip: 0.8 + $0, infoloob: 0.5 - $0, hopfield: 0.7 + $0 / 2, cloob: 0.7 + $0)
        }
        let report = self.report(analyses: [TwoWayAnalysis(blocks).record(measure: "distance")])
        let finding = report.findings[0]
        #expect(finding.hasPrefix("What each change does depends on the other"), "\(finding)")
        #expect(finding.contains("by -0.300") || finding.contains("by −0.300"), "\(finding)")
        #expect(!finding.contains("does more"))
        #expect(report.terminal.contains("InfoLOOB for InfoNCE, with retrieval"))
    }

    @Test("the larger effect is found whichever way it points; one seed has no interval")
    func larger() throws {
        let all = try cases()
        let first = TwoWayAnalysis(all[0].blocks.map(cells)).record(measure: "distance")
        #expect(first.lossBeyondRetrieval.value > 0.2 && (first.lossBeyondRetrieval.p ?? 1) < 0.05)
        let means = first.means
        #expect(abs(first.lossBeyondRetrieval.value - (abs(means.loss) - abs(means.retrieval))) < 1e-12)
        let second = TwoWayAnalysis(all[1].blocks.map(cells)).record(measure: "distance")
        #expect(second.lossBeyondRetrieval.value < 0)
        let alone = TwoWayAnalysis([cells(all[0].blocks[0])]).record(measure: "distance")
        #expect(alone.effects.allSatisfy { $0.interval == nil && $0.p == nil && $0.hedgesG == nil })
        let report = self.report(analyses: [alone])
        #expect(report.findings[0].contains("not known from one seed") && report.warning != nil)
        #expect(self.report(analyses: [first]).findings[0].contains("The loss does more"))
    }

    private func report(analyses: [FactorAnalysis]) -> GapAblationReport {
        GapAblationReport(
            models: [], analyses: analyses, published: PublishedAblation.quoted, settings: [],
            provenance: Provenance(toolVersion: "1", cpu: "", threads: 1, precision: "f32", date: ""), remarks: [])
    }

    @Test("published gaps measured from the matrices are the quoted ones", .enabled(if: Amumo.isHere))
    func published() throws {
        let measured = try PublishedAblation.measured(in: Amumo.url("MSCOCO-Val_size-100_CLOOB_ablation"))
        #expect(measured.count == 3 && measured.count(where: \.isMeasured) == 2)
        for (a, b) in zip(measured, PublishedAblation.quoted) {
            #expect(a.name == b.name)
            for path in [\FactorCells.clip, \.infoloob, \.hopfield, \.cloob] {
                #expect(abs(a.means[keyPath: path] - b.means[keyPath: path]) < 1e-6)
            }
        }
        // space.md's: the loss lowers the gap by .25 and .26, the retrieval by .03 and .06 (CC, 31 and 128 epochs).
        #expect(measured.prefix(2).allSatisfy { -$0.means.loss > 3 * abs($0.means.retrieval) })
    }

    @Test("what is finished is kept; other settings are refused; spoilt weights are trained again")
    func resuming() throws {
        let folder = try Fixture.temporaryFolder()
        var settings = GapAblation.Settings(steps: 3, batch: 4, scale: 30, pairs: 20)
        var (trained, stopAfter) = ([String](), 2)
        // A committed model stands in for trainings.
        let weights = Fixture.package.appending(path: "Weights/clip-mini")
        func models(seeds: Int) throws -> [AblatedModel] {
            let ablation = try GapAblation(settings, seeds: seeds, factorsOnly: true, folder: folder)
            return try ablation.models { cell in
                guard trained.count < stopAfter else { throw Interrupted() }
                trained.append(cell.name)
                try FileManager.default.createDirectory(
                    at: folder.appending(path: "models"), withIntermediateDirectories: true)
                let place = ablation.places(of: cell).model
                try? FileManager.default.removeItem(at: place)
                try FileManager.default.copyItem(at: weights, to: place)
            } progress: { _, _ in
            }
        }
        #expect(throws: Interrupted.self) { _ = try models(seeds: 1) }
        stopAfter = 100
        let all = try models(seeds: 1)
        #expect(trained == ["clip-seed-1", "infoloob-seed-1", "hopfield-seed-1", "cloob-seed-1"])
        #expect(try models(seeds: 1) == all && trained.count == 4)
        #expect(try models(seeds: 2).count == 8 && trained.count == 8)
        try Data("x".utf8).write(to: folder.appending(path: "models/cloob-seed-1/model.safetensors"))
        #expect(try models(seeds: 1) == all && trained.last == "cloob-seed-1" && trained.count == 9)
        settings.steps = 4
        #expect {
            _ = try models(seeds: 1)
        } throws: { "\($0)".contains("holds an ablation of 3 steps, batches of 4, scale 30 and 20 pairs") }
    }
}
