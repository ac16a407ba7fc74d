import Foundation

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
                .damaged, "what the hub says about \(repository) is not understood; does HF_ENDPOINT name a Hugging Face hub?")
        }
        guard answer.sha.utf8.count == 40, FileHash(answer.sha) != nil else {
            throw ModelHub.Failure(.damaged, "the hub names no commit for \(repository)")
        }
        commit = answer.sha
        files = try answer.siblings.map { sibling in
            let parts = sibling.rfilename.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }) else {
                throw ModelHub.Failure(.damaged, "\(repository) holds a file whose name leads out of its folder: \(sibling.rfilename)")
            }
            let hash = sibling.lfs?.sha256.flatMap { FileHash($0) } ?? sibling.blobId.flatMap { FileHash($0) }
            return File(path: sibling.rfilename, size: sibling.lfs?.size ?? sibling.size, hash: hash)
        }
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
