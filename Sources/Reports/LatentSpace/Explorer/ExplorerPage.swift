import Foundation
import SynFiles

/// The interactive page of a latent space: one file that needs nothing else and asks nobody for anything. Numbers lie
/// in inert script elements, Base64, in pieces that a browser takes; without scripts it shows tables and plots.
package struct ExplorerPage: Sendable {
    package let facts: ExplorerFacts
    /// By name; what they hold is told in ``ExplorerFacts``.
    package let blocks: [Block]
    /// One for each pair; empty where there are none.
    package let captions: [String]
    /// The first plain map, for readers without scripts.
    package let plain: ProjectionRecord?
    package let pairCosines: [Double]

    package struct Block: Sendable {
        package let name: String
        package let data: Data

        package init(_ name: String, _ data: Data) { (self.name, self.data) = (name, data) }

        /// Whether the page waits for it only when it has begun.
        var isLate: Bool { ["vectors", "tower", "phrases"].contains(name) || name.hasPrefix("sheet-") }

        /// Numbers as they lie in memory (little-endian).
        package init<Number>(_ name: String, _ numbers: [Number]) {
            self.init(name, numbers.withUnsafeBytes { Data($0) })
        }
    }

    /// Bytes of a block's piece; 8 MB as Base64.
    private static let piece = 6_000_000

    package init(
        facts: ExplorerFacts, blocks: [Block], captions: [String], plain: ProjectionRecord?, pairCosines: [Double]
    ) {
        (self.facts, self.blocks, self.captions) = (facts, blocks, captions)
        (self.plain, self.pairCosines) = (plain, pairCosines)
    }

    /// The file.
    package func rendered() throws -> Data {
        let script = ExplorerScript.page
        var page = Data()
        func add(_ text: String) { page.append(contentsOf: text.utf8) }
        add(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src blob:; \
            style-src 'unsafe-inline'; worker-src blob:; script-src 'sha256-\(ExplorerScript.hash(script))' blob:">
            <meta name="color-scheme" content="light dark">
            <title>\(Markup.escaped("Latent space: " + facts.title))</title>
            <style>\(ExplorerScript.style)</style>
            </head>
            <body>
            \(ExplorerScript.body)
            \(withoutScripts.rendered)
            <script type="application/json" id="facts">
            """)
        page.append(Self.inert(try JSONText.data(facts, .line)))
        add("</script>\n<script type=\"application/json\" id=\"captions\">")
        page.append(Self.inert(try JSONText.data(captions, .line)))
        add("</script>\n")
        func add(_ block: Block) {
            var (start, number) = (block.data.startIndex, 0)
            repeat {
                let end = min(start + Self.piece, block.data.endIndex)
                add("<script type=\"text/plain\" class=\"block\" id=\"\(block.name).\(number)\">")
                page.append(block.data[start..<end].base64EncodedData())
                add("</script>\n")
                (start, number) = (end, number + 1)
            } while start < block.data.endIndex
        }
        // The script stands before what it needs last: maps can be used while vectors and pictures are still read.
        for block in blocks where !block.isLate { add(block) }
        add("<script type=\"text/plain\" id=\"worker\">\(ExplorerScript.worker)</script>\n")
        add("<script>\(script)</script>\n")
        for block in blocks where block.isLate { add(block) }
        add("</body>\n</html>\n")
        return page
    }

    /// JSON that cannot end the element it stands in.
    private static func inert(_ json: Data) -> Data {
        guard json.contains(UInt8(ascii: "<")) else { return json }
        return Data(String(decoding: json, as: UTF8.self).replacing("<", with: "\\u003c").utf8)
    }

    private var withoutScripts: Markup {
        Tag.noscript {
            Tag.main {
                Tag.p { "This browser runs no scripts here, so the page shows its figures only." }
                for section in facts.gap.sections {
                    Tag.h2 { section.heading }
                    for part in section.parts {
                        if case .table(let table) = part { table.markup }
                    }
                }
                LandscapePlot(record: facts.gap).drawing.inline
                if let plain { MapPlot(record: plain, pairCosines: pairCosines).drawing.inline }
            }
        }
    }
}
