import Foundation
import SynFiles

/// A fault that may pass by itself.
struct PassingFault: Error {
    let words: String
    /// How long the server asks to wait, in seconds.
    var wait: Double?
    var isUnreachable = false
}

/// Requests to the hub, and wherever it sends us: redirects followed, the token kept from strangers, faults borne.
package struct HubClient: Sendable {
    let access: HubAccess
    let retry: RetryPolicy

    /// One try. Headers of the hub's own answers (`x-repo-commit`, `x-linked-etag`, `x-linked-size`) are kept when it
    /// sends us on. Throws ``PassingFault`` for what may pass, ``ModelHub/Failure`` for what will not.
    ///
    /// - Parameters:
    ///   - headOnly: status and headers; a redirect away from the hub is not followed, for it is the answer.
    ///   - start: the first byte wanted.
    ///   - seconds: that all of it may take; 0 for as long as bytes come.
    func get(
        _ address: URL, headOnly: Bool = false, from start: Int = 0, within seconds: Int = 0, tick: () throws -> Void,
        body: (HTTPAnswer, UnsafeRawBufferPointer) throws -> Void = { _, _ in }
    ) throws -> HTTPAnswer {
        var (url, kept) = (address, [String: String]())
        for _ in 0..<10 {
            var exchange = HTTPExchange(url: url, headOnly: headOnly, patience: retry.patience)
            exchange.patience.total = seconds
            exchange.headers = [("Accept-Encoding", "identity"), ("User-Agent", "synesthesia")]
            if let token = access.token, access.isOwn(url) {
                exchange.headers.append(("Authorization", "Bearer \(token)"))
            }
            if start > 0 { exchange.headers.append(("Range", "bytes=\(start)-")) }
            var answer = try perform(exchange, tick, body)
            for name in ["x-repo-commit", "x-linked-etag", "x-linked-size"] where access.isOwn(url) {
                if let value = answer[name] { kept[name] = value }
            }
            answer.headers.merge(kept) { found, _ in found }
            if RetryPolicy.isPassing(answer.status) {
                let host = url.host ?? "the server"
                throw PassingFault(
                    words: "\(host) answered with status \(answer.status)",
                    wait: answer["retry-after"].flatMap(Double.init))
            }
            guard (300..<400).contains(answer.status), let place = answer["location"],
                let next = URL(string: place, relativeTo: url)?.absoluteURL, !(headOnly && !access.isOwn(next))
            else { return answer }
            guard Self.isSafe(next, after: url) else {
                throw ModelHub.Failure(
                    .network, "\(url.host ?? "the server") sends on to \(printable(place)), which is not safe to follow"
                )
            }
            url = next
        }
        throw ModelHub.Failure(
            .network, "\(printable(address.absoluteString)) is sent on again and again, perhaps in a circle")
    }

    /// Whether a redirect may be followed: what began over https must not go on in the clear, and no other scheme is a
    /// web server's. The names of schemes know no case.
    package static func isSafe(_ next: URL, after url: URL) -> Bool {
        let (from, to) = (url.scheme?.lowercased(), next.scheme?.lowercased())
        return to == "https" || to == "http" && from == "http"
    }

    /// Makes a try again while its faults may pass. `hasGained` tells that bytes have arrived since it was last asked.
    func persist<Result>(
        tick: () throws -> Void, hasGained: () -> Bool = { false }, _ attempt: () throws -> Result
    ) throws -> Result {
        var failures = 0
        while true {
            do {
                return try attempt()
            } catch let fault as PassingFault {
                failures = hasGained() ? 1 : failures + 1
                // A host that is not there at all is seldom there a moment later.
                guard failures < (fault.isUnreachable ? min(2, retry.failures) : retry.failures) else {
                    if fault.isUnreachable {
                        throw ModelHub.Failure(
                            .offline, "\(fault.words); check the network, or name a mirror in HF_ENDPOINT")
                    }
                    throw ModelHub.Failure(
                        .network, "\(fault.words), \(failures) times in a row; the same command goes on from here later"
                    )
                }
                try retry.wait(failures, asked: fault.wait, tick: tick)
            }
        }
    }

    /// A listing of a hundred thousand files comes within a minute on any line that could carry a model.
    static let secondsForListings = 300

    /// A whole small answer.
    func bytes(_ url: URL, limit: Int, tick: () throws -> Void) throws -> (answer: HTTPAnswer, bytes: Data) {
        try persist(tick: tick) {
            var bytes = Data()
            let answer = try get(url, within: Self.secondsForListings, tick: tick) { answer, piece in
                guard answer.status == 200 else { return }
                bytes.append(contentsOf: piece)
                guard bytes.count <= limit else {
                    throw ModelHub.Failure(.network, "\(url.absoluteString) answers with more than \(limit >> 20) MiB")
                }
            }
            return (answer, bytes)
        }
    }

    private func perform(
        _ exchange: HTTPExchange, _ tick: () throws -> Void, _ body: (HTTPAnswer, UnsafeRawBufferPointer) throws -> Void
    ) throws -> HTTPAnswer {
        let host = exchange.url.host ?? exchange.url.absoluteString
        do {
            return try exchange.perform(tick: tick, body: body)
        } catch let failure as HTTPFailure {
            switch failure.kind {
            case .unreachable:
                throw PassingFault(words: "\(host) cannot be reached (\(failure.words))", isUnreachable: true)
            case .cut: throw PassingFault(words: "the connection to \(host) broke (\(failure.words))")
            case .untrusted:
                throw ModelHub.Failure(
                    .network,
                    "the certificate of \(host) is not trusted (\(failure.words)); check the clock and ca-certificates")
            case .longHeader:
                throw ModelHub.Failure(
                    .network,
                    "\(host) sends headers that are longer than any honest server's; is it a Hugging Face hub?")
            case .noLibrary: throw ModelHub.Failure(.network, failure.words)
            case .other: throw ModelHub.Failure(.network, "\(host) could not be asked (\(failure.words))")
            }
        }
    }
}

extension HubClient {
    /// The sentence for an answer that is no success.
    func refusal(_ answer: HTTPAnswer, _ repository: RepositoryName, file: String? = nil) -> ModelHub.Failure {
        let page =
            access.address(repository.name.split(separator: "/").map(String.init))?.absoluteString ?? repository.name
        let tokens = access.address(["settings", "tokens"])?.absoluteString ?? "the hub"
        switch (answer.status, answer["x-error-code"]) {
        case (401, "GatedRepo"), (403, "GatedRepo"):
            let remedy =
                access.token == nil
                ? "then set HF_TOKEN to a token of yours from \(tokens)"
                : "for the token in use has no access yet"
            return .init(.refused, "\(repository.name) is gated: accept its terms at \(page), \(remedy)")
        case (404, "RevisionNotFound"):
            return .init(.absent, "\(repository.name) has no revision \(repository.revision); see \(page)")
        case (404, "EntryNotFound"):
            return .init(.absent, "\(repository) has no file \(file ?? "of that name")")
        case (401, _) where access.token != nil:
            return .init(
                .refused,
                "the hub does not accept the token for \(repository.name); set HF_TOKEN to a valid one from "
                    + "\(tokens), or unset it"
            )
        case (401, _):
            return .init(
                .refused,
                "there is no public repository \(repository.name); check the name, or set HF_TOKEN if it is private")
        case (403, _):
            let said = answer["x-error-message"].map { " (\(printable($0)))" } ?? ""
            return .init(
                .refused,
                "the hub refuses access to \(repository.name)\(said); use a token in HF_TOKEN that may read it")
        case (404, _):
            return .init(
                .absent,
                "there is no repository \(repository.name) at \(access.endpoint.absoluteString); check the name")
        default:
            return .init(
                .network,
                "\(access.endpoint.host ?? "the hub") answered for \(repository.name) with status \(answer.status)")
        }
    }
}
