import Foundation
import TestSupport
import Testing

/// `fetch` and `list` as a user meets them, with a hub on loopback.
@Suite("Fetching as a command", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct FetchCommandTests {
    // Hashes by `git hash-object` and `sha256sum`.
    static let files = [
        FakeHub.File(
            "config.json", Data(#"{"model_type": "bert"}"#.utf8), hash: "46332c50668921e90868a1d44a2550bb60ffdb1d",
            isLarge: false),
        FakeHub.File(
            "vocab.txt", Data("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nface\n.\n".utf8),
            hash: "85ccc4cc122b7ddc41f009437433dafd6a32b169", isLarge: false),
        FakeHub.File(
            "model.safetensors", Data(count: 100_000),
            hash: "9192c25b734fcbadbe32dadc28089c60db0e39f90cc20ce2e5733f57261acc0c", isLarge: true),
    ]

    @Test("fetched once, found by name, and listed")
    func fetched() throws {
        let place = try Workplace()
        let hub = try FakeHub("bert-base-uncased", Self.files)
        let variables = ["HF_ENDPOINT": hub.hub.address.absoluteString, "HF_HOME": place.path("home")]
        let first = try CommandRun(["fetch", "bert-base-uncased"], environment: variables)
        let snapshot = place.path("home/hub/models--bert-base-uncased/snapshots/\(FakeHub.commit)")
        #expect(first.exitCode == 0, "\(first.complaints)")
        #expect(first.output == snapshot + "\n")
        #expect(first.complaints.contains("bert-base-uncased: 100 kB of 100 kB in "))
        let again = try CommandRun(["fetch", "bert-base-uncased@main", "--json"], environment: variables)
        #expect(again.exitCode == 0 && again.complaints.isEmpty, "\(again.complaints)")
        let models = again.object?["models"] as? [[String: Any]]
        #expect(models?.first?["commit"] as? String == FakeHub.commit && models?.first?["path"] as? String == snapshot)
        #expect(
            (models?.first?["files"] as? [[String: Any]])?.map { $0["downloaded"] as? Bool } == [false, false, false])

        // Without a network, by name, also by the one it has now.
        for name in ["bert-base-uncased", "google-bert/bert-base-uncased"] {
            let tokens = try CommandRun(
                ["tokenize", "--encoder", name, "--captions", "-"], input: Data("A face.".utf8),
                environment: ["HF_HOME": place.path("home"), "HF_HUB_OFFLINE": "1"])
            #expect(
                tokens.exitCode == 0 && tokens.output.contains("\"ids\":[2,5,6,7,3]"),
                "\(tokens.complaints)\(tokens.output)")
        }
        let list = try CommandRun(["list", "--json"], environment: variables)
        let paper = list.object?["paper"] as? [[String: Any]]
        #expect(paper?.count == 11 && paper?.first?["path"] as? String == snapshot)
        #expect(paper?.first?["bytes"] as? Int == 100_062)
        #expect(paper?.dropFirst().allSatisfy { $0["path"] == nil } == true)
    }

    @Test("a path to nothing is no repository to fetch")
    func path() throws {
        let run = try CommandRun(["tokenize", "--encoder", "encoder/none", "--captions", "faces.txt"])
        #expect(run.exitCode == 66 && run.complaints.contains("model encoder/none was not found"), "\(run.complaints)")
        #expect(!run.complaints.contains("synesthesia fetch"))
        let name = try CommandRun(["tokenize", "--encoder", "org/none", "--captions", "faces.txt"])
        #expect(name.exitCode == 66 && name.complaints.hasSuffix("; fetch it with: synesthesia fetch org/none\n"))
    }

    @Test("another cache and another revision")
    func options() throws {
        let place = try Workplace()
        let hub = try FakeHub("org/model", Self.files)
        let run = try CommandRun(
            ["fetch", "org/model", "--revision", "v2", "--cache", place.path("cache"), "--all", "-q"],
            environment: ["HF_ENDPOINT": hub.hub.address.absoluteString])
        #expect(run.exitCode == 0 && run.complaints.isEmpty)
        #expect(run.output == place.path("cache/models--org--model/snapshots/\(FakeHub.commit)") + "\n")
        #expect(try place.names("cache/models--org--model/refs") == ["v2"])
        #expect(hub.hub.requests.first?.path == "/api/models/org/model/revision/v2")
    }

    @Test("what fails ends with a sentence and its code")
    func failures() throws {
        let place = try Workplace()
        func run(
            _ name: String, _ more: [String: String] = [:], _ mischief: @escaping FakeHub.Mischief = { _, _ in nil }
        ) throws -> (Int32, String) {
            let hub = try FakeHub("org/model", Self.files, mischief: mischief)
            let run = try CommandRun(
                ["fetch", name, "-q"],
                environment: ["HF_ENDPOINT": hub.hub.address.absoluteString, "HF_HOME": place.path("home")].merging(
                    more
                ) { $1 })
            #expect(run.output.isEmpty && run.complaints.split(separator: "\n").count == 1, "\(run.complaints)")
            return (run.exitCode, run.complaints)
        }
        let unknown = try run("org/other") { request, _ in request.path.hasPrefix("/api/") ? .init(404) : nil }
        #expect(
            unknown.0 == 66 && unknown.1.hasPrefix("synesthesia: there is no repository org/other at http://127.0.0.1:")
        )
        #expect(try run("org/model", [:]) { _, _ in .init(401) }.0 == 1)
        #expect(try run("org/model", ["HF_HUB_OFFLINE": "1"]).0 == 69)
        #expect(try run("org/model", ["HF_ENDPOINT": "http://127.0.0.1:9"]).0 == 69)
        #expect(try run("org/model", ["HF_ENDPOINT": "nowhere"]).0 == 64)
        #expect(try run("../up").0 == 66)
        #expect(try run("taming/celebahq", ["HF_HUB_OFFLINE": "1"]).0 == 69)
        let words = "\u{1B}[2JGated: ask its authors. " + String(repeating: "no ", count: 2000)
        let gated = try run("org/model") { _, _ in .init(403, ["X-Error-Message": words]) }
        #expect(gated.0 == 1 && gated.1.contains("(\\u{1B}[2JGated: ask its authors. no no"), "\(gated.1)")
        #expect(!gated.1.contains("\u{1B}") && gated.1.utf8.count < 600)
        let damaged = try run("org/model") { request, _ in
            request.path.hasSuffix("config.json") ? .init(200, [:], Data(#"{"model_type": "gert"}"#.utf8)) : nil
        }
        #expect(damaged.0 == 65 && damaged.1.contains("org/model/config.json did not arrive as it was sent"))
    }

    @Test("a file beyond the shell's limit is an error, and what came before it is kept")
    func limit() throws {
        let place = try Workplace()
        let hub = try FakeHub("org/model", Self.files)
        let line = "HF_ENDPOINT=\(hub.hub.address.absoluteString) HF_HOME=home $synesthesia fetch org/model -q > out"
        let (code, complaints) = try BehaviourTests().shell("ulimit -f 50; \(line)", folder: place.folder)
        #expect(code == 1 && complaints.contains(".incomplete cannot be written: File too large"), "\(complaints)")
        #expect(complaints.split(separator: "\n").count == 1)
        let goesOn = try BehaviourTests().shell(line, folder: place.folder)
        #expect(goesOn.code == 0, "\(goesOn.complaints)")
        #expect(hub.store.requests.map(\.start) == [0, 51_200])
    }

    @Test("Ctrl-C ends with 130, and the same command goes on")
    func interrupted() throws {
        let place = try Workplace()
        let big = Data((0..<4_000_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) })
        let file = FakeHub.File(
            "model.safetensors", big, hash: "146a8749a996ecf3000ec60c7c684cfd821336f62eccb47ebcf704e7c8d5d460",
            isLarge: true)
        let hub = try FakeHub("org/model", [Self.files[0], file]) { _, _ in
            nil
        } storeMischief: { request, count in
            guard count < 2 else { return nil }
            // A piece, then nothing for long: time to press Ctrl-C.
            if count == 0 { return .file(big, request, cut: 1_000_000) }
            var slow = LoopbackServer.Response.file(big, request)
            slow.delay = 20
            return slow
        }
        let line = "HF_ENDPOINT=\(hub.hub.address.absoluteString) HF_HOME=home $synesthesia fetch org/model"
        let stopped = try BehaviourTests().shell(
            """
            \(line) > out & child=$!
            until [ "$(stat -c %s home/hub/models--org--model/blobs/*.incomplete 2> /dev/null)" = 1000000 ]; do sleep 0.05; done
            sleep 1.5; kill -INT $child; wait $child
            """, folder: place.folder)
        #expect(stopped.code == 130, "\(stopped.complaints)")
        let goesOn = try BehaviourTests().shell("\(line) -q > out", folder: place.folder)
        #expect(goesOn.code == 0, "\(goesOn.complaints)")
        #expect(hub.store.requests.last?.start == 1_000_000)
        #expect(try place.bytes("home/hub/models--org--model/snapshots/\(FakeHub.commit)/model.safetensors") == big)
    }
}
