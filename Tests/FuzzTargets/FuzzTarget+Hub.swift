import Foundation
import SynModelHub

extension FuzzTarget {
    /// `fetch` from a server that answers with pieces of the input, one for each request, divided by lines `#answer`;
    /// the last piece answers whatever else is asked.
    func hub(_ input: Data, _ folder: URL) {
        guard let server = try? RawServer(input.split(by: Data("#answer\n".utf8))) else { return }
        let cache = folder.appending(path: "hub")
        defer { try? FileManager.default.removeItem(at: cache) }
        guard let access = try? HubAccess(environment: ["HF_ENDPOINT": "http://127.0.0.1:\(server.port)"]),
            let repository = try? RepositoryName("org/model")
        else { return }
        let download = HubDownload(
            cache: HubCache(folder: cache), access: access, retry: RetryPolicy(failures: 1, firstWait: 0))
        let start = ProcessInfo.processInfo.systemUptime
        struct TooLong: Error {}
        func tick() throws { if ProcessInfo.processInfo.systemUptime - start > 1 { throw TooLong() } }
        guard let plan = try? download.plan(repository, tick: tick), plan.bytes < 1 << 24 else { return }
        _ = try? download.run(plan) { _ in try tick() }
    }
}

extension Data {
    fileprivate func split(by mark: Data) -> [Data] {
        var (pieces, rest) = ([Data](), self)
        while let place = rest.firstRange(of: mark) {
            pieces.append(Data(rest[..<place.lowerBound]))
            rest = rest[place.upperBound...]
        }
        return pieces + [Data(rest)]
    }
}

/// A server on loopback that sends given bytes, right or wrong, and closes the connection.
private final class RawServer {
    private let listener: Int32
    let port: UInt16

    struct Failure: Error {}

    init(_ answers: [Data]) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw Failure() }
        port = UInt16(bigEndian: place.sin_port)
        Thread.detachNewThread {
            var place = 0
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else {
                    close(descriptor)
                    return
                }
                var buffer = [UInt8](repeating: 0, count: 8192)
                _ = recv(connection, &buffer, buffer.count, 0)
                let answer = answers[min(place, answers.count - 1)]
                answer.withUnsafeBytes { _ = send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                close(connection)
                place += 1
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}
