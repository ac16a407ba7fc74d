import Foundation
import SynFiles

/// A repository's files from the hub into the shared cache, in the layout that Hugging Face publishes:
///
///     models--ORG--NAME/blobs/HASH                  each content once
///     models--ORG--NAME/snapshots/COMMIT/FILE       links to ../../blobs/HASH
///     models--ORG--NAME/refs/REVISION               the commit; written last, when all files are there
///     models--ORG--NAME/.no_exist/COMMIT/FILE       looked for and not there, which spares others the question
///     .locks/models--ORG--NAME/HASH.lock            held while a blob is made
package struct HubDownload: Sendable {
    /// What is to be done, known before anything large is downloaded.
    package struct Plan: Sendable {
        package let repository: RepositoryName
        package let commit: String
        let files: [HubListing.File]
        let absent: [String]
        /// Of all files.
        package var bytes: Int { files.reduce(0) { $0 + ($1.size ?? 0) } }
    }

    /// How far it is.
    package struct Progress: Sendable {
        package let file: String
        /// Bytes of all files that are here, those from earlier runs included.
        package let done: Int
        package let total: Int
    }

    /// What is in the cache at the end.
    package struct Result: Sendable, Encodable {
        package struct File: Sendable, Encodable {
            package let name: String
            package let bytes: Int
            /// SHA-256, or git's SHA-1 for small files.
            package let hash: String
            /// False when it was there already.
            package let downloaded: Bool
        }

        package let name: String
        package let revision: String
        package let commit: String
        package let path: String
        package let files: [File]
    }

    private let cache: HubCache
    private let client: HubClient

    package init(cache: HubCache, access: HubAccess, retry: RetryPolicy = RetryPolicy()) {
        self.cache = cache
        client = HubClient(access: access, retry: retry)
    }

    /// Asks the hub what there is.
    ///
    /// - Parameters:
    ///   - everything: every file, instead of those that are read here.
    ///   - tick: called while waiting; may throw to stop.
    package func plan(
        _ repository: RepositoryName, everything: Bool = false, tick: () throws -> Void = {}
    ) throws -> Plan {
        guard !client.access.isOffline else {
            throw ModelHub.Failure(
                .offline,
                "HF_HUB_OFFLINE forbids fetching \(repository); unset it, or copy the cache from another machine")
        }
        let parts =
            ["api", "models"] + repository.name.split(separator: "/").map(String.init) + [
                "revision", repository.revision,
            ]
        let (answer, bytes) = try client.bytes(address(parts, query: "blobs=true"), limit: 64 << 20, tick: tick)
        guard answer.status == 200 else { throw client.refusal(answer, repository) }
        let listing = try HubListing(bytes, repository)
        let names = listing.files.map(\.path)
        let wanted = Set(everything ? names : ModelFiles.wanted(among: names))
        guard !wanted.isEmpty else {
            throw ModelHub.Failure(
                .absent,
                "\(repository) holds no file that is read here; it has \(names.prefix(5).joined(separator: ", ")) "
                    + "(--all takes them)"
            )
        }
        let files = try listing.files.filter { wanted.contains($0.path) }.map {
            try complete($0, repository, listing.commit, tick)
        }
        return Plan(
            repository: repository, commit: listing.commit, files: files,
            absent: (ModelFiles.small + ["model.safetensors"]).filter { !names.contains($0) })
    }

    /// Downloads what is not there yet; may be stopped at any time, and goes on from there.
    ///
    /// - Parameters:
    ///   - tick: called while what is there is looked at; may throw to stop.
    ///   - progress: called while something is downloaded, and only then; may throw to stop.
    package func run(
        _ plan: Plan, tick: () throws -> Void = {}, progress: (Progress) throws -> Void
    ) throws -> Result {
        let model = cache.folder.appending(path: plan.repository.cacheName)
        let snapshot = model.appending(path: "snapshots").appending(path: plan.commit)
        try prepare(plan, model, snapshot)
        let lacking = Set(
            try plan.files.filter { file in
                try !isWhole(snapshot.appending(path: file.path), file, tick: tick)
            })
        var done = plan.files.reduce(0) { $0 + (lacking.contains($1) ? 0 : $1.size ?? 0) }
        for file in plan.files where lacking.contains(file) {
            func tell(_ bytes: Int) throws {
                try progress(Progress(file: file.path, done: done + bytes, total: plan.bytes))
            }
            try tell(0)
            try fetch(file, plan, model, snapshot.appending(path: file.path), tell)
            done += file.size ?? 0
            try tell(0)
        }
        let files = plan.files.map { file in
            Result.File(
                name: file.path, bytes: Self.size(snapshot.appending(path: file.path)) ?? 0,
                hash: file.hash?.description ?? "", downloaded: lacking.contains(file))
        }
        for name in plan.absent {
            Self.touch(model.appending(path: ".no_exist").appending(path: plan.commit).appending(path: name))
        }
        try remember(plan, model)
        return Result(
            name: plan.repository.name, revision: plan.repository.revision, commit: plan.commit, path: snapshot.path,
            files: files)
    }

    /// Whether a file is there with the size and the content that the hub states. What a broken copy or a full disk
    /// left under a blob's name must not be taken for the blob for ever.
    private func isWhole(_ place: URL, _ file: HubListing.File, tick: () throws -> Void) throws -> Bool {
        guard let size = Self.size(place), file.size == nil || size == file.size else { return false }
        guard let hash = file.hash else { return true }
        return try FileHash.of(place, like: hash, size: size, tick: tick) == hash
    }

    // MARK: - Parts of it

    private func address(_ parts: [String], query: String? = nil) throws -> URL {
        guard let url = client.access.address(parts, query: query) else {
            throw ModelHub.Failure(.settings, "\(client.access.endpoint.absoluteString) makes no address")
        }
        return url
    }

    private func address(of file: HubListing.File, _ repository: RepositoryName, _ commit: String) throws -> URL {
        func pieces(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }
        return try address(pieces(repository.name) + ["resolve", commit] + pieces(file.path))
    }

    /// Asks for size and hash where the listing has none, as some mirrors do.
    private func complete(
        _ file: HubListing.File, _ repository: RepositoryName, _ commit: String, _ tick: () throws -> Void
    ) throws -> HubListing.File {
        guard file.size == nil || file.hash == nil else { return file }
        let url = try address(of: file, repository, commit)
        let answer = try client.persist(tick: tick) {
            try client.get(url, headOnly: true, within: HubClient.secondsForListings, tick: tick)
        }
        guard (200..<400).contains(answer.status) else { throw client.refusal(answer, repository, file: file.path) }
        var known = file
        let isSentOn = answer.status >= 300
        let told = (answer["x-linked-size"] ?? (isSentOn ? nil : answer["content-length"])).flatMap { Int($0) }
        known.size = try file.size ?? told.map { try HubListing.checked($0, file.path, repository) }
        known.hash = file.hash ?? (answer["x-linked-etag"] ?? answer["etag"]).flatMap { FileHash($0) }
        guard known.size != nil, known.hash != nil else {
            throw ModelHub.Failure(
                .damaged,
                "\(client.access.endpoint.absoluteString) tells no size or hash of \(repository)/\(file.path), so it "
                    + "could not be checked; "
                    + "does HF_ENDPOINT name a Hugging Face hub?")
        }
        return known
    }

    private func prepare(_ plan: Plan, _ model: URL, _ snapshot: URL) throws {
        for folder in [snapshot, model.appending(path: "blobs"), model.appending(path: "refs"), locks(plan)] {
            try Self.makeFolder(folder)
        }
        let tag = cache.folder.appending(path: "CACHEDIR.TAG")   // tells backup programs to pass by
        if !FileManager.default.fileExists(atPath: tag.path) {
            let lines = [
                "Signature: 8a477f597d28d172789f06886806bc55", "# A cache of models; see https://bford.info/cachedir/",
            ]
            try? AtomicFile.write(lines.joined(separator: "\n") + "\n", to: tag, sweeps: true)
        }
        let missing = plan.files.filter { file in
            file.hash.map { Self.size(model.appending(path: "blobs/\($0)")) == nil } ?? true
        }
        let begun = missing.reduce(0) { sum, file in
            sum + (file.hash.flatMap { Self.size(model.appending(path: "blobs/\($0).incomplete")) } ?? 0)
        }
        try Self.checkSpace(
            for: missing.reduce(0) { $0 + ($1.size ?? 0) } - begun, in: cache.folder, what: "\(plan.repository)")
    }

    private func locks(_ plan: Plan) -> URL {
        cache.folder.appending(path: ".locks").appending(path: plan.repository.cacheName)
    }

    /// One file: its blob, unless there is one, and the link to it.
    private func fetch(
        _ file: HubListing.File, _ plan: Plan, _ model: URL, _ link: URL, _ progress: (Int) throws -> Void
    ) throws {
        guard let hash = file.hash else { return }
        let blob = model.appending(path: "blobs").appending(path: hash.description)
        let lock = try FileLock(locks(plan).appending(path: "\(hash).lock")) { try progress(0) }
        defer { withExtendedLifetime(lock) {} }
        if try !isWhole(blob, file, tick: { try progress(0) }) {
            // Cut short or changed: whatever stands there is not what it is called.
            if Self.size(blob) != nil { unlink(blob.path) }
            let download = Download(
                address: try address(of: file, plan.repository, plan.commit),
                name: "\(plan.repository.name)/\(file.path)",
                size: file.size, hash: hash, destination: blob,
                refusal: { client.refusal($0, plan.repository, file: file.path) })
            _ = try download.run(client, progress: progress)
        }
        let depth = file.path.split(separator: "/").count + 1
        let target = String(repeating: "../", count: depth) + "blobs/\(hash)"
        try Self.makeFolder(link.deletingLastPathComponent())
        // Whoever makes this link holds the blob's lock; a killed process's is removed by the next.
        let fresh = link.deletingLastPathComponent().appending(path: ".\(link.lastPathComponent).link")
        unlink(fresh.path)
        guard symlink(target, fresh.path) == 0 else { throw PartialFile.unwritable(link, errno) }
        try AtomicFile.rename(fresh.path, to: link.path)
    }

    /// The revision now means this commit. A commit given as such needs no memory.
    private func remember(_ plan: Plan, _ model: URL) throws {
        guard plan.repository.revision != plan.commit else { return }
        let file = model.appending(path: "refs").appending(path: plan.repository.revision)
        try Self.makeFolder(file.deletingLastPathComponent())
        try AtomicFile.write(plan.commit, to: file, sweeps: true)
    }
}

extension HubDownload {
    /// Of a file, links followed; nil when there is none.
    static func size(_ file: URL) -> Int? {
        var facts = stat()
        guard stat(file.path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(facts.st_size)
    }

    static func makeFolder(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
            throw PartialFile.unwritable(folder, code.flatMap { Int32(exactly: $0) } ?? EACCES)
        }
    }

    /// An empty file; that it cannot be made does not matter. Made in one step: Foundation's own way goes by a
    /// temporary file, which a kill leaves behind.
    static func touch(_ file: URL) {
        guard !FileManager.default.fileExists(atPath: file.path) else { return }
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let descriptor = open(file.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
        if descriptor >= 0 { close(descriptor) }
    }

    /// Says before the download, rather than in its middle, that there is no room.
    static func checkSpace(for bytes: Int, in folder: URL, what: String) throws {
        var facts = statvfs()
        guard bytes > 0, statvfs(folder.path, &facts) == 0 else { return }
        let free = Int(clamping: UInt64(facts.f_bavail) &* UInt64(facts.f_frsize))
        guard free < bytes else { return }
        throw ModelHub.Failure(
            .unwritable,
            "\(what) needs \(ByteCount.text(bytes)), but \(folder.path) has room for \(ByteCount.text(free)); make "
                + "room, or choose "
                + "another disk with --cache or HF_HUB_CACHE")
    }
}
