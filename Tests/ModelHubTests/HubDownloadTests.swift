import Foundation
import SynFiles
import SynModelHub
import Synchronization
import TestSupport
import Testing

/// Fetching from a server on loopback that behaves as the hub does, and as it should not.
@Suite("Fetching from the hub")
struct HubDownloadTests {
    static func file(_ name: String, _ bytes: Data, isLarge: Bool = false) -> FakeHub.File {
        FakeHub.File(name, bytes, hash: isLarge ? sha256(bytes) : git(bytes), isLarge: isLarge)
    }

    static func sha256(_ bytes: Data) -> String {
        var digest = Digest<SHA256>()
        bytes.withUnsafeBytes { digest.add($0) }
        return digest.hexadecimal
    }

    static func git(_ bytes: Data) -> String {
        var digest = Digest<SHA1>()
        digest.add("blob \(bytes.count)\0")
        bytes.withUnsafeBytes { digest.add($0) }
        return digest.hexadecimal
    }

    /// Bytes without pattern, so that a piece in the wrong place changes the hash.
    static let weights = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) })

    static let files = [
        file(".gitattributes", Data("x".utf8)), file("README.md", Data("# x".utf8)),
        file("config.json", Data(#"{"model_type": "bert"}"#.utf8)), file("vocab.txt", Data("[PAD]\nä\n".utf8)),
        file("model.safetensors", weights, isLarge: true), file("pytorch_model.bin", Data(count: 10), isLarge: true),
        file("flax_model.msgpack", Data(count: 9), isLarge: true),
        file("onnx/model.onnx", Data(count: 8), isLarge: true),
        file("1_Pooling/config.json", Data("{}".utf8)), file("modules.json", Data("[]".utf8)),
    ]

    /// A cache folder of its own, removed at the end, and fetching into it.
    struct Place: ~Copyable {
        let folder: URL
        let hub: FakeHub

        init(_ hub: FakeHub) throws {
            self.hub = hub
            folder = try Fixture.temporaryFolder()
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func download(token: String? = nil, failures: Int = 4) -> HubDownload {
            HubDownload(
                cache: HubCache(folder: folder), access: HubAccess(endpoint: hub.hub.address, token: token),
                retry: RetryPolicy(failures: failures, firstWait: 0.01))
        }

        func fetch(
            _ name: String = "org/model", everything: Bool = false, token: String? = nil,
            progress: (HubDownload.Progress) throws -> Void = { _ in }
        ) throws -> HubDownload.Result {
            let download = download(token: token)
            return try download.run(
                try download.plan(try RepositoryName(name), everything: everything), progress: progress)
        }

        func failure(_ name: String = "org/model", token: String? = nil) -> ModelHub.Failure? {
            #expect(throws: ModelHub.Failure.self) { try fetch(name, token: token) }
        }

        func names(_ path: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path)) ?? []).sorted()
        }

        func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: folder.appending(path: path).path) }

        func link(_ path: String) -> String? {
            try? FileManager.default.destinationOfSymbolicLink(atPath: folder.appending(path: path).path)
        }
    }

    static let model = "models--org--model"
    static let snapshot = "\(model)/snapshots/\(FakeHub.commit)"

    @Test("what killed processes left of the cache's own files is gone after the next fetch")
    func leftovers() throws {
        let place = try Place(FakeHub("org/model", Self.files))
        let model = "models--org--model", snapshot = "\(model)/snapshots/\(FakeHub.commit)"
        for (folder, name) in [
            (model + "/refs", ".main.synesthesia-0ipblzgapx2fz.partial"),
            (".", ".CACHEDIR.TAG.synesthesia-0ipblzgapx2fz.partial"),
        ] {
            let folder = place.folder.appending(path: folder)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("0123".utf8).write(to: folder.appending(path: name))
        }
        let links = place.folder.appending(path: snapshot)
        try FileManager.default.createDirectory(at: links, withIntermediateDirectories: true)
        #expect(symlink("../../blobs/x", links.appending(path: ".config.json.link").path) == 0)
        _ = try place.fetch()
        #expect(place.names(model + "/refs") == ["main"])
        #expect(place.names(".").contains("CACHEDIR.TAG"))
        let all = (FileManager.default.enumerator(atPath: place.folder.path)?.compactMap { $0 as? String }) ?? []
        let left = all.filter { $0.hasSuffix(".partial") || $0.hasSuffix(".link") || $0.contains(".dat.nosync") }
        #expect(left.isEmpty && all.contains("\(snapshot)/config.json"), "\(left)")
    }

    @Test("the cache has the published layout, and only files that are read", arguments: [true, false])
    func layout(_ tellsHashes: Bool) throws {
        let place = try Place(try FakeHub("org/model", Self.files, tellsHashes: tellsHashes))
        var last: HubDownload.Progress?
        let result = try place.fetch { last = $0 }
        #expect(
            place.names(Self.snapshot) == [
                "1_Pooling", "config.json", "model.safetensors", "modules.json", "vocab.txt",
            ])
        #expect(place.bytes("\(Self.snapshot)/model.safetensors") == Self.weights)
        #expect(place.link("\(Self.snapshot)/model.safetensors") == "../../blobs/\(Self.sha256(Self.weights))")
        #expect(place.link("\(Self.snapshot)/1_Pooling/config.json") == "../../../blobs/\(Self.git(Data("{}".utf8)))")
        #expect(place.names("\(Self.model)/blobs").count == 5)
        #expect(place.bytes("\(Self.model)/refs/main") == Data(FakeHub.commit.utf8))
        #expect(place.names("\(Self.model)/.no_exist/\(FakeHub.commit)").contains("tokenizer.json"))
        #expect(place.names(".locks/\(Self.model)").allSatisfy { $0.hasSuffix(".lock") })
        #expect(
            place.bytes("CACHEDIR.TAG")?.starts(with: Data("Signature: 8a477f597d28d172789f06886806bc55\n".utf8))
                == true)
        #expect(result.commit == FakeHub.commit && result.files.count == 5 && result.files.allSatisfy(\.downloaded))
        #expect(last?.done == last?.total && last?.total == result.files.reduce(0) { $0 + $1.bytes })

        let hub = ModelHub(environment: ["HF_HUB_CACHE": place.folder.path, "HF_HUB_OFFLINE": "1"])
        #expect(try hub.folder(of: "org/model").lastPathComponent == FakeHub.commit)

        let before = (hub: place.hub.hub.requests.count, store: place.hub.store.requests.count)
        #expect(try place.fetch().files.allSatisfy { !$0.downloaded })
        let asked = place.hub.hub.requests.dropFirst(before.hub)
        #expect(asked.allSatisfy { $0.path.hasPrefix("/api/") || !tellsHashes && $0.method == "HEAD" })
        #expect(place.hub.store.requests.count == before.store)
    }

    @Test("everything is taken when asked for, and a revision has its own reference")
    func everything() throws {
        let place = try Place(try FakeHub("org/model", Self.files))
        let result = try place.fetch("org/model@refs/pr/7", everything: true)
        #expect(result.files.count == Self.files.count && result.revision == "refs/pr/7")
        #expect(place.names("\(Self.snapshot)/onnx") == ["model.onnx"])
        #expect(place.bytes("\(Self.model)/refs/refs/pr/7") == Data(FakeHub.commit.utf8))
        _ = try place.fetch("org/model@\(FakeHub.commit)")
        #expect(place.names("\(Self.model)/refs") == ["refs"])
    }

    @Test("the token goes to the hub and nowhere else")
    func token() throws {
        let place = try Place(try FakeHub("org/model", Self.files))
        _ = try place.fetch(token: "hf_secret")
        #expect(place.hub.hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
        #expect(!place.hub.store.requests.isEmpty)
        #expect(place.hub.store.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test("a connection that breaks is taken up where it broke")
    func cut() throws {
        let place = try Place(
            try FakeHub("org/model", Self.files) { _, _ in
                nil
            } storeMischief: { request, count in
                count < 3 ? .file(Self.weights, request, cut: 500_000) : nil
            })
        _ = try place.fetch()
        #expect(place.bytes("\(Self.snapshot)/model.safetensors") == Self.weights)
        let starts = place.hub.store.requests.map(\.start)
        #expect(starts == [0, 500_000, 1_000_000, 1_500_000])
    }

    @Test("stopped by the caller, the next run goes on; nothing unfinished looks finished")
    func stopped() throws {
        struct Stop: Error {}
        let place = try Place(
            try FakeHub("org/model", Self.files) { _, _ in
                nil
            } storeMischief: { request, count in
                // The first time it breaks in the middle, so that there is a moment to stop at.
                count == 0 ? .file(Self.weights, request, cut: 1_000_000) : nil
            })
        #expect(throws: Stop.self) {
            try place.fetch { if $0.file == "model.safetensors", $0.done > 900_000 { throw Stop() } }
        }
        #expect(place.names("\(Self.model)/refs") == [])
        #expect(place.names("\(Self.model)/blobs").filter { $0.hasSuffix(".incomplete") }.count == 1)
        #expect(place.link("\(Self.snapshot)/model.safetensors") == nil)
        let hub = ModelHub(environment: ["HF_HUB_CACHE": place.folder.path])
        #expect(throws: ModelHub.Failure.self) { try hub.folder(of: "org/model") }
        _ = try place.fetch()
        #expect((place.hub.store.requests.last?.start ?? 0) > 0)
        #expect(place.bytes("\(Self.snapshot)/model.safetensors") == Self.weights)
        #expect(place.names("\(Self.model)/blobs").allSatisfy { !$0.hasSuffix(".incomplete") })
    }

    @Test("a server that knows no ranges, or sends another part, does no harm")
    func ranges() throws {
        let whole = try Place(
            try FakeHub("org/model", Self.files) { _, _ in
                nil
            } storeMischief: { request, count in
                .init(200, [:], Self.weights, cut: count == 0 ? 700_000 : nil)
            })
        _ = try whole.fetch()
        #expect(whole.bytes("\(Self.snapshot)/model.safetensors") == Self.weights)
        let other = try Place(
            try FakeHub("org/model", Self.files) { _, _ in
                nil
            } storeMischief: { request, count in
                switch count {
                case 0: .file(Self.weights, request, cut: 700_000)
                case 1: .init(206, ["Content-Range": "bytes 5-2999999/3000000"], Self.weights.dropFirst(5))
                default: nil
                }
            })
        _ = try other.fetch()
        #expect(other.bytes("\(Self.snapshot)/model.safetensors") == Self.weights)
    }

    @Test("bytes that are not those announced are refused and not kept")
    func damaged() throws {
        var wrong = Self.weights
        wrong[1_234_567] ^= 1
        let bad = wrong
        let place = try Place(
            try FakeHub("org/model", Self.files) { _, _ in
                nil
            } storeMischief: { request, _ in
                .file(bad, request)
            })
        let failure = place.failure()
        #expect(failure?.reason == .damaged)
        #expect(
            failure?.description.hasPrefix(
                "org/model/model.safetensors did not arrive as it was sent: its hash is \(Self.sha256(bad)), but the "
                    + "server says \(Self.sha256(Self.weights))"
            ) == true)
        #expect(place.names("\(Self.model)/refs") == [])
        #expect(!place.names("\(Self.model)/blobs").contains(Self.sha256(Self.weights)))
        #expect(place.bytes("\(Self.model)/blobs/\(Self.sha256(Self.weights)).incomplete")?.isEmpty == true)

        let small = try Place(
            try FakeHub("org/model", Self.files) { request, _ in
                request.path.hasSuffix("vocab.txt") ? .init(200, [:], Data("[PAD]\nö\n".utf8)) : nil
            })
        #expect(small.failure()?.description.hasPrefix("org/model/vocab.txt did not arrive as it was sent") == true)
        let long = try Place(
            try FakeHub("org/model", Self.files) { _, _ in
                nil
            } storeMischief: { _, _ in
                .init(200, [:], Self.weights + [1])
            })
        #expect(
            long.failure()?.description
                == "org/model/model.safetensors is longer than the 3000000 bytes that the server announced")
    }

    @Test("a bad beginning from an earlier run is thrown away")
    func badBeginning() throws {
        let place = try Place(try FakeHub("org/model", Self.files))
        let blobs = place.folder.appending(path: "\(Self.model)/blobs")
        try FileManager.default.createDirectory(at: blobs, withIntermediateDirectories: true)
        let part = blobs.appending(path: "\(Self.sha256(Self.weights)).incomplete")
        for beginning in [Data(repeating: 7, count: 1000), Data(count: 3_000_000), Data(count: 4_000_000)] {
            try beginning.write(to: part)
            _ = try place.fetch()
            #expect(place.bytes("\(Self.snapshot)/model.safetensors") == Self.weights)
            try FileManager.default.removeItem(at: place.folder.appending(path: "\(Self.snapshot)/model.safetensors"))
            try FileManager.default.removeItem(at: blobs.appending(path: Self.sha256(Self.weights)))
        }
    }

    @Test("faults that may pass are borne, for a while", arguments: [500, 502, 503, 429, 408])
    func passing(_ status: Int) throws {
        // Two faults of a file, of three that are borne: on a busy machine an answer may be late once by itself.
        let place = try Place(
            try FakeHub("org/model", Self.files) { _, count in
                count < 1 ? .init(status, ["Retry-After": "0"]) : nil
            } storeMischief: { _, count in
                count < 1 ? .init(status) : nil
            })
        #expect(try place.fetch().files.count == 5)
        let dead = try Place(try FakeHub("org/model", Self.files) { _, _ in .init(status) })
        let failure = dead.failure()
        #expect(failure?.reason == .network)
        #expect(
            failure?.description
                == "127.0.0.1 answered with status \(status), 4 times in a row; the same command goes on from here "
                + "later"
        )
        #expect(dead.hub.hub.requests.count == 4)
    }

    @Test("refusals say what to do")
    func refusals() throws {
        func sentence(
            _ status: Int, _ headers: [String: String] = [:], token: String? = nil, on part: String = "/api/"
        ) throws -> String {
            let place = try Place(
                try FakeHub("org/model", Self.files) { request, _ in
                    request.path.contains(part) ? .init(status, headers) : nil
                })
            let failure = place.failure(token: token)
            #expect(failure?.reason == (status == 404 ? .absent : .refused))
            #expect(place.hub.hub.requests.count { $0.path.contains(part) } == 1)
            return (failure?.description ?? "").replacing(place.hub.hub.address.absoluteString, with: "HUB")
        }
        #expect(
            try sentence(401, ["WWW-Authenticate": "Bearer realm=\"x\""])
                == "there is no public repository org/model; check the name, or set HF_TOKEN if it is private")
        // Some libraries wait for ever when this scheme is named.
        #expect(try sentence(401, ["WWW-Authenticate": "Basic realm=\"x\""]).hasPrefix("there is no public repository"))
        #expect(
            try sentence(401, token: "old")
                == "the hub does not accept the token for org/model; set HF_TOKEN to a valid one from "
                + "HUB/settings/tokens, or unset it"
        )
        #expect(
            try sentence(401, ["X-Error-Code": "GatedRepo"], on: "/resolve/")
                == "org/model is gated: accept its terms at HUB/org/model, then set HF_TOKEN to a token of yours "
                + "from HUB/settings/tokens"
        )
        #expect(
            try sentence(403, ["X-Error-Code": "GatedRepo"], token: "t", on: "/resolve/")
                == "org/model is gated: accept its terms at HUB/org/model, for the token in use has no access yet")
        #expect(
            try sentence(403, ["X-Error-Message": "Too narrow"])
                == "the hub refuses access to org/model (Too narrow); use a token in HF_TOKEN that may read it")
        #expect(try sentence(404) == "there is no repository org/model at HUB; check the name")
        #expect(
            try sentence(404, ["X-Error-Code": "RevisionNotFound"])
                == "org/model has no revision main; see HUB/org/model")
        #expect(
            try sentence(404, ["X-Error-Code": "EntryNotFound"], on: "/vocab.txt") == "org/model has no file vocab.txt")
    }

    @Test("a redirect within the hub is followed with the token, a circle is not followed for ever")
    func redirects() throws {
        let place = try Place(
            try FakeHub("new/name", Self.files) { request, _ in
                guard request.path.contains("/old") else { return nil }
                return .init(
                    307, ["Location": request.path.replacing("/old", with: "/new/name") + "?" + request.query],
                    Data("Moved".utf8))
            })
        let result = try place.fetch("old", token: "t")
        #expect(result.files.count == 5 && result.name == "old")
        #expect(place.names("models--old/refs") == ["main"])
        #expect(place.hub.hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer t" })
        let circle = try Place(
            try FakeHub("org/model", Self.files) { request, _ in .init(302, ["Location": request.path]) })
        #expect(circle.failure()?.description.hasSuffix("is sent on again and again, perhaps in a circle") == true)
        let leaving = try Place(
            try FakeHub("org/model", Self.files) { _, _ in .init(302, ["Location": "file:///etc/passwd"]) })
        #expect(leaving.failure()?.description.contains("which is not safe to follow") == true)
    }

    @Test("what is no hub, or lies, is refused in a sentence")
    func strange() throws {
        func sentence(_ body: String) throws -> String {
            let place = try Place(try FakeHub("org/model", Self.files) { _, _ in .init(200, [:], Data(body.utf8)) })
            #expect(place.names("") == [])
            let failure = place.failure()
            #expect(failure?.reason == .damaged || failure?.reason == .absent || failure?.reason == .unwritable)
            return failure?.description ?? ""
        }
        let commit = FakeHub.commit
        #expect(try sentence("<html>").contains("is not understood; does HF_ENDPOINT name a Hugging Face hub?"))
        #expect(try sentence(#"{"sha": "../../x", "siblings": []}"#) == "the hub names no commit for org/model")
        for name in ["../../../evil", "/etc/passwd", "a//b", "a/./b", ""] {
            #expect(
                try sentence(#"{"sha": "\#(commit)", "siblings": [{"rfilename": "\#(name)"}]}"#).contains(
                    "leads out of its folder"))
        }
        #expect(
            try sentence(#"{"sha": "\#(commit)", "siblings": [{"rfilename": "a.md"}]}"#).contains(
                "holds no file that is read here"))
        func sized(_ size: String) -> String {
            let large = #"{"rfilename": "config.json", "size": \#(size), "blobId": "\#(commit)"}"#
            return #"{"sha": "\#(commit)", "siblings": [\#(large)]}"#
        }
        #expect(try sentence(sized("4000000000000")).contains("needs 4000.00 GB, but"))
        for size in ["-1", "4000000000000000", "9223372036854775807", "-9223372036854775808"] {
            #expect(try sentence(sized(size)).contains("has \(size) bytes, which cannot be"))
        }
        #expect(try sentence(sized("9223372036854775808")).contains("is not understood"))
        #expect(try sentence(sized("1e300")).contains("is not understood"))
        #expect(
            try sentence(#"{"sha": "\#(commit)", "siblings": [{"rfilename": "a\u001b[31m.json"}]}"#).contains(
                "whose name cannot be one here: a\\u{1B}[31m.json"))
    }

    @Test("no server at all, or an order not to ask")
    func unreachable() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        func failure(_ access: HubAccess) throws -> ModelHub.Failure? {
            let download = HubDownload(
                cache: HubCache(folder: folder), access: access, retry: RetryPolicy(failures: 4, firstWait: 0.01))
            return #expect(throws: ModelHub.Failure.self) { try download.plan(try RepositoryName("org/model")) }
        }
        let closed = try #require(URL(string: "http://127.0.0.1:9"))
        #expect(try failure(HubAccess(endpoint: closed))?.reason == .offline)
        #expect(try failure(HubAccess(endpoint: closed))?.description.contains("127.0.0.1 cannot be reached") == true)
        let hub = try FakeHub("org/model", Self.files)
        let forbidden = try failure(HubAccess(endpoint: hub.hub.address, isOffline: true))
        #expect(
            forbidden?.reason == .offline && forbidden?.description.hasPrefix("HF_HUB_OFFLINE forbids fetching") == true
        )
        #expect(hub.asked.isEmpty)
    }

    @Test("two at once fetch each file once")
    func together() async throws {
        let hub = try FakeHub("org/model", Self.files) { _, _ in
            nil
        } storeMischief: { request, _ in
            var answer = LoopbackServer.Response.file(Self.weights, request)
            answer.delay = 0.3
            return answer
        }
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let download = HubDownload(cache: HubCache(folder: folder), access: HubAccess(endpoint: hub.hub.address))
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try download.run(try download.plan(try RepositoryName("org/model"))) { _ in }.files.count
                }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(counts == [5, 5])
        #expect(hub.store.requests.count == 1)
    }

    @Test("a cache that cannot be written is said")
    func unwritable() throws {
        let hub = try FakeHub("org/model", Self.files)
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "taken")
        try Data().write(to: file)
        let download = HubDownload(cache: HubCache(folder: file), access: HubAccess(endpoint: hub.hub.address))
        let failure = #expect(throws: ModelHub.Failure.self) {
            try download.run(try download.plan(try RepositoryName("org/model"))) { _ in }
        }
        #expect(failure?.reason == .unwritable && failure?.description.contains("cannot be written") == true)
    }

    @Test("variables that name endpoint and token")
    func access() throws {
        let home = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: home) }
        try Data("hf_stored\n".utf8).write(to: home.appending(path: "token"))
        func sent(_ environment: [String: String]) throws -> String? {
            let hub = try FakeHub("org/model", Self.files)
            let access = try HubAccess(
                environment: environment.merging(["HF_ENDPOINT": hub.hub.address.absoluteString + "/"]) { $1 })
            _ = try HubDownload(cache: HubCache(folder: home), access: access).plan(try RepositoryName("org/model"))
            #expect(hub.hub.requests.first?.path == "/api/models/org/model/revision/main")
            #expect(hub.hub.requests.first?.query == "blobs=true")
            return hub.hub.requests.first?.headers["authorization"]
        }
        #expect(try sent(["HF_HOME": home.path]) == "Bearer hf_stored")
        #expect(try sent(["HF_HOME": home.path, "HF_TOKEN": "hf_given"]) == "Bearer hf_given")
        #expect(try sent(["HF_HOME": home.path, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]) == nil)
        #expect(try sent(["HF_HOME": "/nonexistent", "HF_TOKEN_PATH": home.path + "/token"]) == "Bearer hf_stored")
        #expect(try sent(["HF_HOME": "/nonexistent"]) == nil)
        #expect(
            try HubAccess(environment: ["HOME": "/nonexistent"]).endpoint.absoluteString == "https://huggingface.co")
        #expect(throws: ModelHub.Failure.self) { try HubAccess(environment: ["HF_ENDPOINT": "file:///x"]) }
    }
}
