import Foundation
import SynFiles

/// What a repository holds at one commit, as the hub tells it.
struct HubListing: Sendable {
    struct File: Sendable, Hashable {
        /// With `/` between folders; never leads out of its folder.
        let path: String
        var size: Int?
        var hash: FileHash?
    }

    let commit: String
    let files: [File]

    init(_ bytes: Data, _ repository: RepositoryName) throws {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: bytes) else {
            throw ModelHub.Failure(
                .damaged,
                "what the hub says about \(repository) is not understood; does HF_ENDPOINT name a Hugging Face hub?")
        }
        guard answer.sha.utf8.count == 40, FileHash(answer.sha) != nil else {
            throw ModelHub.Failure(.damaged, "the hub names no commit for \(repository)")
        }
        guard answer.siblings.count <= 1 << 19 else {
            throw ModelHub.Failure(
                .damaged, "the hub lists \(answer.siblings.count) files of \(repository), more than can be handled here"
            )
        }
        commit = answer.sha
        files = try answer.siblings.map { sibling in
            let parts = sibling.rfilename.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }) else {
                throw ModelHub.Failure(
                    .damaged,
                    "\(repository) holds a file whose name leads out of its folder: \(printable(sibling.rfilename))")
            }
            guard
                parts.allSatisfy({
                    $0.utf8.count <= 255 && $0.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
                })
            else {
                throw ModelHub.Failure(
                    .damaged,
                    "\(repository) holds a file whose name cannot be one here: \(printable(sibling.rfilename))")
            }
            let hash = sibling.lfs?.sha256.flatMap { FileHash($0) } ?? sibling.blobId.flatMap { FileHash($0) }
            let size = sibling.lfs?.size ?? sibling.size
            return File(
                path: sibling.rfilename, size: try size.map { try Self.checked($0, sibling.rfilename, repository) },
                hash: hash)
        }
    }

    /// A stated size, if a file can have it: none has more than eight tebibytes, and a million such still have a sum.
    static func checked(_ size: Int, _ file: String, _ repository: RepositoryName) throws -> Int {
        guard (0...1 << 43).contains(size) else {
            throw ModelHub.Failure(
                .damaged,
                "the hub says that \(repository)/\(printable(file)) has \(size) bytes, which cannot be; "
                    + "does HF_ENDPOINT name a Hugging Face hub?")
        }
        return size
    }

    private struct Answer: Decodable {
        let sha: String
        let siblings: [Sibling]
    }

    private struct Sibling: Decodable {
        let rfilename: String
        let size: Int?
        let blobId: String?
        let lfs: LargeFile?
    }

    private struct LargeFile: Decodable {
        let sha256: String?
        let size: Int?
    }
}
