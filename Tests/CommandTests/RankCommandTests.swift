import Foundation
import TestSupport
import Testing

/// A probe on several ranks by mpirun, held against the same on one process: `Scripts/rank-test`.
@Suite("Several ranks", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct RankCommandTests {
    private static let tools = ["/usr/bin/mpirun", "/usr/bin/mpicc"]
    private static let hasMPI = tools.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(
        "Two ranks, one adapter on three, and kills: everything is as one process makes it, to the bit",
        .enabled(if: hasMPI, "mpirun and mpicc are not here; on Debian: apt-get install openmpi-bin libopenmpi-dev"),
        .enabled(
            if: Workplace.has("bert-mini", "clip-mini", "decoder", "inception-mini"),
            Comment(rawValue: Workplace.absent)))
    func ranks() throws {
        let place = try Workplace()
        let script = Fixture.package.appending(path: "Scripts/rank-test").path
        let (code, complaints) = try BehaviourTests().shell(
            "SYNESTHESIA=$synesthesia \(script) --quick > table.md", folder: place.folder)
        print((try? String(contentsOf: place["table.md"], encoding: .utf8)) ?? "no table")
        #expect(code == 0, "\(complaints)")
    }

    /// Settings whose models nobody has.
    private static let settings = """
        name: plan
        seeds: [1, 2]
        decoder: no/such-decoder
        encoders:
          - {name: a, path: no/such-encoder, style: bert}
          - {name: random, style: random, size: 16}
        data: {train: 640, validation: 70}
        adapter: {steps: 10, batch: 8}
        sampling: {captions: 64, batch: 8}
        scores: {clip: no/such-clip, inception: no/such-inception}

        """

    /// A rank without the plug-in must not do all the work by itself, once for every rank.
    @Test func ranksWithoutAPluginComplain() throws {
        let place = try Workplace()
        let settings = try place.file("plan.yaml", Self.settings)
        let run = try CommandRun(
            ["probe", settings],
            environment: ["OMPI_COMM_WORLD_SIZE": "2", "SYNESTHESIA_MPI": "/nonexistent/synesthesia-mpi.so"])
        #expect(run.exitCode == 1 && run.output.isEmpty)
        #expect(run.complaints.contains("/nonexistent/synesthesia-mpi.so cannot be opened"), "\(run.complaints)")
    }

    @Test func planNeedsNoModel() throws {
        let place = try Workplace()
        let settings = try place.file("plan.yaml", Self.settings)
        let run = try CommandRun(["plan", settings, "--ranks", "4", "--json", "--set", "output=\(place.path("run"))"])
        #expect(run.exitCode == 0, "\(run.complaints)")
        let record = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let stages = try #require(record["stages"] as? [[String: Any]])
        // 10 shards of 64 and the join, 2 and the join; two encoders with two seeds; 8 batches each.
        #expect(stages.map { $0["pieces"] as? Int } == [14, stages[1]["pieces"] as? Int, 4, 32, 6])
        #expect(stages.allSatisfy { $0["measured"] as? Bool == false && $0["done"] as? Int == 0 })
        let forecasts = try #require(record["forecasts"] as? [[String: Any]])
        let seconds = forecasts.compactMap { $0["seconds"] as? Double }
        #expect(forecasts.compactMap { $0["ranks"] as? Int } == [1, 2, 4, 8, 16, 32, 64, 128, 256])
        #expect(zip(seconds, seconds.dropFirst()).allSatisfy { $0 >= $1 } && seconds[0] > 2 * seconds[2])
        #expect(!FileManager.default.fileExists(atPath: place.path("run")))
        let wrong = try CommandRun(["plan", settings, "--ranks", "0"])
        #expect(wrong.exitCode == 64)
        let nowhere = try CommandRun(["plan", settings, "--from", place.path("nowhere")])
        #expect(nowhere.exitCode == 66)
    }
}
