import Foundation
import SynStatistics
import TestSupport
import Testing

@Suite struct GroupsFileTests {
    private func read(_ text: String) throws -> GroupsFile { try GroupsFile(Array(text.utf8), file: "g.csv") }

    private func sentence(_ text: String) -> String {
        do {
            return "no error: \(try read(text))"
        } catch {
            return error.localizedDescription
        }
    }

    @Test func scoresInAnyOrderOfColumns() throws {
        let expected = GroupsFile.scores([
            Observation(group: "B", encoder: "bert, base", seed: 1, score: 22.4),
            Observation(group: "C", encoder: "cl\"ip", seed: 2, score: -1e-3),
        ])
        let text = "Seed,score,note,encoder,group\r\n1,22.4,x,\"bert, base\",B\r\n\r\n2,-1e-3,,\"cl\"\"ip\",C"
        #expect(try read(text) == expected)
        #expect(try read("\u{FEFF}" + text + "\r\n") == expected)
        #expect(
            try read("group\tscore\nA, b\t1\nC\t2\n")
                == .scores([Observation(group: "A, b", score: 1), Observation(group: "C", score: 2)]))
    }

    @Test func summaries() throws {
        #expect(
            try read("n,sd,mean,group\n3,.1,2,A\n1,,5,B\n")
                == .summaries([
                    SummaryRow(group: "A", mean: 2, deviation: 0.1, count: 3),
                    SummaryRow(group: "B", mean: 5, deviation: nil, count: 1),
                ]))
    }

    @Test(arguments: [
        ("", "g.csv: the file is empty."),
        ("group,score\n", "g.csv, line 1: there is a header, but no row below it."),
        (
            "group,value\nA,1\n",
            "g.csv, line 1: the header must name the columns group,score (and perhaps "
                + "encoder,seed) or group,mean,sd,n, or be that of a run's scores.csv; it names group,value."
        ),
        (
            "name,score\nA,1\n",
            "g.csv, line 1, column group: the header does not name this column; "
                + "it names name,score."
        ),
        ("group,score,score\nA,1,2\n", "g.csv, line 1, column score: the header names this column twice."),
        ("group,score\nA,1\nA,2\n", "g.csv: all rows belong to group A; a comparison needs at least two groups."),
        ("group,score\nA,1\n\nB\n", "g.csv, line 4: the row has 1 fields, but the header has 2."),
        (
            "group,score\nA,1\nB,nan\n",
            "g.csv, line 3, column score: \"nan\" is not a number "
                + "(write 22.41, with a point)."
        ),
        (
            "group,score\nA,1\nB,0x10\n",
            "g.csv, line 3, column score: \"0x10\" is not a number "
                + "(write 22.41, with a point)."
        ),
        (
            "group,score\nA,1\nB,inf\n",
            "g.csv, line 3, column score: \"inf\" is not a number "
                + "(write 22.41, with a point)."
        ),
        (
            "group;score\nA;1,5\nB;2,5\n",
            "g.csv, line 1: the columns are separated by \";\"; save the table with commas or tabs "
                + "between them, and with points in numbers."
        ),
        ("group,score\nA,1\nB,\n", "g.csv, line 3, column score: the field is empty."),
        ("group,score\nA,1\nB,1e200\n", "g.csv, line 3, column score: 1e200 is too large a number."),
        (
            "group,score,seed\nA,1,x\nB,1,2\n",
            "g.csv, line 2, column seed: \"x\" is not a seed: "
                + "a whole number is expected."
        ),
        (
            "group,encoder,seed,score\nA,e,1,1\nB,e,1,1\nA,e,1,2\n",
            "g.csv, line 4: group A, encoder e, seed 1 already has a score on line 2."
        ),
        ("group,mean,sd,n\nA,1,-1,3\nB,1,1,3\n", "g.csv, line 2, column sd: a standard deviation cannot be negative."),
        ("group,mean,sd,n\nA,1,,3\nB,1,1,3\n", "g.csv, line 2, column sd: the field is empty."),
        (
            "group,mean,sd,n\nA,1,1,0\nB,1,1,3\n",
            "g.csv, line 2, column n: a count is a whole number from 1 to 1,000,000,000."
        ),
        (
            "group,mean,sd,n\nA,1,1,3\nA,1,1,3\n",
            "g.csv, line 3, column group: group A already has a row; a summary has one row per group."
        ),
        (
            "group,mean,sd\nA,1,1\nB,1,1\n",
            "g.csv, line 1, column n: the header does not name this column; "
                + "it names group,mean,sd."
        ),
        (
            "group,score,mean\nA,1,1\nB,1,1\n",
            "g.csv, line 1: there is a column score and a column mean; "
                + "keep the scores or the summaries, not both."
        ),
        ("group,score\n\"A,1\nB,2\n", "g.csv, line 2, column 1: a quote mark opens a field that never closes."),
        ("group,score\n\"A\"x,1\nB,2\n", "g.csv, line 2, column 1: there is text after the closing quote mark."),
        (
            "group,score\nA\"x\",1\nB,2\n",
            "g.csv, line 2, column 1: a quote mark stands inside a field that does not "
                + "start with one; put the whole field in quotes and double the marks inside it."
        ),
    ])
    func errorsNameFileLineAndColumn(_ text: String, _ expected: String) {
        #expect(sentence(text) == expected)
    }

    @Test func invalidUTF8NamesItsLine() {
        let bytes = Array("group,score\nA,1\n".utf8) + [0x42, 0xC3, 0x28] + Array(",2\n".utf8)
        #expect(
            throws: DataFileError(
                file: "g.csv", line: 3, "the text is not valid UTF-8; save the file with UTF-8 encoding.")
        ) { try GroupsFile(bytes, file: "g.csv") }
    }

    @Test func quotingIsTheCallersChoice() throws {
        let text = "a\t\"b\n\nc \"d\" \t\"\"\r\n"
        let plain = try DelimitedText(Array(text.utf8), delimiter: "\t", quoting: .none, file: "s.tsv")
        #expect(plain.rows.map(\.fields) == [["a", "\"b"], ["c \"d\" ", "\"\""]])
        #expect(plain.rows.map(\.line) == [1, 3])
        let quoted = try DelimitedText(
            Array("\"a\nb\",\"\"\"\"\n,x\n".utf8), quoting: .rfc4180, file: "s.csv")
        #expect(quoted.rows.map(\.fields) == [["a\nb", "\""], ["", "x"]])
        #expect(quoted.rows.map(\.line) == [1, 3])
        #expect(throws: DataFileError.self) {
            try DelimitedText(Array(text.utf8), delimiter: "\t", quoting: .rfc4180, file: "s.tsv")
        }
    }

    @Test func files() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "groups.tsv")
        #expect(throws: DataFileError(file: url.relativePath, "there is no such file.")) {
            try GroupsFile(contentsOf: url)
        }
        try Data("group\tscore\nA\t1\nB\t2\n".utf8).write(to: url)
        #expect(
            try GroupsFile(contentsOf: url)
                == .scores([Observation(group: "A", score: 1), Observation(group: "B", score: 2)]))
    }

    @Test("a run's scores.csv: styles are the groups, CLIP-Scores the scores, or another column that is named")
    func ownTable() throws {
        let text = "encoder,style,seed,n,clip_score,attribute_score\nb,bert,1,60,2.5,0.4\nc,clip,1,60,6.5,0.5\n"
        #expect(
            try GroupsFile(Array(text.utf8), file: "scores.csv")
                == .scores([
                    Observation(group: "bert", encoder: "b", seed: 1, score: 2.5),
                    Observation(group: "clip", encoder: "c", seed: 1, score: 6.5),
                ]))
        guard
            case .scores(let attributes) = try GroupsFile(
                Array(text.utf8), file: "scores.csv", score: "Attribute_Score")
        else {
            Issue.record("no scores")
            return
        }
        #expect(attributes.map(\.score) == [0.4, 0.5])
        #expect(throws: DataFileError.self) { try GroupsFile(Array(text.utf8), file: "scores.csv", score: "fid") }
    }
}
