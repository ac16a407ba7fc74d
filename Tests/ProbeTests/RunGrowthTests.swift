import Foundation
import SynEmbedding
import SynModels
import SynProbe
import SynReports
import SynRuns
import SynTraining
import TestSupport
import Testing

/// Runs that grow, that are shared between folders, and whose models or data are exchanged.
@Suite(.serialized, .oneThreadCount, .enabled(if: ProbeTests.hasWeights, "Weights/decoder is absent"))
struct RunGrowthTests {
    private static let weights = ProbeTests.weights.path

    private func settings(
        _ output: URL, seeds: String = "[1]", encoders: String = "[{name: random, style: random, size: 8}]",
        captions: Int = 3,
        more: String = "", decoder: String = weights + "/decoder"
    ) throws -> ProbeSettings {
        try ProbeSettings(
            yaml: """
                seeds: \(seeds)
                decoder: \(decoder)
                encoders: \(encoders)
                data: {train: 12, validation: 4}
                adapter: {steps: 4, batch: 6, learning-rate: 0.01}
                sampling: {captions: \(captions), batch: 2}
                scores: {clip: \(Self.weights)/clip-judge, inception: \(Self.weights)/inception-mini, splits: 2}
                output: \(output.path)
                precision: f32
                threads: 1
                \(more)
                """, source: "test")
    }

    @discardableResult
    private func run(_ settings: ProbeSettings, _ words: inout [String]) throws -> ProbeReport {
        var said: [String] = []
        defer { words = said }
        return try ProbeRun(
            settings, locator: ModelLocator(environment: [:]), interruption: Interruption(), remark: { said.append($0) }
        ) { _ in }.run()
    }

    private func scores(_ report: ProbeReport) -> [[String]] {
        report.scores.map { [$0.encoder, "\($0.seed)", "\($0.clipScore)", "\($0.n)", "\($0.fid ?? -1)"] }
    }

    private func folder() throws -> URL { try Fixture.temporaryFolder().appending(path: "run") }

    private let both = "[{name: random, style: random, size: 8}, {name: bert, path: \(weights)/bert-mini, style: bert}]"

    @Test func moreSeedsEncodersAndCaptionsGoOnInTheSameFolder() throws {
        let (small, fresh) = (try folder(), try folder())
        var words: [String] = []
        try run(try settings(small), &words)
        let adapter = small.appending(path: "random/seed-1/adapter.safetensors")
        let made = try FileManager.default.attributesOfItem(atPath: adapter.path)[.modificationDate] as? Date
        try run(try settings(small, seeds: "[1, 2]"), &words)
        #expect(words.isEmpty)
        try run(try settings(small, seeds: "[1, 2]", encoders: both), &words)
        #expect(words.isEmpty)
        let grown = try run(
            try settings(small, seeds: "[1, 2]", encoders: both, captions: 5, more: "text-study: false"), &words)
        #expect(words.isEmpty)
        #expect(try FileManager.default.attributesOfItem(atPath: adapter.path)[.modificationDate] as? Date == made)
        let whole = try run(try settings(fresh, seeds: "[1, 2]", encoders: both, captions: 5), &words)
        #expect(scores(grown) == scores(whole) && grown.scores.count == 4)
        #expect(grown.significance == whole.significance)
        for less in [try settings(small), try settings(small, seeds: "[1, 2]", encoders: both, captions: 4)] {
            #expect { try run(less, &words) } throws: {
                UserError($0).kind == .settings && "\($0)".contains("other settings")
            }
        }
    }

    @Test func timesAreOfAllSittings() throws {
        let folder = try folder()
        var words: [String] = []
        let first = try run(try settings(folder), &words)
        let second = try run(try settings(folder, seeds: "[1, 2]"), &words)
        func seconds(_ report: ProbeReport, _ name: String) -> Double {
            report.provenance.stages.first { $0.name == name }?.seconds ?? 0
        }
        for name in ["adapters", "pictures", "scores"] {
            #expect(seconds(first, name) > 0)
            #expect(seconds(second, name) > seconds(first, name))
        }
        #expect(seconds(second, "features") >= seconds(first, "features"))
    }

    @Test func foldersOfSharedWorkAreJoined() throws {
        let (one, other, whole, fresh) = (try folder(), try folder(), try folder(), try folder())
        var words: [String] = []
        try run(try settings(one, seeds: "[1, 2]"), &words)
        try run(
            try settings(
                other, seeds: "[1, 2]", encoders: "[{name: bert, path: \(Self.weights)/bert-mini, style: bert}]"),
            &words)
        let outcome = try RunJoin([one.path, other.path], into: whole.path) { words.append($0) }.run()
        #expect(words.isEmpty && outcome.encoders == ["random", "bert"] && outcome.files > 30)
        let adapter = whole.appending(path: "bert/seed-2/adapter.safetensors")
        let made = try FileManager.default.attributesOfItem(atPath: adapter.path)[.modificationDate] as? Date
        let joined = try run(try ProbeSettings(file: outcome.settings), &words)
        #expect(try FileManager.default.attributesOfItem(atPath: adapter.path)[.modificationDate] as? Date == made)
        #expect(words.isEmpty)
        let expected = try run(try settings(fresh, seeds: "[1, 2]", encoders: both), &words)
        #expect(scores(joined) == scores(expected) && joined.significance == expected.significance)
        // Again, and into the same: nothing is left to do.
        #expect(try RunJoin([one.path], into: whole.path) { words.append($0) }.run().files == 0)
        #expect { _ = try RunJoin([one.path, one.path], into: whole.path) { _ in }.run() } throws: {
            "\($0)".contains("named twice")
        }
        let strange = try folder()
        try run(try settings(strange, captions: 2), &words)
        #expect { _ = try RunJoin([one.path, strange.path], into: try folder().path) { _ in }.run() } throws: {
            "\($0)".contains("captions: 3") && "\($0)".contains("captions: 2")
        }
    }

    @Test func exchangedModelsAreRefused() throws {
        let place = try Fixture.temporaryFolder()
        func copied(_ name: String, as copy: String? = nil) throws -> URL {
            let url = place.appending(path: copy ?? name)
            try? FileManager.default.removeItem(at: url)
            try FileManager.default.copyItem(at: URL(filePath: "\(Self.weights)/\(name)"), to: url)
            return url
        }
        let folder = place.appending(path: "run")
        let models = try ["decoder", "bert-mini", "clip-judge", "inception-mini"].map { try copied($0) }
        func mine(_ more: String = "") throws -> ProbeSettings {
            var settings = try settings(
                folder, encoders: "[{name: bert, path: \(models[1].path), style: bert}]", more: more,
                decoder: models[0].path)
            (settings.scores.clip, settings.scores.inception) = (models[2].path, models[3].path)
            return settings
        }
        var words: [String] = []
        try run(try mine(), &words)
        for (model, owner) in zip(models, ["decoder", "encoder bert", "scores.clip", "scores.inception"]) {
            let weights = model.appending(path: "model.safetensors")
            let good = try Data(contentsOf: weights)
            var bad = good
            bad[bad.count - 3] ^= 1
            try bad.write(to: weights)
            #expect { try run(try mine(), &words) } throws: {
                "\($0)".contains("(\(owner): model.safetensors)") && UserError($0).kind == .settings
            }
            try good.write(to: weights)
        }
        try run(try mine(), &words)   // put back: as if nothing had been
        #expect(words.isEmpty)
    }

    @Test func exchangedDataAreRefused() throws {
        let place = try Fixture.temporaryFolder()
        let faces = place.appending(path: "faces")
        let portraits = try PortraitFolder(faces, count: 24, size: 32, seed: nil)
        try portraits.write(portraits.missing[...])
        try portraits.finish()
        let folder = place.appending(path: "run")
        var settings = try settings(folder)
        settings.data.folder = faces.path
        var words: [String] = []
        try run(settings, &words)
        try run(settings, &words)
        #expect(words.isEmpty)
        let captions = try FileManager.default.subpathsOfDirectory(atPath: faces.path).filter { $0.hasSuffix("/5.txt") }
        let file = faces.appending(path: try #require(captions.first))
        let text = try String(contentsOf: file, encoding: .utf8)
        for changed in [
            text.replacing("a", with: "e"), text.split(separator: "\n").dropLast(9).joined(separator: "\n"),
            text + "One more.\n",
        ] {
            try Data(changed.utf8).write(to: file)
            #expect { try run(settings, &words) } throws: { "\($0)".contains("data: captions 5") }
        }
        try Data(text.utf8).write(to: file)
        try run(settings, &words)
        let pictures = try FileManager.default.subpathsOfDirectory(atPath: faces.path).filter {
            $0.hasSuffix("/5.png") || $0.hasSuffix("/5.jpg")
        }
        let picture = faces.appending(path: try #require(pictures.first))
        let other = picture.deletingLastPathComponent().appending(path: "6.\(picture.pathExtension)")
        try Data(contentsOf: other).write(to: picture)
        #expect { try run(settings, &words) } throws: { "\($0)".contains("data: picture 5") }
    }

    @Test func guidancesThatPrintAlikeHaveFoldersOfTheirOwn() throws {
        let folder = try folder()
        var words: [String] = []
        let report = try run(
            try settings(
                folder,
                more: "ablation: {encoders: [random], prefix-tokens: [1], guidance: [3, 3.0000001, "
                    + "2.9999999]}"),
            &words)
        #expect(report.ablation?.rows.count == 3)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "random/seed-1").path)
        #expect(Set(names).isSuperset(of: ["images-w3", "images-w3.0000001", "images-w2.9999999"]))
    }

    @Test func limitedRunsSaySo() throws {
        let folder = try folder()
        var words: [String] = []
        let report = try run(try settings(folder, more: "limit: 2"), &words)
        #expect(report.partial && report.scores[0].n == 2)
        #expect(
            try String(contentsOf: folder.appending(path: "report.html"), encoding: .utf8).lowercased().contains(
                "only part of the captions"))
        #expect { try run(try settings(folder), &words) } throws: { "\($0)".contains("other settings") }
    }

    @Test func whatNeedsTooMuchMemoryIsRefusedFirst() throws {
        var data = DataSettings()
        (data.train, data.validation) = (10_000_000, 1000)
        #expect { try MemoryNeed.captions(data).check(available: 4e9) } throws: {
            UserError($0).kind == .settings
                && "\($0)"
                    == "this would need 15.00 GB of memory, of which there are 4.00 GB; 15.00 GB are captions to "
                    + "train with: lower data.train"
        }
        try MemoryNeed.captions(data).check(available: 16e9)
        var settings = try settings(try folder())
        let known = try ProbeData(settings.data)
        let decoder = try ImageDecoderConfiguration(projectFile: URL(filePath: "\(Self.weights)/decoder/project.yaml"))
        func refusal(_ vectorSize: Int, available: Double = 4e9) -> String {
            for need in MemoryNeed.probe(settings, known, decoder, vectorSize: vectorSize) {
                do { try need.check(available: available) } catch { return "\(error)" }
            }
            return ""
        }
        #expect(refusal(1024) == "")
        settings.adapter.prefixTokens = 1024
        print(refusal(65_536))
        #expect(refusal(65_536).hasSuffix("are the adapter and its training: lower adapter.prefix-tokens"))
        settings.sampling.imagesPerCaption = 1000
        let prefixes = refusal(16, available: 1e9)
        #expect(prefixes.hasSuffix("are prefixes of 3000 pictures: lower sampling.images-per-caption"), "\(prefixes)")
        #expect(MemoryNeed.text(5.24e12) == "5.2 TB" && MemoryNeed.text(1e300) == "1e+288 TB")
    }
}
