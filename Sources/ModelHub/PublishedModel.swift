import Foundation
import SynFiles

/// A model that its authors publish as plain files, on no hub, and that is known here by a name of its own.
///
/// Its files go to `models/NAME/` in our own cache (`~/.cache/synesthesia`). Where the hash of a file is known, because
/// several public projects state the same, it is checked; where none is, the hash found is told and written to
/// `SHA256SUMS` beside the file, so that two machines can be compared.
package struct PublishedModel: Sendable {
    package struct File: Sendable {
        /// What it is called here.
        package let name: String
        package let address: String
        /// Nil where no trustworthy source states it.
        package let sha256: String?
        /// Exact where the hash is known, else about.
        package let bytes: Int

        package init(name: String, address: String, sha256: String?, bytes: Int) {
            (self.name, self.address, self.sha256, self.bytes) = (name, address, sha256, bytes)
        }
    }

    package let name: String
    /// Where a person finds it when an address no longer holds it.
    package let page: String
    package let files: [File]

    package init(name: String, page: String, files: [File]) {
        (self.name, self.page, self.files) = (name, page, files)
    }

    package static func named(_ name: String) -> PublishedModel? { all.first { $0.name == name } }

    package var bytes: Int { files.reduce(0) { $0 + $1.bytes } }

    package func folder(in cache: URL) -> URL { cache.appending(path: "models").appending(path: name) }

    /// The names of files that are not there yet.
    package func missing(in cache: URL) -> [String] {
        files.map(\.name).filter { HubDownload.size(folder(in: cache).appending(path: $0)) == nil }
    }

    /// The decoders of Esser et al.'s repository (CompVis/taming-transformers, table of pretrained models), and the
    /// Inception network of torch-fidelity's release 0.2.0, by which the usual scores are computed.
    ///
    /// The decoders' addresses are those behind the repository's short links; nobody states their hashes.
    package static let all: [PublishedModel] = [
        taming(
            "celebahq", share: "6dddf083-40c8-470a-9360-a9dab2a94e96", run: "2021-04-23T18-11-19",
            bytes: 3_400_000_000),
        taming("ffhq", share: "0fc005bf-3dca-4079-9d40-cdf38d42cd7a", run: "2021-04-23T18-19-01", bytes: 3_500_000_000),
        taming(
            "faceshq", share: "a04deec9-0c59-4673-8b37-3d696fe63a5d", run: "2020-11-13T21-41-45", bytes: 3_800_000_000,
            settings: "https://drive.google.com/uc?export=download&id=1fHwGx_hnBtC8nsq7hesJvs-Klv-P0gzT"),
        PublishedModel(
            name: "inception", page: "https://github.com/toshas/torch-fidelity/releases/tag/v0.2.0",
            files: [
                File(
                    name: "weights-inception-2015-12-05-6726825d.pth",
                    address: "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
                        + "weights-inception-2015-12-05-6726825d.pth",
                    sha256: "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2", bytes: 95_628_359)
            ]),
    ]

    private static func taming(
        _ name: String, share: String, run: String, bytes: Int, settings: String? = nil
    ) -> PublishedModel {
        func address(_ file: String, in folder: String) -> String {
            "https://app.koofr.net/content/links/\(share)/files/get/\(file)"
                + "?path=%2F\(run)_\(name)_transformer%2F\(folder)%2F\(file)&force"
        }
        return PublishedModel(
            name: "taming/\(name)",
            page: "https://github.com/CompVis/taming-transformers#overview-of-pretrained-models",
            files: [
                File(
                    name: "project.yaml", address: settings ?? address("\(run)-project.yaml", in: "configs"),
                    sha256: nil,
                    bytes: 2_000),
                File(name: "last.ckpt", address: address("last.ckpt", in: "checkpoints"), sha256: nil, bytes: bytes),
            ])
    }
}

extension PublishedModel {
    /// What ``fetch(into:access:retry:progress:)`` found or brought.
    package struct Result: Sendable, Encodable {
        package struct File: Sendable, Encodable {
            package let name: String
            package let bytes: Int
            package let sha256: String
            /// Whether the hash is one that was known before.
            package let verified: Bool
            package let downloaded: Bool
        }

        package let name: String
        package let path: String
        package let files: [File]
    }

    /// Downloads what is missing into our own cache; `tick` and `progress` as in `HubDownload.run`.
    package func fetch(
        into cache: URL, access: HubAccess, retry: RetryPolicy = RetryPolicy(), tick: () throws -> Void = {},
        progress: (HubDownload.Progress) throws -> Void
    ) throws -> Result {
        let folder = folder(in: cache)
        if access.isOffline, let first = missing(in: cache).first {
            throw ModelHub.Failure(
                .offline, "HF_HUB_OFFLINE forbids fetching \(name); unset it, or copy \(first) to \(folder.path)")
        }
        try HubDownload.makeFolder(folder)
        let lock = try FileLock(folder.appending(path: ".lock")) {
            try progress(.init(file: name, done: 0, total: bytes))
        }
        defer { withExtendedLifetime(lock) {} }
        let client = HubClient(access: access, retry: retry)
        let sums = folder.appending(path: "SHA256SUMS")
        var known = Self.read(sums)
        var (done, found) = (0, [Result.File]())
        for file in files {
            let place = folder.appending(path: file.name)
            let isHere = try isWhole(file, place, known[file.name], tick: tick)
            if !isHere {
                guard !access.isOffline else {
                    throw ModelHub.Failure(
                        .offline,
                        "\(place.path) is not what it should be (its size or hash is another), and HF_HUB_OFFLINE "
                            + "forbids "
                            + "fetching it anew; unset it")
                }
                if HubDownload.size(place) != nil { unlink(place.path) }
                known[file.name] = try download(file, to: place, client) { here in
                    try progress(.init(file: file.name, done: done + here, total: bytes))
                }.description
                try Self.write(known, to: sums)
            }
            let size = HubDownload.size(place) ?? 0
            done += file.bytes
            if !isHere { try progress(.init(file: file.name, done: done, total: bytes)) }
            found.append(
                .init(
                    name: file.name, bytes: size, sha256: known[file.name] ?? "",
                    verified: file.sha256 != nil && known[file.name] == file.sha256,
                    downloaded: !isHere))
        }
        return Result(name: name, path: folder.path, files: found)
    }

    /// Whether a file is there, and is what it was when its hash was known last: what its publisher states, or what was
    /// found when it came. One that was put there by hand has none yet, and gets it.
    private func isWhole(_ file: File, _ place: URL, _ remembered: String?, tick: () throws -> Void) throws -> Bool {
        guard let size = HubDownload.size(place) else { return false }
        guard let hash = file.sha256 ?? remembered else { return true }
        guard file.sha256 == nil || size == file.bytes else { return false }
        return try FileHash.of(place, like: .sha256(hash), size: size, tick: tick) == .sha256(hash)
    }

    private func download(
        _ file: File, to place: URL, _ client: HubClient, _ progress: (Int) throws -> Void
    ) throws -> FileHash {
        guard let address = URL(string: file.address) else {
            throw ModelHub.Failure(.settings, "\(file.address) is no address")
        }
        try HubDownload.checkSpace(for: file.bytes, in: place.deletingLastPathComponent(), what: name)
        let byHand = "download \(file.name) by hand from \(page) and put it at \(place.path)"
        let download = Download(
            address: address, name: "\(name)/\(file.name)", size: file.sha256 == nil ? nil : file.bytes,
            hash: file.sha256.map { .sha256($0) }, limit: 2 * file.bytes + 1 << 20, destination: place,
            refusal: { answer in
                answer.status == 200
                    ? .init(
                        .network,
                        "\(address.host ?? "the server") answers with a web page instead of \(file.name); \(byHand)")
                    : .init(
                        .network,
                        "\(address.host ?? "the server") answered for \(file.name) with status \(answer.status); "
                            + "\(byHand)"
                    )
            })
        return try download.run(client, progress: progress)
    }

    /// `HASH  NAME`, a line each, as `sha256sum` writes and checks it.
    private static func read(_ sums: URL) -> [String: String] {
        let text = (try? String(contentsOf: sums, encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        return Dictionary(
            lines.filter { $0.count == 2 }.map { ($0[1].trimmingCharacters(in: .whitespaces), $0[0]) },
            uniquingKeysWith: { $1 })
    }

    private static func write(_ hashes: [String: String], to sums: URL) throws {
        let text = hashes.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)\n" }.joined()
        try AtomicFile.write(text, to: sums, sweeps: true)
    }
}
