import Foundation
import SynReports
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Whether a strict XML parser reads a text to its end, and the words it finds.
final class WellFormed: NSObject, XMLParserDelegate {
    private(set) var words = ""
    private(set) var elements: [String: Int] = [:]
    private(set) var attributes: [String] = []
    private(set) var problem: String?

    init(_ text: String) {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        if !parser.parse() {
            problem = "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "unknown")"
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { words += string }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements[name, default: 0] += 1
        self.attributes += attributes.values
    }
}

@Suite struct MarkupTests {
    static let nasty = "<script>alert(\"no\")</script> & 'quotes' 🙂 \"\u{301} e\u{301} \u{0}\u{7} <!-- ]]>"

    @Test func textAndAttributesAreEscaped() {
        let rendered = Tag.p(["title": Self.nasty]) { Self.nasty }.rendered

        #expect(!rendered.contains("<script"))
        #expect(!rendered.unicodeScalars.contains("\u{0}"))
        let read = WellFormed(rendered)
        #expect(read.problem == nil)
        let expected = Self.nasty.replacing("\u{0}", with: "\u{FFFD}").replacing("\u{7}", with: "\u{FFFD}")
        #expect(read.words == expected + "\n" || read.words == expected)
        #expect(read.attributes == [expected])
    }

    /// A quote with a combining accent is one `Character` that does not equal a quote.
    @Test func aQuoteWithAnAccentDoesNotEndAnAttribute() {
        #expect(Tag.img(["alt": "\"\u{301} onerror=x"]).rendered == "<img alt=\"&quot;\u{301} onerror=x\"/>")
    }

    @Test func emptyElementsCloseAsHTMLWants() {
        #expect(Tag.br().rendered == "<br/>")
        #expect(Tag.span().rendered == "<span></span>")
        #expect(Tag.td().rendered == "<td></td>\n")
    }

    @Test func contentIsWrittenAsStatements() {
        let numbers = [1, 2]
        let list = Tag.ul {
            for number in numbers { Tag.li { "\(number)" } }
            if numbers.isEmpty { Tag.li { "nothing" } }
        }
        #expect(list.rendered == "<ul><li>1</li>\n<li>2</li>\n</ul>\n")
    }
}
