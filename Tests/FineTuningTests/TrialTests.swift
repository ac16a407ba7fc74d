import Foundation
import SynEmbedding
import SynFiles
import SynFineTuning
import SynReports
import SynRuns
import TestSupport
import Testing

/// Whole trials with the smallest encoder of the drawn world.
@Suite struct TrialTests {
    private static func encoder(_ name: String = "bert-mini") throws -> TextEmbedder {
        try TextEmbedder(folder: Fixture.package.appending(path: "Weights/\(name)"))
    }

    private static func settings(_ overrides: String...) throws -> FineTuningSettings {
        try FineTuningSettings(overrides: ["learning-rate=1e-3", "batch=8", "epochs=2"] + overrides)
    }

    private static func trial(_ out: URL, _ settings: FineTuningSettings, _ data: TaskData) throws -> FineTuningTrial {
        try FineTuningTrial(try encoder(), modelHash: "m", data, settings, seed: 3, out: out)
    }

    private static func run(_ trial: FineTuningTrial, _ interruption: Interruption = .init()) throws -> TrialResult {
        try trial.run(interruption: interruption, remark: { _ in }) { _, _ in }
    }

    private func complaint(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing"
        } catch { return UserError(error).description }
    }

    /// With BFloat16 products it learns the same by nearly the same losses, and is another trial.
    @Test func learnsTheSameInMixedPrecision() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try DrawnTask.smiling.data(train: 160, development: 60)
        let wide = try Self.trial(folder, Self.settings("dropout=0"), data)
        let plain = try Self.run(wide)
        let narrow = try Self.trial(folder, Self.settings("dropout=0", "precision=bf16"), data)
        #expect(narrow.kept() == nil)
        let mixed = try Self.run(narrow)
        for (a, b) in zip(plain.curve, mixed.curve) {
            guard let a = a.loss, let b = b.loss else { continue }
            print("mixed precision: mean loss \(b), in Float32 \(a)")
            #expect(abs(a - b) < 0.02)
        }
        #expect(mixed.curve != plain.curve)
        #expect(zip(plain.development[0], mixed.development[0]).filter { $0 != $1 }.count <= 3)
    }

    /// A stopped trial goes on to the very answers and the very log of one that was never stopped.
    @Test func goesOnToTheBit() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try DrawnTask.smiling.data(train: 44, development: 30)
        let settings = try Self.settings("evaluations=2", "micro-batch=3")
        let whole = try Self.run(try Self.trial(folder.appending(path: "a"), settings, data))
        #expect(whole.steps == 12 && whole.curve.filter { $0.development != nil }.count == 4)

        let trial = try Self.trial(folder.appending(path: "b"), settings, data)
        for stop in [1, 5, 6, 11] {
            let interruption = Interruption()
            #expect(throws: Interrupted.self) {
                try trial.run(interruption: interruption, remark: { Issue.record("\($0)") }) { step, _ in
                    if step == stop { interruption.request() }
                }
            }
            #expect(trial.kept() == nil)
        }
        let parts = try Self.run(trial)
        #expect(parts.development == whole.development && parts.curve == whole.curve)
        // Finished: kept, without the state, and only for the same settings and data.
        #expect(trial.kept() == parts)
        #expect(!FileManager.default.fileExists(atPath: trial.folder.appending(path: FineTuning.stateName).path))
        #expect(try Self.trial(folder.appending(path: "b"), Self.settings(), data).kept() == nil)
        let other = try DrawnTask.grammar.data(train: 44, development: 30)
        #expect(try Self.trial(folder.appending(path: "b"), settings, other).kept() == nil)
    }

    /// Seeds differ in heads, orders and dropout, and so in their curves.
    @Test func learnsWhatCanBeLearnt() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try DrawnTask.smiling.data(train: 320, development: 128)
        let study = GLUEStudy(
            [try Self.encoder(), try Self.encoder("clip-mini")], [data], seeds: [1, 2],
            try Self.settings("epochs=3", "batch=16"), out: folder)
        let results = try study.run()
        #expect(results.count == 4)
        let report = GLUEReportBuilder(study, results).report()
        for score in report.scores { #expect(score.mean > 0.8, "\(score.encoder): \(score.mean)") }
        #expect(results[0].curve != results[1].curve)
        #expect(report.comparisons.count == 1 && report.curves.count == 4)
        // Nothing is done twice.
        let again = try study.run { _ in Issue.record("a finished trial was run again") }
        #expect(again == results)
    }

    @Test func frozenProbesOfEveryLayer() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let encoder = try Self.encoder()
        let study = GLUEStudy(
            [encoder],
            [
                try DrawnTask.smiling.data(train: 300, development: 100),
                try DrawnTask.samePortrait.data(train: 300, development: 100),
            ], seeds: [1], FineTuningSettings(), out: folder)
        let probes = try study.probes()
        #expect(probes.map(\.layers.count) == [encoder.encoder.layerCount + 1, encoder.encoder.layerCount + 1])
        #expect((probes[0].best?.value ?? 0) > 0.9)
        #expect(FrozenProbes.strengths.contains(probes[0].layers[0].c))
        let again = try study.probes { _ in Issue.record("a finished probe was made again") }
        #expect(again == probes)
    }

    @Test func badDataAndSettings() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = GLUETask.rte.task
        let same = (0..<9).map { LabelledText("a man", "a \($0)", answer: 1) }
        #expect(
            complaint { _ = try TaskData(task, train: same, development: [.init("dev", same)]) }
                .contains("has only the label not_entailment"))
        let few = try DrawnTask.smiling.data(train: 7, development: 4)
        #expect(
            complaint { _ = try Self.run(try Self.trial(folder, try Self.settings(), few)) }
                .contains("has 7 examples, fewer than a batch of 8"))
        let enough = try DrawnTask.smiling.data(train: 64, development: 16)
        #expect(complaint { _ = try Self.settings("learning-rate=1") }.contains("learning-rate is \"1\""))
        #expect(complaint { _ = try Self.settings("dropuot=0") }.contains("did you mean dropout"))
        #expect(complaint { _ = try Self.settings("batch") }.contains("write KEY=VALUE"))
        #expect(complaint { _ = try FineTuningSettings(file: "/none.yaml") }.contains("/none.yaml does not exist"))
        #expect(complaint { _ = try TaskData.all(["rta"], in: GLUEFolder("x")) }.contains("did you mean rte?"))
        // The largest rate there is: an answer made of numbers all the same, or a sentence.
        let wild = try Self.settings("learning-rate=0.1", "gradient-norm=1e6")
        do {
            let result = try Self.run(try Self.trial(folder, wild, enough))
            #expect(!result.curve.isEmpty && result.curve.allSatisfy { $0.loss?.isFinite != false })
            #expect(result.curve.last?.development?.isFinite == true)
        } catch {
            #expect(UserError(error).description.contains("lower the learning rate"))
        }
    }

    /// Before the first step moves anything a loss that is no number is the encoder's fault, and nothing is left behind.
    @Test func aDamagedEncoderIsNamed() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let damaged = folder.appending(path: "damaged")
        try FileManager.default.copyItem(at: Fixture.package.appending(path: "Weights/bert-mini"), to: damaged)
        let file = damaged.appending(path: "model.safetensors")
        var bytes = try Data(contentsOf: file)
        // The words' vectors stand first.
        let header = 8 + (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        bytes.replaceSubrange(header..<header + 59_904, with: Data(repeating: 0xff, count: 59_904))
        try bytes.write(to: file)
        let trial = try FineTuningTrial(
            try TextEmbedder(folder: damaged), modelHash: "m", try DrawnTask.smiling.data(train: 64, development: 16),
            try Self.settings(), seed: 3, out: folder.appending(path: "out"))
        let found = complaint { _ = try Self.run(trial) }
        #expect(found.contains("the first loss of") && found.contains("holds NaN"), "\(found)")
        #expect(trial.kept() == nil)
    }

    @Test func settingsAreWrittenAsTheyAreRead() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = try FineTuningSettings(overrides: ["epochs=4", "micro-batch=8", "warmup=0.06"])
        let file = folder.appending(path: "s.yaml")
        try Data(try settings.yaml.utf8).write(to: file)
        #expect(try FineTuningSettings(file: file.path) == settings)
        #expect(settings.epochs == 4 && settings.microBatch == 8 && settings.warmup == 0.06)
        // Without a file the base stands, but for what is overridden.
        let mini = try FineTuningSettings(overrides: ["batch=16"], base: .miniature)
        #expect(mini.batch == 16 && mini.learningRate == 1e-3 && mini.epochs == 4 && mini.microBatch == nil)
        #expect(try FineTuningSettings(file: file.path, base: .miniature) == settings)
        // Published: five passes over MRPC, three over the others.
        #expect(FineTuningSettings().epochs(of: GLUETask.mrpc.task) == 5)
        #expect(FineTuningSettings().epochs(of: GLUETask.rte.task) == 3)
    }
}
