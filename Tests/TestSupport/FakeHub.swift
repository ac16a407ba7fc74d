// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import Foundation
import Synchronization

/// A hub with one repository, and a store at another address where it sends those who ask for large files.
public final class FakeHub: Sendable {
    public struct File: Sendable {
        public let name: String
        public let bytes: Data
        /// SHA-256 for large files, git's SHA-1 for small ones.
        public let hash: String
        public let isLarge: Bool

        public init(_ name: String, _ bytes: Data, hash: String, isLarge: Bool) {
            (self.name, self.bytes, self.hash, self.isLarge) = (name, bytes, hash, isLarge)
        }
    }

    /// Answers in place of the usual one; nil for the usual one. The count tells how often that path was asked before.
    public typealias Mischief = @Sendable (LoopbackServer.Request, _ count: Int) -> LoopbackServer.Response?

    public static let commit = "0123456789abcdef0123456789abcdef01234567"
    public let hub: LoopbackServer
    public let store: LoopbackServer

    /// - Parameters:
    ///   - tellsHashes: whether the listing has sizes and hashes, as the hub's has and some mirrors' have not.
    ///   - mischief: at the hub.
    ///   - storeMischief: at the store.
    public init(
        _ repository: String, _ files: [File], tellsHashes: Bool = true, mischief: @escaping Mischief = { _, _ in nil },
        storeMischief: @escaping Mischief = { _, _ in nil }
    ) throws {
        let store = try LoopbackServer(
            Self.counted(storeMischief) { request in
                guard let file = files.first(where: { request.path == "/blob/\($0.hash)" }) else { return .init(404) }
                return .file(file.bytes, request, ["ETag": "\"another\""])
            })
        self.store = store
        let away = store.address.absoluteString
        hub = try LoopbackServer(
            Self.counted(mischief) { request in
                if request.path.hasPrefix("/api/models/\(repository)/revision/") {
                    return .init(200, ["Content-Type": "application/json"], Self.listing(files, tellsHashes))
                }
                let prefix = "/\(repository)/resolve/\(Self.commit)/"
                guard request.path.hasPrefix(prefix),
                    let name = request.path.dropFirst(prefix.count).removingPercentEncoding,
                    let file = files.first(where: { $0.name == name })
                else { return .init(404, ["X-Error-Code": "EntryNotFound", "X-Repo-Commit": Self.commit]) }
                var headers = ["X-Repo-Commit": Self.commit, "ETag": "\"\(file.hash)\""]
                guard file.isLarge else { return .file(file.bytes, request, headers) }
                headers["ETag"] = "\"pointer\""
                headers["X-Linked-Etag"] = "\"\(file.hash)\""
                headers["X-Linked-Size"] = "\(file.bytes.count)"
                headers["Location"] = "\(away)/blob/\(file.hash)?signature=x"
                return .init(302, headers, Data("Found".utf8))
            })
    }

    /// Paths asked at the hub and, with a star, at the store.
    public var asked: [String] { hub.requests.map(\.path) + store.requests.map { "*" + $0.path } }

    private static func counted(
        _ mischief: @escaping Mischief, _ usual: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Response
    ) -> @Sendable (LoopbackServer.Request) -> LoopbackServer.Response {
        let counts = Counts()
        return { request in mischief(request, counts.next(request.path)) ?? usual(request) }
    }

    private final class Counts: Sendable {
        private let counts = Mutex<[String: Int]>([:])

        func next(_ path: String) -> Int {
            counts.withLock { counts in
                defer { counts[path, default: 0] += 1 }
                return counts[path, default: 0]
            }
        }
    }

    private static func listing(_ files: [File], _ tellsHashes: Bool) -> Data {
        let siblings = files.map { file -> [String: Any] in
            guard tellsHashes else { return ["rfilename": file.name] }
            var record: [String: Any] = ["rfilename": file.name, "size": file.bytes.count]
            record["blobId"] = file.isLarge ? String(repeating: "f", count: 40) : file.hash
            if file.isLarge { record["lfs"] = ["sha256": file.hash, "size": file.bytes.count, "pointerSize": 134] }
            return record
        }
        let record: [String: Any] = ["id": "x", "sha": commit, "gated": false, "siblings": siblings]
        return (try? JSONSerialization.data(withJSONObject: record)) ?? Data()
    }
}
