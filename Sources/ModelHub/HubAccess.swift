import Foundation
import SynFiles

/// How the hub is reached, from the environment variables that Hugging Face's own tools read.
package struct HubAccess: Sendable {
    /// `HF_ENDPOINT`, else huggingface.co.
    package let endpoint: URL
    /// `HF_HUB_OFFLINE` or `TRANSFORMERS_OFFLINE` is set: the user forbids the network.
    package let isOffline: Bool
    /// `HF_TOKEN` (or `HUGGING_FACE_HUB_TOKEN`), else what stands in `HF_TOKEN_PATH` or `$HF_HOME/token`.
    let token: String?

    package init(environment: [String: String]) throws {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0]?.trimmingCharacters(in: .whitespacesAndNewlines) }.first {
                !$0.isEmpty
            }
        }
        let address = value("HF_ENDPOINT") ?? "https://huggingface.co"
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme?.lowercased()), url.host != nil
        else {
            throw ModelHub.Failure(
                .settings, "HF_ENDPOINT is \"\(address)\", which is no address such as https://huggingface.co")
        }
        endpoint = url
        isOffline = Self.isOffline(environment)
        let isTokenWanted = !Self.isTrue(environment["HF_HUB_DISABLE_IMPLICIT_TOKEN"])
        token = isTokenWanted ? value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? Self.storedToken(environment) : nil
    }

    /// The same without a token, for one endpoint; what tests use.
    package init(endpoint: URL, token: String? = nil, isOffline: Bool = false) {
        (self.endpoint, self.token, self.isOffline) = (endpoint, token, isOffline)
    }

    static func isOffline(_ environment: [String: String]) -> Bool {
        isTrue(environment["HF_HUB_OFFLINE"]) || isTrue(environment["TRANSFORMERS_OFFLINE"])
    }

    private static func isTrue(_ value: String?) -> Bool {
        ["1", "true", "yes", "on"].contains(value?.lowercased() ?? "")
    }

    private static func storedToken(_ environment: [String: String]) -> String? {
        let file = UserFolder.path("HF_TOKEN_PATH", environment) ?? HubCache.home(environment).appending(path: "token")
        let text = try? String(contentsOf: file, encoding: .utf8)
        return text?.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }

    /// An address below the endpoint; the parts are quoted, slashes in them too.
    func address(_ parts: [String], query: String? = nil) -> URL? {
        var text = endpoint.absoluteString
        while text.hasSuffix("/") { text.removeLast() }
        for part in parts { text += "/" + Self.quoted(part) }
        return URL(string: query.map { "\(text)?\($0)" } ?? text)
    }

    /// Whether the token may go there: the same scheme, host and port as the endpoint.
    func isOwn(_ url: URL) -> Bool {
        url.scheme?.lowercased() == endpoint.scheme?.lowercased()
            && url.host?.lowercased() == endpoint.host?.lowercased()
            && url.port == endpoint.port
    }

    private static func quoted(_ part: String) -> String {
        part.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: String(format: "%%%02X", byte)
            }
        }.joined()
    }
}
