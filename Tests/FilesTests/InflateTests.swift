import Foundation
import SynFiles
import Testing

@Suite("Unpacking gzip")
struct InflateTests {
    /// "Hello, hello, hello!\n" by Python's gzip (level 9), and by zlib without packing (level 0).
    static let packed: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 243, 72, 205, 201, 201, 215, 81, 200, 64, 162, 20, 185, 0, 187, 199,
        83, 237, 21, 0, 0, 0,
    ]
    static let stored: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 4, 3, 1, 21, 0, 234, 255, 72, 101, 108, 108, 111, 44, 32, 104, 101, 108,
        108, 111, 44, 32, 104, 101, 108, 108, 111, 33, 10, 187, 199, 83, 237, 21, 0, 0, 0,
    ]
    /// 4,000 bytes with tables of their own: byte i is i² mod 251 in decimal digits, cut.
    static let dynamic: [UInt8] = [UInt8](
        Data(
            base64Encoded:
                "H4sIAAAAAAACA+2S2ZHkMAxDUxJ4M//E5nFmE9h/l90qt0SCAISnWJWlV2zFSO/JpAjVasss06ed/SvcZ+7WHTJXhxknM4q2N7yp"
                + "NDOFANCsckOdvaZeta5GkaIvtNIGAzPlsjDnnMkzZa9peTHP3s4e4isLvzqpIoFJPXdl1QNb0E8t5M1G21L7Ho14NQZtTm6OxdMw"
                + "xKpY2Ct+Xm3OIzoS5jNxIowVjptgKZmd8NXL9fHO2spyHr46x9c5ugLKKKZlr/1ALG0O9sDR4rwFQ2f4UfjHBa1xCEoqoVyYirRw"
                + "bGok2YlDIvgAqushnqGOFTmYYvq10c8qXNizDv/inGw8BRblmIz1CEqcX5zhH9cBzccND6N611jv5vKu8JJwXqGCIu6Yy55h1FVd"
                + "DEgBBiL4NyB67T6nmvBchK79QnUcY52ksRt/afpi98Xui90Xuy92X+y+2H2x+2L3xe6L3Re7/4rdD9aPMHTBDgAA") ?? Data())

    @Test("fixed codes, stored blocks, codes of its own, several members")
    func content() throws {
        let text = Array("Hello, hello, hello!\n".utf8)
        #expect(try Inflate.gzip(Self.packed) == text && Inflate.gzip(Self.stored) == text)
        #expect(try Inflate.gzip(Self.packed + Self.stored) == text + text)
        let long = Array((0..<1_500).map { "\($0 * $0 % 251)" }.joined().utf8.prefix(4_000))
        #expect(try Inflate.gzip(Self.dynamic) == long)
    }

    @Test("a beginning: as much as there is before what is damaged, if that is enough, from a part of the stream")
    func beginning() throws {
        let text = Array("Hello, hello, hello!\n".utf8)
        let stream = Array(Self.packed.dropFirst(10).dropLast(8))
        #expect(try Inflate.beginning(stream, count: 4) == text)
        let two = Array(Self.stored.dropFirst(10).dropLast(8))   // its block is the last; without that mark one follows
        let more = [0] + two.dropFirst() + [7, 7]
        #expect(try Inflate.beginning(more, count: 21) == text)
        #expect(throws: Inflate.Fault.self) { try Inflate.beginning(more, count: 22) }
    }

    @Test("every cut and every changed byte is refused or harmless, never a trap")
    func damage() throws {
        let whole = try Inflate.gzip(Self.dynamic)
        for length in 0..<Self.dynamic.count where length > 0 {
            #expect(throws: Inflate.Fault.self) { try Inflate.gzip(Array(Self.dynamic[..<length])) }
        }
        for place in Self.dynamic.indices {
            var spoilt = Self.dynamic
            spoilt[place] ^= 0x55
            if let found = try? Inflate.gzip(spoilt) { #expect(found == whole && place < 10, "byte \(place)") }
        }
        #expect(throws: Inflate.Fault.self) { try Inflate.gzip(Self.packed, limit: 5) }
        #expect(throws: Inflate.Fault.self) { try Inflate.deflated([1, 2, 3], size: 9) }
    }
}
