import Foundation
import SynReports
import TestSupport
import Testing

@Suite("Several runs as one report")
struct JoinedReportTests {
    static let settings = [
        Setting("name", "x"), Setting("seeds", "[0]"), Setting("decoder", "Weights/decoder"), Setting("encoders", ""),
        Setting("- name", "bert-mini"), Setting("  style", "bert"), Setting("- name", "clip-mini"),
        Setting("  style", "clip"),
        Setting("adapter", ""), Setting("  steps", "200"), Setting("  betas", "[0.9, 0.95]"),
        Setting("output", "runs/x"),
        Setting("threads", "2"),
    ]

    static func run(
        _ name: String, seeds: [UInt64], folder: URL, change: (inout ProbeReport) -> Void = { _ in }
    ) -> JoinedReport.Run {
        var report = MadeUpReport.whole(seeds: seeds)
        report.settings = settings
        report.settings[1] = Setting("seeds", "[\(seeds.map { "\($0)" }.joined(separator: ", "))]")
        report.settings[11] = Setting("output", name)
        for row in report.gallery.indices {
            for place in report.gallery[row].pictures.indices { report.gallery[row].pictures[place].seed = seeds[0] }
        }
        change(&report)
        return JoinedReport.Run(report, name: name, folder: folder)
    }

    @Test("seeds of two runs: scores, curves, tests, pictures and settings of both")
    func seeds() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try MadeUpReport.face(1, 2).write(to: folder.appending(path: "a.png"))
        let joined = try JoinedReport([
            Self.run("runs/a", seeds: [0, 1], folder: folder) {
                $0.gallery[0].pictures[0].picture.image = .path("a.png")
            },
            Self.run("runs/b", seeds: [1, 2], folder: folder),
        ]).report
        #expect(joined.scores.count == 15)
        #expect(
            joined.scores.prefix(3).map(\.seed) == [0, 1, 2]
                && joined.scores.prefix(3).allSatisfy { $0.encoder == "bert-mini" })
        #expect(joined.curves.count == 15)
        #expect(joined.significance?.groups.map(\.n) == [6, 6, 3])
        #expect(joined.settings.first { $0.key == "seeds" }?.value == "[0, 1, 2]")
        #expect(joined.settings.filter { $0.key == "- name" }.map(\.value) == ["bert-mini", "clip-mini"])
        #expect(joined.gallery.count == 3 && joined.gallery[0].pictures.count == 10)
        // Pictures travel with the joined record.
        #expect(joined.gallery[0].pictures[0].picture.image == .data(MadeUpReport.face(1, 2)))
        #expect(joined.caveats.last == "Joined from 2 runs: runs/a and runs/b.")
        #expect(WellFormed(ProbePage(joined).rendered).problem == nil)
        #expect(joined.provenance.stages.first?.seconds == 24.6)
    }

    private func differences(_ change: (inout ProbeReport) -> Void) throws -> [String] {
        let folder = URL(filePath: "/nonexistent")
        do {
            _ = try JoinedReport([
                Self.run("a", seeds: [0], folder: folder), Self.run("b", seeds: [1], folder: folder, change: change),
            ])
            return []
        } catch let error as JoinedReport.Differences {
            return error.sentences
        }
    }

    @Test("what differs is named: a setting, an encoder, the data, a measurement made twice")
    func apart() throws {
        #expect(try differences { _ in } == [])
        #expect(try differences { $0.settings[0] = Setting("name", "another") } == [])
        #expect(
            try differences { $0.settings[9] = Setting("  steps", "400") } == [
                "adapter.steps is 200 in a, but 400 in b"
            ])
        #expect(try differences { $0.settings.remove(at: 9) } == ["adapter.steps is 200 in a, but not given in b"])
        #expect(
            try differences { $0.settings[7] = Setting("  style", "bert") }
                == ["encoder clip-mini is name clip-mini, style clip in a, but name clip-mini, style bert in b"])
        #expect(
            try differences { $0.dataset = "others" } == ["the data set is nobody's portraits in a, but others in b"])
        #expect(
            try differences { $0.groundTruth?.clipScore = 30 }.first?.hasPrefix(
                "the real pairs' CLIP-Score is 31.4 in a") == true)
        let twice = try differences {
            $0.scores[0].seed = 0
            $0.scores[0].clipScore = 1
        }
        #expect(twice.count == 1 && twice[0].hasPrefix("bert-mini, seed 0, scores 20."))
    }
}
