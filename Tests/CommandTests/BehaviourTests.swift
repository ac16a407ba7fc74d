import Foundation
import TestSupport
import Testing

/// What a golden file cannot hold: pipes, full disks, signals, resuming.
@Suite("The command's behaviour", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct BehaviourTests {
    /// Runs a line of shell with the program as `$synesthesia`, and gives its exit code and standard error.
    func shell(_ line: String, folder: URL) throws -> (code: Int32, complaints: String) {
        let complaints = folder.appending(path: "complaints")
        try Data().write(to: complaints)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = folder
        process.environment = [
            "synesthesia": CommandRun.program?.path ?? "", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent",
            "OMP_NUM_THREADS": "1",
        ]
        process.standardError = try FileHandle(forWritingTo: complaints)
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOf: complaints, encoding: .utf8))
    }

    @Test("a full disk behind standard output is a failure that is said")
    func fullDisk() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (code, complaints) = try shell("$synesthesia env > /dev/full", folder: folder)
        #expect(code == 1)
        #expect(complaints == "synesthesia: standard output cannot be written: No space left on device\n")
    }

    @Test("a reader that has read enough is no error")
    func closedPipe() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (code, complaints) = try shell(
            "{ sleep 0.5; $synesthesia env; echo $? > code; } | true; wait; exit $(cat code)", folder: folder)
        #expect(code == 0)
        #expect(complaints == "")
    }

    @Test("captions and groups come through standard input")
    func standardInput() throws {
        let encoder = GoldenTests.tokenizer
        let run = try CommandRun(
            ["tokenize", "--encoder", encoder, "--captions", "-"], input: Data("\u{FEFF}A face.\r\n\r\nA man".utf8))
        #expect(run.exitCode == 0)
        let captions = try run.output.split(separator: "\n").map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        }
        #expect(captions.map { $0?["caption"] as? String } == ["A face.", "", "A man"])

        let text = try Data(contentsOf: CommandRun.folder.appending(path: "paper.csv"))
        let groups = try CommandRun(["significance", "--groups", "-", "--json"], input: text)
        #expect(groups.exitCode == 0)
        let record = try JSONSerialization.jsonObject(with: Data(groups.output.utf8)) as? [String: Any]
        #expect((record?["comparisons"] as? [Any])?.count == 3)
    }

    @Test("captions come out of another command's pipe, named as a file")
    func processSubstitution() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let encoder = CommandRun.folder.appending(path: GoldenTests.tokenizer).path
        let (code, complaints) = try shell(
            "$synesthesia tokenize --encoder \(encoder) --captions <(printf 'A face.\\nA man.\\n') > out; [ $(wc -l "
                + "< out) = 2 ]",
            folder: folder)
        #expect(code == 0 && complaints == "", "\(complaints)")
    }

    @Test("a caption of 10,000 characters is cut, and that is said")
    func longCaption() throws {
        let caption = String(repeating: "a ", count: 5000)
        let run = try CommandRun(
            ["tokenize", "--encoder", GoldenTests.tokenizer, "--captions", "-", "--max-length", "77"],
            input: Data(caption.utf8))
        #expect(run.exitCode == 0)
        #expect(run.output.contains("\"truncated\":true"))
        #expect(run.complaints == "synesthesia: 1 of 1 captions were too long and lost their end\n")
    }

    @Test("Ctrl-C ends with 130, and the same command goes on to the same files")
    func interruption() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let stopped = try shell(
            """
            $synesthesia portraits --out stopped --count 5000 & child=$!
            until [ -e stopped/celeba-caption/0.txt ]; do sleep 0.02; done
            kill -INT $child; wait $child
            """, folder: folder)
        #expect(stopped.code == 130)
        #expect(
            stopped.complaints.hasSuffix(
                "synesthesia: interrupted; what was finished is saved, and the same command goes on from there\n"))
        let goesOn = try shell(
            """
            set -e
            $synesthesia portraits --out stopped --count 200 --quiet
            $synesthesia portraits --out whole --count 200 --quiet
            for n in {0..199}; do cmp whole/celeba-hq/$n.png stopped/celeba-hq/$n.png; done
            cmp whole/celebahqtrain.txt stopped/celebahqtrain.txt
            """, folder: folder)
        #expect(goesOn.code == 0)
        #expect(goesOn.complaints == "")
    }

    @Test("--quiet leaves only errors on standard error")
    func quiet() throws {
        let run = try CommandRun(["list", "--quiet"])
        #expect(
            run.exitCode == 0 && run.complaints.isEmpty
                && run.output.hasPrefix("the paper's experiment (0 of 11 here)\n"))
        let failing = try CommandRun(["significance", "--groups", "none.csv", "--quiet"])
        #expect(failing.exitCode == 66 && !failing.complaints.isEmpty)
    }
}
