import SynFiles
import Testing

@Suite struct NaturalOrderTests {
    private func sorted(_ names: [String]) -> [String] { names.map(NaturalOrder.init).sorted().map(\.name) }

    @Test func numbersAndCase() {
        let expected = [
            "1.png", "2.png", "10.png", "a.png", "B.png", "img_9.png", "IMG_11.png", "img_11b.png",
            "img_18446744073709551617.png", "img_18446744073709551618.png", "Ärger.png",
        ]
        #expect(sorted(expected.reversed()) == expected)
        #expect(sorted(["a2", "a10", "a1b2", "a1b10", "a1"]) == ["a1", "a1b2", "a1b10", "a2", "a10"])
    }

    /// Equal but for zeros or case: always in one order, and known for what they are.
    @Test func alike() {
        let names = ["1.png", "01.png", "001.png", "A.png", "a.png"]
        let expected = ["001.png", "01.png", "1.png", "A.png", "a.png"]
        #expect(sorted(names) == expected && sorted(names.reversed()) == expected)
        #expect(
            NaturalOrder("1.png").isAlike(NaturalOrder("01.png"))
                && NaturalOrder("a0.png").isAlike(NaturalOrder("A00.png")))
        #expect(
            !NaturalOrder("1.png").isAlike(NaturalOrder("10.png"))
                && !NaturalOrder("1.png").isAlike(NaturalOrder("1.jpg")))
    }
}
