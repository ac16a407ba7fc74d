import Foundation

/// One file on its way to this machine: taken up where an earlier try stopped, repeated when the connection breaks,
/// and given its name only when size and hash are what the server said.
struct Download {
    let address: URL
    /// What errors call it: `bert-base-uncased/model.safetensors`.
    let name: String
    let size: Int?
    let hash: FileHash?
    /// Bytes that a file of unknown size may have at most.
    var limit: Int?
    /// Where it goes; until it is whole it stands beside that, with `.incomplete` at its end.
    let destination: URL
    /// What an answer without success means.
    let refusal: (HTTPAnswer) -> ModelHub.Failure

    /// Returns the file's hash: of the server's kind, or SHA-256 where the server named none.
    ///
    /// - Parameter progress: bytes of this file that are here; called about once a second or more often, and may throw
    ///   to stop: what has come stays.
    func run(_ client: HubClient, progress: (Int) throws -> Void) throws -> FileHash {
        let part = try PartialFile(destination, size: size, hash: hash)
        var isFirst = true
        while true {
            let found = try fill(part, client, progress)
            if hash == nil || found == hash {
                try part.finish()
                return found
            }
            try part.restart()
            // What an earlier run had left may be to blame: begin anew, once.
            guard isFirst && part.wasResumed else {
                throw ModelHub.Failure(
                    .damaged,
                    "\(name) did not arrive as it was sent: its hash is \(found), but the server says "
                        + "\(hash?.description ?? "?"); "
                        + "nothing was kept; try again, and if it happens again ask the server's owner")
            }
            isFirst = false
        }
    }

    /// Downloads what is missing; returns the hash of the whole.
    private func fill(_ part: PartialFile, _ client: HubClient, _ progress: (Int) throws -> Void) throws -> FileHash {
        var known = part.count
        try client.persist(
            tick: { try progress(part.count) },
            hasGained: {
                defer { known = part.count }; return part.count - known >= client.retry.gain
            }
        ) {
            if let size, part.count == size { return }
            part.isNewAnswer = true
            let answer = try client.get(address, from: part.count, tick: { try progress(part.count) }) {
                answer, bytes in
                guard answer.status == 200 || answer.status == 206 else { return }
                if part.isNewAnswer { try begin(part, answer) }
                if let limit = size ?? limit, bytes.count > limit - part.count {
                    try part.restart()
                    throw ModelHub.Failure(
                        .damaged,
                        "\(name) is longer than the \(limit) bytes that "
                            + "\(size == nil ? "it may have" : "the server announced")"
                    )
                }
                try part.append(bytes)
            }
            switch answer.status {
            case 200, 206: break
            case 416:   // nothing is left to send: what is here is not the beginning of what the server has
                try part.restart()
                throw PassingFault(words: "\(address.host ?? "the server") has no bytes of \(name) from there on")
            default: throw refusal(answer)
            }
            if let size, part.count < size {
                throw PassingFault(words: "\(name) ended after \(part.count) of \(size) bytes")
            }
        }
        try progress(part.count)
        return part.foundHash
    }

    /// Looks at where the answer begins: a server may send the whole although only the rest was asked for.
    private func begin(_ part: PartialFile, _ answer: HTTPAnswer) throws {
        part.isNewAnswer = false
        // Without a hash, the page that a dead address shows would pass for the file.
        if hash == nil, answer["content-type"]?.hasPrefix("text/html") == true { throw refusal(answer) }
        guard part.count > 0 else { return }
        let start = answer["content-range"].flatMap { $0.split(separator: " ").last?.split(separator: "-").first }
            .flatMap { Int($0) }
        if answer.status == 206, start == part.count { return }
        try part.restart()
        part.isNewAnswer = false
        if answer.status == 206 {
            throw PassingFault(words: "\(address.host ?? "the server") sent another part of \(name)")
        }
    }
}
