// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import Foundation
import Synchronization

/// A web server on this machine's loopback for tests, that can misbehave in every way a real one does.
public final class LoopbackServer: Sendable {
    public struct Request: Sendable {
        public let method: String
        /// Without the query.
        public let path: String
        public let query: String
        /// By names in lower case.
        public let headers: [String: String]

        /// The first byte asked for; 0 without a `Range`.
        public var start: Int {
            headers["range"].flatMap { $0.split(separator: "=").last?.split(separator: "-").first }.flatMap { Int($0) }
                ?? 0
        }
    }

    public struct Response: Sendable {
        public var status: Int
        public var headers: [String: String]
        public var body: Data
        /// Close the connection after so many bytes of the body.
        public var cut: Int?
        /// Say nothing for so long first.
        public var delay: Double = 0
        /// Send the body so many bytes at a time, with so many seconds between.
        public var drip: (bytes: Int, seconds: Double)?
        /// What `Content-Length` says; nil for the truth.
        public var claimed: Int?

        public init(_ status: Int = 200, _ headers: [String: String] = [:], _ body: Data = Data(), cut: Int? = nil) {
            (self.status, self.headers, self.body, self.cut) = (status, headers, body, cut)
        }

        /// A file as a server sends it that knows `Range`.
        public static func file(
            _ bytes: Data, _ request: Request, _ headers: [String: String] = [:], cut: Int? = nil
        ) -> Response {
            guard request.start > 0 else { return Response(200, headers, bytes, cut: cut) }
            guard request.start < bytes.count else { return Response(416) }
            var headers = headers
            headers["Content-Range"] = "bytes \(request.start)-\(bytes.count - 1)/\(bytes.count)"
            return Response(206, headers, bytes.dropFirst(request.start), cut: cut)
        }
    }

    private let listener: Int32
    public let port: UInt16
    private let answer: @Sendable (Request) -> Response
    private let log = Mutex<[Request]>([])

    public var address: URL { URL(string: "http://127.0.0.1:\(port)") ?? URL(filePath: "/") }
    /// Everything asked so far, in order.
    public var requests: [Request] { log.withLock(\.self) }

    public struct Failure: Error {}

    public init(_ answer: @escaping @Sendable (Request) -> Response) throws {
        self.answer = answer
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isBound else { throw Failure() }
        port = UInt16(bigEndian: place.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                guard let self else { close(connection); return }
                Thread.detachNewThread { self.serve(connection) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !bytes.contains(Data("\r\n\r\n".utf8)) {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0, bytes.count < 1 << 16 else { return }
            bytes.append(contentsOf: buffer.prefix(count))
        }
        guard let request = Request(bytes) else { return }
        log.withLock { $0.append(request) }
        let response = answer(request)
        if response.delay > 0 { Thread.sleep(forTimeInterval: response.delay) }
        var head =
            "HTTP/1.1 \(response.status) Whatever\r\nContent-Length: "
            + "\(response.claimed ?? response.body.count)\r\nConnection: close\r\n"
        for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
        guard send(connection, Data((head + "\r\n").utf8)) else { return }
        guard request.method != "HEAD" else { return }
        var rest = (response.cut.map { response.body.prefix($0) } ?? response.body)[...]
        guard let drip = response.drip else { return _ = send(connection, Data(rest)) }
        while !rest.isEmpty, send(connection, Data(rest.prefix(drip.bytes))) {
            rest = rest.dropFirst(drip.bytes)
            Thread.sleep(forTimeInterval: drip.seconds)
        }
    }

    private func send(_ connection: Int32, _ bytes: Data) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }
}

extension Data {
    fileprivate func contains(_ piece: Data) -> Bool { range(of: piece) != nil }
}

extension LoopbackServer.Request {
    fileprivate init?(_ bytes: Data) {
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        let target = words[1].split(separator: "?", maxSplits: 1).map(String.init)
        method = words[0]
        path = target.first ?? "/"
        query = target.count > 1 ? target[1] : ""
        headers = Dictionary(
            lines.dropFirst().compactMap { line in
                line.firstIndex(of: ":").map {
                    (line[..<$0].lowercased(), line[line.index(after: $0)...].trimmingCharacters(in: .whitespaces))
                }
            }, uniquingKeysWith: { first, _ in first })
    }
}
