import Foundation
import SynTokenizers
import TestSupport
import Testing

@Suite("Scalar classes")
struct ScalarClassesTests {
    /// Every Unicode scalar, against the lists `make.py` asked of `tokenizers`.
    @Test func allScalarsAreWhatTokenizersSays() throws {
        struct Classes: Decodable {
            let letter, number, space, dropped, ideograph, accent, punctuation: [UInt32]
        }
        let url = Fixture.url("tokenizers/classes.json")
        let classes = try JSONDecoder().decode(Classes.self, from: Data(contentsOf: url))
        compare("letter", classes.letter) { $0.kind == .letter }
        compare("number", classes.number) { $0.kind == .number }
        compare("space", classes.space) { $0.isSpace }
        compare("space", classes.space) { $0.kind == .space }
        compare("dropped", classes.dropped) { $0.isDroppedByCleaning }
        compare("ideograph", classes.ideograph) { $0.isBertIdeograph }
        compare("accent", classes.accent) { $0.isAccent }
        compare("punctuation", classes.punctuation) { $0.isBertPunctuation }
    }

    /// `ranges`: first, last, first, last, ...
    private func compare(_ name: String, _ ranges: [UInt32], _ belongs: (Unicode.Scalar) -> Bool) {
        var expected = Set<UInt32>()
        for index in stride(from: 0, to: ranges.count, by: 2) { expected.formUnion(ranges[index]...ranges[index + 1]) }
        var different: [String] = []
        for value in UInt32(0)..<0x110000 {
            guard let scalar = Unicode.Scalar(value), belongs(scalar) != expected.contains(value) else { continue }
            different.append(String(value, radix: 16))
        }
        print("class \(name): \(expected.count) scalars, \(different.count) judged otherwise")
        #expect(different.isEmpty, "\(name): \(different.prefix(20))")
    }
}
