import Foundation
import SynModelHub
import TestSupport
import Testing

@Suite("Models published as plain files")
struct PublishedModelTests {
    static let weights = HubDownloadTests.weights

    /// A model of two files on a server of one's own: settings without a known hash, weights with one.
    func model(_ server: LoopbackServer, sha256: String? = HubDownloadTests.sha256(weights)) -> PublishedModel {
        let address = server.address.absoluteString
        return PublishedModel(
            name: "made/up", page: "https://example.org/page",
            files: [
                .init(
                    name: "project.yaml", address: "\(address)/get?path=%2Fproject.yaml&force", sha256: nil, bytes: 10),
                .init(name: "last.ckpt", address: "\(address)/last.ckpt", sha256: sha256, bytes: Self.weights.count),
            ])
    }

    func fetch(_ model: PublishedModel, into cache: URL, isOffline: Bool = false) throws -> PublishedModel.Result {
        let access = HubAccess(endpoint: URL(filePath: "/"), token: "hf_secret", isOffline: isOffline)
        return try model.fetch(into: cache, access: access, retry: RetryPolicy(failures: 3, firstWait: 0.01)) { _ in }
    }

    @Test("they come resumed and checked, and their hashes are told", arguments: [true, false])
    func fetched(_ isKnown: Bool) throws {
        let cache = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: cache) }
        let server = try LoopbackServer { request in
            request.path == "/get"
                ? .init(200, [:], Data("model: x\n".utf8))
                : .file(Self.weights, request, cut: request.start == 0 ? 1_000_000 : nil)
        }
        let hash = HubDownloadTests.sha256(Self.weights)
        let model = model(server, sha256: isKnown ? hash : nil)
        #expect(model.missing(in: cache) == ["project.yaml", "last.ckpt"])
        let result = try fetch(model, into: cache)
        #expect(result.files.map(\.verified) == [false, isKnown] && result.files.map(\.sha256).last == hash)
        #expect(server.requests.map(\.start) == [0, 0, 1_000_000])
        #expect(server.requests.first?.query == "path=%2Fproject.yaml&force")
        #expect(server.requests.allSatisfy { $0.headers["authorization"] == nil })
        let folder = model.folder(in: cache)
        #expect(FileManager.default.contents(atPath: folder.path + "/last.ckpt") == Self.weights)
        let sums = try String(contentsOf: folder.appending(path: "SHA256SUMS"), encoding: .utf8)
        #expect(sums == "\(hash)  last.ckpt\n\(HubDownloadTests.sha256(Data("model: x\n".utf8)))  project.yaml\n")
        let again = try fetch(model, into: cache, isOffline: true)
        #expect(again.files.allSatisfy { !$0.downloaded } && again.files.map(\.verified) == [false, isKnown])
    }

    @Test("a dead address, a web page and a wrong hash are told apart")
    func wrong() throws {
        let cache = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: cache) }
        func sentence(
            _ answer: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Response
        ) throws -> String {
            let server = try LoopbackServer(answer)
            let failure = #expect(throws: ModelHub.Failure.self) { try fetch(model(server), into: cache) }
            #expect(FileManager.default.fileExists(atPath: cache.path + "/models/made/up/last.ckpt") == false)
            return failure?.description ?? ""
        }
        let place = "\(cache.path)/models/made/up/project.yaml"
        #expect(
            try sentence { _ in .init(404) }
                == "127.0.0.1 answered for project.yaml with status 404; download project.yaml by hand from "
                + "https://example.org/page and put it at \(place)"
        )
        #expect(
            try sentence { _ in .init(200, ["Content-Type": "text/html"], Data("<html>".utf8)) }
                .hasPrefix("127.0.0.1 answers with a web page instead of project.yaml; download"))
        #expect(
            try sentence {
                $0.path == "/get" ? .init(200, [:], Data("x".utf8)) : .init(200, [:], Data(count: Self.weights.count))
            }
            .contains("did not arrive as it was sent"))
        let server = try LoopbackServer { _ in .init(500) }
        let offline = #expect(throws: ModelHub.Failure.self) { try fetch(model(server), into: cache, isOffline: true) }
        #expect(offline?.reason == .offline && server.requests.isEmpty)
    }

    @Test("they are found by name once they are whole")
    func found() throws {
        let cache = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: cache) }
        let hub = ModelHub(environment: ["SYNESTHESIA_CACHE": cache.path, "HOME": "/nonexistent"])
        let folder = cache.appending(path: "models/taming/celebahq")
        let missing = #expect(throws: ModelHub.Failure.self) { try hub.folder(of: "taming/celebahq") }
        #expect(
            missing?.description
                == "taming/celebahq is not whole in \(folder.path): project.yaml, last.ckpt missing; fetch it with: "
                + "synesthesia fetch taming/celebahq"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["project.yaml", "last.ckpt"] { try Data("x".utf8).write(to: folder.appending(path: name)) }
        #expect(try hub.folder(of: "taming/celebahq").path == folder.path)
    }

    @Test("every address is one, and the paper's models are known")
    func known() {
        for model in PublishedModel.all {
            for file in model.files {
                #expect(URL(string: file.address)?.scheme == "https", "\(file.address)")
                #expect(file.sha256.map { FileHash($0) != nil } ?? true)
            }
        }
        #expect(PaperModel.all.count { $0.role == .encoder } == 8)
        #expect(PaperModel.all.allSatisfy { $0.bytes > 90_000_000 })
    }
}
