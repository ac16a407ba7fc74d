import SynStatistics
import Testing

@Suite struct DecimalNumberTests {
    @Test func numbersOfTables() {
        #expect(
            ["22", "-3.5", ".5", "1e-3", "+7", "0010", "5."].compactMap(decimalNumber) == [
                22, -3.5, 0.5, 1e-3, 7, 10, 5,
            ])
    }

    @Test(arguments: [
        "", "0x10", "0x1p3", "nan", "inf", "-infinity", "1e999", "1_000", "1,5", " 1", "1 ", "e", "1e", "--1", "١",
        "1f",
    ])
    func everythingElse(_ text: String) { #expect(decimalNumber(text) == nil) }
}
