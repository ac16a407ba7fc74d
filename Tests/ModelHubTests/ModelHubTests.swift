import Foundation
import SynModelHub
import TestSupport
import Testing

@Suite("Finding models")
struct ModelHubTests {
    static let commit = "0123456789abcdef0123456789abcdef01234567"

    /// A cache as Hugging Face's tools leave it: blobs, a snapshot of links, references.
    func cache() throws -> URL {
        let home = try Fixture.temporaryFolder()
        let model = home.appending(path: "hub/models--openai--clip-mini")
        let snapshot = model.appending(path: "snapshots/\(Self.commit)")
        let files = FileManager.default
        for folder in [snapshot, model.appending(path: "blobs"), model.appending(path: "refs/pr")] {
            try files.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        try Data(#"{"model_type": "clip"}"#.utf8).write(to: model.appending(path: "blobs/aa"))
        try Data(count: 1000).write(to: model.appending(path: "blobs/bb"))
        try Data("{}".utf8).write(to: model.appending(path: "blobs/cc"))
        for (name, blob) in [("config.json", "aa"), ("model.safetensors", "bb"), ("tokenizer.json", "cc")] {
            try files.createSymbolicLink(
                atPath: snapshot.appending(path: name).path, withDestinationPath: "../../blobs/\(blob)")
        }
        try Data("\(Self.commit)\n".utf8).write(to: model.appending(path: "refs/main"))
        try Data(Self.commit.utf8).write(to: model.appending(path: "refs/pr/7"))
        return home
    }

    func failure(_ model: String, _ hub: ModelHub) -> ModelHub.Failure? {
        #expect(throws: ModelHub.Failure.self) { try hub.folder(of: model) }
    }

    @Test("names, branches and commits lead to the snapshot", arguments: ["", "@main", "@refs", "@commit"])
    func found(_ revision: String) throws {
        let home = try cache()
        defer { try? FileManager.default.removeItem(at: home) }
        let hub = ModelHub(environment: ["HF_HOME": home.path])
        let suffix = ["@refs": "@pr/7", "@commit": "@" + Self.commit][revision] ?? revision
        #expect(try hub.folder(of: "openai/clip-mini" + suffix).lastPathComponent == Self.commit)
    }

    @Test("a folder that exists wins, whatever its name")
    func path() throws {
        let home = try cache()
        defer { try? FileManager.default.removeItem(at: home) }
        let folder = home.appending(path: "my models")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let hub = ModelHub(environment: ["HF_HOME": home.path])
        #expect(try hub.folder(of: folder.path).path == folder.path)
    }

    @Test("what is absent is said with the places looked at")
    func absent() throws {
        let home = try cache()
        defer { try? FileManager.default.removeItem(at: home) }
        let hub = ModelHub(environment: ["HF_HOME": home.path])
        let missing = failure("openai/clip-huge", hub)
        #expect(missing?.reason == .absent)
        #expect(missing?.description.contains(home.appending(path: "hub").path) == true)
        #expect(missing?.description.hasSuffix("fetch it with: synesthesia fetch openai/clip-huge") == true)
        #expect(failure("openai/clip-mini@v2", hub)?.reason == .absent)
        let offline = ModelHub(environment: ["HF_HOME": home.path, "HF_HUB_OFFLINE": "1"])
        #expect(failure("openai/clip-huge", offline)?.reason == .offline)
        #expect(failure("./nothing/here", hub)?.description == "the folder ./nothing/here does not exist")
    }

    @Test(
        "names that would leave the cache are no names",
        arguments: ["a/../b", "a/b@../../x", "a/b@", "", "a/b/c", "a b", "ä/b", ".hidden", "a/b@main/.."])
    func refused(_ name: String) {
        #expect(failure(name.isEmpty ? "a//b" : name, ModelHub(environment: [:]))?.reason == .absent)
    }

    @Test("the variables are looked at in Hugging Face's order")
    func variables() {
        func folder(_ environment: [String: String]) -> String { HubCache(environment: environment).folder.path }
        #expect(folder(["HOME": "/h"]) == "/h/.cache/huggingface/hub")
        #expect(folder(["HOME": "/h", "XDG_CACHE_HOME": "/x"]) == "/x/huggingface/hub")
        #expect(folder(["HOME": "/h", "XDG_CACHE_HOME": "/x", "HF_HOME": "~/f"]) == "/h/f/hub")
        #expect(folder(["HF_HUB_CACHE": "/c", "HF_HOME": "/f"]) == "/c")
        #expect(folder(["HF_HUB_CACHE": "", "HF_HOME": "/f"]) == "/f/hub")
        #expect(folder(["HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/f"]) == "/old")
        #expect(folder(["HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "/c"]) == "/c")
    }

    @Test("models are told by their configuration, sizes follow links")
    func kinds() throws {
        let home = try cache()
        defer { try? FileManager.default.removeItem(at: home) }
        let cached = HubCache(environment: ["HF_HOME": home.path]).models()
        #expect(cached.map(\.name) == ["openai/clip-mini"])
        let model = cached.first.flatMap { ModelFolder($0.snapshot, name: $0.name) }
        #expect(model?.kind == "clip")
        #expect(model?.bytes == 1024)

        let decoder = home.appending(path: "weights/decoder")
        try FileManager.default.createDirectory(at: decoder, withIntermediateDirectories: true)
        try Data().write(to: decoder.appending(path: "project.yaml"))
        try FileManager.default.createDirectory(
            at: home.appending(path: "weights/empty"), withIntermediateDirectories: true)
        #expect(ModelFolder.all(in: home.appending(path: "weights")).map(\.kind) == ["decoder"])
        #expect(ModelFolder.all(in: home.appending(path: "nowhere")) == [])
    }
}
