import Reports
import Testing

@Suite struct CSVTests {
    @Test func fieldsAreQuotedWhenNeeded() {
        let text = CSV.text(
            heading: ["caption", "score"],
            rows: [
                [.text("plain"), .number(0.1)], [.text("a, \"b\""), .absent], [.text("two\r\nlines"), .number(.nan)],
            ])
        #expect(text == "caption,score\nplain,0.1\n\"a, \"\"b\"\"\",\n\"two\r\nlines\",nan\n")
    }

    @Test func scoresKeepEveryBit() throws {
        var report = MadeUpReport.whole(seeds: [18_446_744_073_709_551_615])
        report.scores = [report.scores[0]]
        report.scores[0].clipScore = 22.412_345_678_901_234
        report.scores[0].fid = nil

        let lines = report.scoresCSV.split(separator: "\n")
        #expect(lines.count == 2)
        let fields = lines[1].split(separator: ",", omittingEmptySubsequences: false)
        #expect(fields.count == lines[0].split(separator: ",").count)
        #expect(fields[2] == "18446744073709551615")
        #expect(Double(fields[4]) == report.scores[0].clipScore)
        #expect(fields[10] == "")
    }

    @Test func curvesHaveOneLinePerLoss() {
        let report = MadeUpReport.whole(seeds: [0])
        let losses = report.curves.reduce(0) { $0 + $1.train.count + $1.validation.count }
        #expect(report.curvesCSV.split(separator: "\n").count == losses + 1)
    }
}
