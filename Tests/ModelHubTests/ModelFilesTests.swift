import Foundation
import SynModelHub
import TestSupport
import Testing

@Suite("Which files are read")
struct ModelFilesTests {
    @Test("safetensors whole, else in parts, else PyTorch's archive")
    func weights() {
        func wanted(_ names: String...) -> [String] { ModelFiles.wanted(among: names) }
        #expect(
            wanted("model.safetensors", "pytorch_model.bin", "model.fp16.safetensors", "tf_model.h5") == [
                "model.safetensors"
            ])
        #expect(
            wanted(
                "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json",
                "pytorch_model.bin")
                == [
                    "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                    "model.safetensors.index.json",
                ])
        #expect(
            wanted("model.safetensors", "model.safetensors.index.json", "model-00001-of-00001.safetensors") == [
                "model.safetensors"
            ])
        #expect(wanted("pytorch_model.bin", "rust_model.ot") == ["pytorch_model.bin"])
        #expect(
            wanted("pytorch_model-00001-of-00001.bin", "pytorch_model.bin.index.json", "training_args.bin")
                == ["pytorch_model-00001-of-00001.bin", "pytorch_model.bin.index.json"])
        #expect(
            wanted(
                "2_Dense/model.safetensors", "2_Dense/pytorch_model.bin", "2_Dense/config.json", "onnx/config.json",
                "a/1_b/config.json")
                == ["2_Dense/model.safetensors", "2_Dense/config.json"])
        #expect(wanted("coreml/text/model.mlmodel", "openvino/model.bin") == [])
    }

    /// The cache that huggingface_hub itself wrote; see Tests/Fixtures/hub/make.py.
    func pythonCache() throws -> URL {
        let home = try Fixture.temporaryFolder()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["tar", "-xzf", Fixture.url("hub/cache.tar.gz").path, "-C", home.path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return home
    }

    @Test("a cache that Python wrote is read, under either name of a moved repository")
    func python() throws {
        let home = try pythonCache()
        defer { try? FileManager.default.removeItem(at: home) }
        let hub = ModelHub(environment: ["HF_HOME": home.path, "HF_HUB_OFFLINE": "1"])
        let commit = String(repeating: "a", count: 40)
        for name in ["bert-base-uncased", "google-bert/bert-base-uncased", "bert-base-uncased@\(commit)"] {
            let folder = try hub.folder(of: name)
            #expect(folder.lastPathComponent == commit)
            let weights = FileManager.default.contents(atPath: folder.path + "/model.safetensors")
            #expect(weights?.count == 2304)
        }
        #expect(hub.cache.models().map(\.name) == ["bert-base-uncased", "openai/clip-mini"])
    }

    @Test("what a cache lacks is said with the command that fetches it")
    func incomplete() throws {
        let home = try pythonCache()
        defer { try? FileManager.default.removeItem(at: home) }
        func failure(_ name: String, _ more: [String: String] = [:]) -> ModelHub.Failure? {
            let hub = ModelHub(environment: ["HF_HOME": home.path].merging(more) { $1 })
            return #expect(throws: ModelHub.Failure.self) { try hub.folder(of: name) }
        }
        let start = "in the cache \(home.path)/hub lacks "
        // What reads texts tells of a vocabulary.
        let blob = "hub/models--bert-base-uncased/blobs/7c792163992b0fed7faee33d938d8e13ecee175e"
        try Data(#"{"model_type": "bert", "vocab_size": 4}"#.utf8).write(to: home.appending(path: blob))
        #expect(failure("openai/clip-mini")?.reason == .absent)
        #expect(
            failure("openai/clip-mini")?.description
                == "model openai/clip-mini \(start)its weights (model.safetensors); fetch it with: synesthesia fetch "
                + "openai/clip-mini"
        )
        let offline = failure("bert-base-uncased@v1", ["HF_HUB_OFFLINE": "1"])
        #expect(offline?.reason == .offline)
        #expect(
            offline?.description
                == "model bert-base-uncased@v1 \(start)its weights (model.safetensors) and its tokenizer "
                + "(tokenizer.json, or vocab.txt, or "
                + "vocab.json with merges.txt); HF_HUB_OFFLINE forbids fetching it now: unset it, then fetch it with: "
                + "synesthesia fetch bert-base-uncased@v1")
    }

    @Test("our fetch completes what Python began, in the same folders")
    func together() throws {
        let home = try pythonCache()
        defer { try? FileManager.default.removeItem(at: home) }
        let cache = HubCache(folder: home.appending(path: "hub"))
        let weights = HubDownloadTests.weights
        let files = [
            HubDownloadTests.file("config.json", Data(#"{"model_type": "clip"}"#.utf8)),
            HubDownloadTests.file("vocab.json", Data("{}".utf8)), HubDownloadTests.file("merges.txt", Data("#\n".utf8)),
            HubDownloadTests.file("model.safetensors", weights, isLarge: true),
        ]
        let hub = try FakeHub("openai/clip-mini", files)
        let download = HubDownload(cache: cache, access: HubAccess(endpoint: hub.hub.address))
        _ = try download.run(try download.plan(try RepositoryName("openai/clip-mini"))) { _ in }
        // The small files are the same blobs as in Python's snapshot; only the weights had to come.
        #expect(hub.asked.filter { !$0.hasPrefix("/api/") }.count == 2)
        let folder = try ModelHub(environment: ["HF_HOME": home.path]).folder(of: "openai/clip-mini")
        #expect(folder.lastPathComponent == FakeHub.commit)
        #expect(FileManager.default.contents(atPath: folder.path + "/model.safetensors") == weights)
    }
}
