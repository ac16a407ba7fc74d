import CSynSpacePage
import Foundation
import SynFiles

/// The page's modules as one script each for the page and for its worker.
package enum ExplorerScript {
    package struct Module: Sendable {
        package let name: String
        package let text: String
        package let isForWorker: Bool
        package let isForPage: Bool
    }

    /// In the order in which they read each other.
    package static let modules: [Module] = (0...).lazy.map { index -> Module? in
        guard let name = space_page_module(Int32(index)), let text = space_page_text(name) else { return nil }
        return Module(
            name: String(cString: name), text: String(cString: text),
            isForWorker: space_page_is_for_worker(Int32(index)) == 1,
            isForPage: space_page_is_for_page(Int32(index)) == 1)
    }.prefix { $0 != nil }.compactMap(\.self)

    package static var style: String { file("style.css") }
    static var body: String { file("body.html") }

    package static var page: String { joined(modules.filter(\.isForPage)) }
    static var worker: String { joined(modules.filter(\.isForWorker)) }

    /// Modules one after the other in one scope: lines that import are left out, since what they name stands above,
    /// and declarations lose the word that exports them. No two modules declare the same name at their top.
    package static func joined(_ modules: [Module]) -> String {
        let parts = modules.map { module in
            let lines = module.text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
                line.hasPrefix("import ") ? nil : line.hasPrefix("export ") ? line.dropFirst(7) : line
            }
            return "// \(module.name)\n" + lines.joined(separator: "\n")
        }
        return "(function () {\n\"use strict\";\n" + parts.joined(separator: "\n") + "\n})();\n"
    }

    /// What a page's content policy calls a script by.
    static func hash(_ text: String) -> String {
        var digest = Digest<SHA256>()
        digest.add(text)
        let digits = Array(digest.hexadecimal)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        return Data(bytes).base64EncodedString()
    }

    private static func file(_ name: String) -> String { space_page_text(name).map { String(cString: $0) } ?? "" }
}
