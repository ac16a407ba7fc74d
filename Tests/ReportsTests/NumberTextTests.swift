import SynReports
import Testing

@Suite struct NumberTextTests {
    @Test func whatIsNoNumberIsSaidInWords() {
        #expect(NumberText.fixed(.nan, decimals: 2) == "undefined")
        #expect(NumberText.fixed(.infinity, decimals: 2) == "infinite")
        #expect(NumberText.significant(-.infinity) == "minus infinite")
        #expect(NumberText.pValue(.nan) == "undefined")
        #expect(NumberText.percent(.nan) == "undefined")
        #expect(NumberText.duration(.nan) == "undefined")
        #expect(NumberText.plusMinus(.nan, 0.1, decimals: 2) == "undefined")
        #expect(NumberText.plusMinus(22.571, .nan, decimals: 2) == "22.57")
    }

    @Test func decimalsAreFixedAndZeroHasNoSign() {
        #expect(NumberText.fixed(22.5749, decimals: 2) == "22.57")
        #expect(NumberText.fixed(-0.001, decimals: 2) == "0.00")
        #expect(NumberText.fixed(-1.5, decimals: 1) == "−1.5")
        #expect(NumberText.plusMinus(22.5714, 0.0431, decimals: 3) == "22.571 ± 0.043")
        #expect(NumberText.plusMinus(22.5714, nil, decimals: 3) == "22.571")
    }

    @Test(arguments: [
        (0.5, "0.500"), (0.001, "0.001"), (0.00099, "9.90e-4"), (2.25e-9, "2.25e-9"), (1e-305, "1.00e-305"),
        (0, "< 1e-300"), (1, "1.000"), (0.99999, "1.000"),
    ])
    func pValues(_ p: Double, _ text: String) {
        #expect(NumberText.pValue(p) == text)
    }

    @Test(arguments: [
        (0.424, "0.42 s"), (8.31, "8.3 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (245, "4 min 05 s"),
        (3599.6, "1 h 00 min"), (7620, "2 h 07 min"),
    ])
    func durations(_ seconds: Double, _ text: String) {
        #expect(NumberText.duration(seconds) == text)
    }

    @Test func decimalsFollowTheSmallestError() {
        #expect(NumberText.decimals(showing: [0.043, 0.004]) == 3)
        #expect(NumberText.decimals(showing: [0.3]) == 2)
        #expect(NumberText.decimals(showing: [1e-9, .nan, 0]) == 4)
        #expect(NumberText.decimals(showing: []) == 2)
    }
}
