import Foundation
import SynModelHub
import TestSupport
import Testing

/// Servers that lie, hold on to who asks them, or send more than anybody wants.
@Suite("Hostile servers and broken caches")
struct HostileServerTests {
    typealias Place = HubDownloadTests.Place
    static let files = HubDownloadTests.files
    static let weights = HubDownloadTests.weights
    static let blob = "\(HubDownloadTests.model)/blobs/\(HubDownloadTests.sha256(weights))"

    private func file(_ place: borrowing Place, _ name: String) -> URL { place.folder.appending(path: name) }

    @Test("what a full disk or a bad copy left under a blob's name is fetched anew")
    func brokenBlobs() throws {
        var flipped = Self.weights
        flipped[2_000_000] ^= 4
        for (broken, linked) in [
            (Self.weights.prefix(1_000_000), true), (Self.weights.prefix(0), true), (flipped, true),
            (Self.weights + [1], false),
        ] {
            let place = try Place(try FakeHub("org/model", Self.files))
            _ = try place.fetch()
            try Data(broken).write(to: file(place, Self.blob))
            if !linked {
                try FileManager.default.removeItem(at: file(place, "\(HubDownloadTests.snapshot)/model.safetensors"))
            }
            let again = try place.fetch()
            #expect(again.files.filter(\.downloaded).map(\.name) == ["model.safetensors"], "\(broken.count) bytes")
            #expect(place.bytes("\(HubDownloadTests.snapshot)/model.safetensors") == Self.weights)
            #expect(try place.fetch().files.allSatisfy { !$0.downloaded })
        }
    }

    private func impatient(_ hub: FakeHub, _ folder: URL, stall: Int = 1) -> HubDownload {
        var retry = RetryPolicy(failures: 2, firstWait: 0.01)
        retry.patience.stall = stall
        return HubDownload(cache: HubCache(folder: folder), access: HubAccess(endpoint: hub.hub.address), retry: retry)
    }

    @Test("three bytes each half second are not waited for", .timeLimit(.minutes(1)), arguments: ["/api/", "/blob/"])
    func drip(_ path: String) throws {
        let drip: FakeHub.Mischief = { request, _ in
            guard request.path.contains(path) else { return nil }
            var slow = LoopbackServer.Response(200, [:], Self.weights)
            slow.drip = (3, 0.5)
            return slow
        }
        let place = try Place(try FakeHub("org/model", Self.files, mischief: drip, storeMischief: drip))
        let download = impatient(place.hub, place.folder)
        let start = ContinuousClock.now
        let failure = #expect(throws: ModelHub.Failure.self) {
            try download.run(try download.plan(try RepositoryName("org/model"))) { _ in }
        }
        #expect(
            failure?.reason == .network && failure?.description.contains("2 times in a row") == true,
            "\(failure?.description ?? "")")
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test("a megabyte of headers is named as what it is", arguments: [1, 40])
    func longHeaders(_ count: Int) throws {
        var headers: [String: String] = [:]
        for number in 0..<count { headers["X-\(number)"] = String(repeating: "x", count: 1_000_000 / count) }
        let sent = headers
        let place = try Place(try FakeHub("org/model", Self.files) { _, _ in .init(200, sent, Data("{}".utf8)) })
        let sentence = place.failure()?.description ?? ""
        #expect(!sentence.contains("memory") && !sentence.isEmpty, "\(sentence)")
        if count == 1 {
            #expect(
                sentence.hasPrefix("127.0.0.1 sends headers that are longer than any honest server's"), "\(sentence)")
        }
    }

    @Test(
        "no redirect leads from https into the clear, or to another scheme",
        arguments: [
            ("https://a", "https://b", true), ("https://a", "http://a", false), ("https://a", "HTTP://a", false),
            ("HTTPS://a", "http://a", false), ("http://a", "https://a", true), ("http://a", "http://b", true),
            ("http://a", "HTTP://b", true), ("http://a", "file:///etc/passwd", false), ("https://a", "ftp://a", false),
        ])
    func redirects(_ from: String, _ to: String, _ isSafe: Bool) throws {
        let (next, url) = (try #require(URL(string: to)), try #require(URL(string: from)))
        #expect(HubClient.isSafe(next, after: url) == isSafe, "\(from) to \(to)")
    }

    @Test("the words of a refusal are cut, and move no cursor")
    func refusalWords() throws {
        let words = "\u{1B}[2J" + String(repeating: "no ", count: 2000)
        let place = try Place(try FakeHub("org/model", Self.files) { _, _ in .init(403, ["X-Error-Message": words]) })
        let sentence = place.failure()?.description ?? ""
        #expect(sentence.contains("(\\u{1B}[2Jno no ") && sentence.count < 400 && !sentence.contains("\u{1B}"))
    }

    @Test("a refusal with an endless body ends")
    func endlessRefusal() throws {
        let place = try Place(
            try FakeHub("org/model", Self.files) { _, _ in
                var long = LoopbackServer.Response(404, [:], Data(count: 40_000_000))
                long.claimed = 1 << 40
                return long
            })
        #expect(place.failure()?.reason == .absent)
        #expect(place.hub.hub.requests.count == 1)
    }

    @Test("a length that is not true does no harm")
    func lies() throws {
        let short = try Place(
            try FakeHub("org/model", Self.files) { _, _ in
                nil
            } storeMischief: { request, count in
                var lie = LoopbackServer.Response(200, [:], Self.weights)
                lie.claimed = count == 0 ? 1000 : nil
                return count == 0 ? lie : .file(Self.weights, request)
            })
        _ = try short.fetch()
        #expect(short.bytes("\(HubDownloadTests.snapshot)/model.safetensors") == Self.weights)
        let long = try Place(
            try FakeHub("org/model", Self.files, tellsHashes: false) { request, count in
                guard request.method == "HEAD" else { return nil }
                var lie = LoopbackServer.Response(200, ["ETag": "\"\(FakeHub.commit)\""], Data())
                lie.claimed = .max
                return lie
            })
        #expect(long.failure()?.description.contains("has 9223372036854775807 bytes, which cannot be") == true)
    }

    @Test("schemes know no case; from https nothing leads to http")
    func schemes() throws {
        let place = try Place(
            try FakeHub("org/model", Self.files) { request, count in
                guard request.path.hasPrefix("/api/"), count == 0 else { return nil }
                let host = request.headers["host"] ?? ""
                return .init(302, ["Location": "HTTP://\(host)\(request.path)?\(request.query)"])
            })
        #expect(try place.fetch(token: "t").files.count == 5)
        #expect(place.hub.hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer t" })
        for address in ["FTP://127.0.0.1/x", "File:///etc/passwd", "gopher://127.0.0.1/"] {
            let leaving = try Place(try FakeHub("org/model", Self.files) { _, _ in .init(302, ["Location": address]) })
            #expect(leaving.failure()?.description.contains("which is not safe to follow") == true)
        }
        #expect(
            try HubAccess(environment: ["HF_ENDPOINT": "HTTP://localhost:9", "HOME": "/"]).endpoint.host == "localhost")
    }

    @Test("a model on no hub is checked by what is known of it")
    func published() throws {
        let cache = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: cache) }
        let tests = PublishedModelTests()
        let server = try LoopbackServer { request in
            request.path == "/get" ? .init(200, [:], Data("model: x\n".utf8)) : .file(Self.weights, request)
        }
        let model = tests.model(server)
        _ = try tests.fetch(model, into: cache)
        let folder = model.folder(in: cache)
        for (name, bytes) in [("last.ckpt", Self.weights.prefix(5)), ("project.yaml", Data("model: y\n".utf8))] {
            try Data(bytes).write(to: folder.appending(path: name))
            let failure = #expect(throws: ModelHub.Failure.self) {
                try tests.fetch(model, into: cache, isOffline: true)
            }
            #expect(failure?.reason == .offline && failure?.description.contains("is not what it should be") == true)
            #expect(try tests.fetch(model, into: cache).files.filter(\.downloaded).map(\.name) == [name])
        }
    }
}
