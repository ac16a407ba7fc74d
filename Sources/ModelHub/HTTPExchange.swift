import CSynHTTP
import Foundation

/// What a server answered: the status, and the headers by their names in lower case.
struct HTTPAnswer: Sendable {
    var status = 0
    var headers: [String: String] = [:]

    subscript(_ header: String) -> String? { headers[header] }
}

/// Why an exchange did not come to its end.
struct HTTPFailure: Error {
    enum Kind { case noLibrary, unreachable, cut, untrusted, longHeader, other }
    let kind: Kind
    let words: String
}

/// One request and its answer over libcurl, on the caller's thread; redirects are answers like others.
///
/// libcurl rather than Foundation's `URLSession`, which on Linux is built on it: measured here, `URLSession` keeps
/// in memory all that arrives faster than it is written (973 MB of a file of 1 GB), never returns from an answer
/// 401 of scheme Basic, and makes every start of the program half as slow again, because linking it loads libcurl
/// and all that libcurl needs.
struct HTTPExchange {
    var url: URL
    var headers: [(name: String, value: String)] = []
    var headOnly = false
    var patience = Patience()

    /// Of an answer without success, no more than this is waited for: its words are not used.
    private static let mostOfRefusal = 1 << 20

    /// - Parameters:
    ///   - tick: called about once a second or more often; throws to stop.
    ///   - body: pieces of a successful answer's body, however they arrive; throws to stop.
    func perform(
        tick: () throws -> Void = {}, body: (HTTPAnswer, UnsafeRawBufferPointer) throws -> Void = { _, _ in }
    ) throws -> HTTPAnswer {
        let lines = headers.map { "\($0.name): \($0.value)" }
        for line in lines + [url.absoluteString] where line.utf8.contains(where: { $0 < 32 || $0 == 127 }) {
            throw HTTPFailure(kind: .other, words: "a header or address holds a control character")
        }
        return try withoutActuallyEscaping(tick) { tick in
            try withoutActuallyEscaping(body) { body in
                let state = State(tick: tick, body: body)
                var words = [CChar](repeating: 0, count: 300)
                let outcome = state.perform(self, lines, &words)
                if let error = state.error { throw error }
                let said = String(decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                switch outcome {
                case CHTTP_DONE: return state.answer
                case CHTTP_STOPPED where state.isEnough: return state.answer
                case CHTTP_NO_LIBRARY:
                    throw HTTPFailure(
                        kind: .noLibrary,
                        words:
                            "fetching needs libcurl, which this system lacks; install it with: apt-get install libcurl4"
                    )
                case CHTTP_UNREACHABLE: throw HTTPFailure(kind: .unreachable, words: said)
                case CHTTP_CUT: throw HTTPFailure(kind: .cut, words: said)
                case CHTTP_UNTRUSTED: throw HTTPFailure(kind: .untrusted, words: said)
                case CHTTP_LONG_HEADER: throw HTTPFailure(kind: .longHeader, words: said)
                default: throw HTTPFailure(kind: .other, words: said)
                }
            }
        }
    }

    /// What the callbacks see of an exchange.
    private final class State {
        let tick: () throws -> Void
        let body: (HTTPAnswer, UnsafeRawBufferPointer) throws -> Void
        var answer = HTTPAnswer()
        var error: (any Error)?
        /// Nothing of the answer that is still to come matters.
        private(set) var isEnough = false
        private var refusalSize = 0

        init(tick: @escaping () throws -> Void, body: @escaping (HTTPAnswer, UnsafeRawBufferPointer) throws -> Void) {
            (self.tick, self.body) = (tick, body)
        }

        func perform(_ exchange: HTTPExchange, _ lines: [String], _ words: inout [CChar]) -> chttp_outcome {
            let texts = lines.map { strdup($0) }
            defer { for text in texts { free(text) } }
            let pointers: [UnsafePointer<CChar>?] = texts.map { $0.map { UnsafePointer($0) } } + [nil]
            return exchange.url.absoluteString.withCString { url in
                pointers.withUnsafeBufferPointer { headers in
                    var request = chttp_request()
                    request.url = url
                    request.headers = headers.baseAddress
                    request.headOnly = exchange.headOnly ? 1 : 0
                    request.connectSeconds = exchange.patience.connect
                    request.stallSeconds = exchange.patience.stall
                    request.slowest = exchange.patience.slowest
                    request.totalSeconds = exchange.patience.total
                    request.context = Unmanaged.passUnretained(self).toOpaque()
                    request.onHeader = { context, line, count in
                        State.of(context) { $0.header(UnsafeRawBufferPointer(start: line, count: count)) }
                    }
                    request.onBody = { context, bytes, count in
                        State.of(context) { try $0.receive(UnsafeRawBufferPointer(start: bytes, count: count)) }
                    }
                    request.onTick = { context in State.of(context) { try $0.tick() } }
                    return withExtendedLifetime(self) { chttp_get(&request, &words, words.count) }
                }
            }
        }

        /// Runs a callback's work; an error is kept, and stops the exchange.
        private static func of(_ context: UnsafeMutableRawPointer?, _ work: (State) throws -> Void) -> Int32 {
            guard let context else { return 1 }
            let state = Unmanaged<State>.fromOpaque(context).takeUnretainedValue()
            do {
                try work(state)
                return 0
            } catch is Enough {
                return 1
            } catch {
                state.error = error
                return 1
            }
        }

        private func receive(_ bytes: UnsafeRawBufferPointer) throws {
            if (200..<300).contains(answer.status) { return try body(answer, bytes) }
            refusalSize += bytes.count
            guard refusalSize <= HTTPExchange.mostOfRefusal else {
                isEnough = true
                throw Enough()
            }
        }

        private struct Enough: Error {}

        private func header(_ bytes: UnsafeRawBufferPointer) {
            let line = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            if line.hasPrefix("HTTP/") {   // a new answer: what came before was only "continue"
                let parts = line.split(separator: " ")
                answer = HTTPAnswer(status: parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
            } else if let colon = line.firstIndex(of: ":"), answer.headers.count < 200 {
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                answer.headers[line[..<colon].lowercased()] = value
            }
        }
    }
}
