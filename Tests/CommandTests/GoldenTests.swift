import Foundation
import Testing

/// What the program prints, word for word, and how it ends. `UPDATE_GOLDENS=1` rewrites the files.
@Suite("The command as text", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct GoldenTests {
    static let runs: [(name: String, arguments: [String])] = [
        ("help", ["--help"]),
        ("help-list", ["list", "--help"]),
        ("help-env", ["env", "--help"]),
        ("unknown-command", ["prob"]),
        ("unknown-option", ["list", "--jason"]),
        ("contradiction", ["env", "--quiet", "--verbose"]),
        ("list-nothing", ["list"]),
        ("list-nothing-json", ["list", "--json", "--quiet"]),
    ]

    @Test("is what the golden file says", arguments: runs)
    func golden(_ name: String, _ arguments: [String]) throws {
        let run = try CommandRun(arguments)
        let golden = try run.golden(name)
        #expect(run.transcript == golden)
    }

    @Test("a version is one line on standard output")
    func version() throws {
        let run = try CommandRun(["--version"])
        #expect(run.exitCode == 0 && run.complaints.isEmpty)
        #expect(run.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test("env tells the variables that matter, and no secret")
    func env() throws {
        let run = try CommandRun(
            ["env", "--json"],
            environment: ["HF_TOKEN": "hf_secret", "OMP_NUM_THREADS": "2", "HUGGING_FACE_HUB_TOKEN": "hf_secret", "X": "y"])
        #expect(run.exitCode == 0)
        #expect(!run.output.contains("hf_secret"))
        let record = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        #expect(record?["variables"] as? [String: String] == ["OMP_NUM_THREADS": "2"])
        #expect((record?["cores"] as? Int ?? 0) > 0)
        #expect(record?["cache"] as? String == "/nonexistent/.cache/huggingface/hub")
    }
}
