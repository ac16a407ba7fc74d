import SynReports
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

    @Test("a text that a spreadsheet would compute stays a text; numbers stay numbers")
    func formulas() {
        for (text, written) in [
            ("=1+2", "'=1+2"), ("+SUM(A1)", "'+SUM(A1)"), ("-cmd", "'-cmd"), ("@x", "'@x"), ("\tx", "'\tx"),
            ("=HYPERLINK(\"a\",\"b\")", "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\""), ("a=b", "a=b"), ("-1.5", "-1.5"),
            ("+3", "+3"), ("-inf", "'-inf"), ("-1e5", "-1e5"), ("-0x1", "'-0x1"),
            ("\r=1", "\"'\r=1\""), ("＝1", "'＝1"), ("", ""),
        ] {
            #expect(CSV.text(heading: ["h"], rows: [[.text(text)]]) == "h\n\(written)\n", "\(text)")
        }
        #expect(
            CSV.text(heading: ["h"], rows: [[.number(-1.5)], [.count(-3)], [.count(7)], [.integer(.max)]])
                == "h\n-1.5\n-3.0\n7\n18446744073709551615\n")
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
