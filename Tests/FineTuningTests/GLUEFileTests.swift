import Foundation
import SynFineTuning
import SynRuns
import SynStatistics
import TestSupport
import Testing

@Suite struct GLUEFileTests {
    private func read(_ task: GLUETask, _ lines: String..., isTest: Bool = false) throws -> GLUEFile {
        try GLUEFile(task, Array((lines.joined(separator: "\n") + "\n").utf8), file: "f.tsv", isTest: isTest)
    }

    /// What is said of a file that cannot be used.
    private func complaint(_ task: GLUETask, _ lines: String..., isTest: Bool = false) -> String {
        do {
            _ = try GLUEFile(task, Array((lines.joined(separator: "\n") + "\n").utf8), file: "f.tsv", isTest: isTest)
            return "nothing"
        } catch let error as UserError {
            return error.description
        } catch { return "\(error)" }
    }

    @Test func colaHasNoHeading() throws {
        let file = try read(.cola, "gj04\t1\t\tHe ran.", "gj04\t0\t*\tRan he.\r")
        #expect(file.examples == [LabelledText("He ran.", answer: 1), LabelledText("Ran he.", answer: 0)])
        // The test part has one.
        let test = try read(.cola, "index\tsentence", "0\tHe ran.", isTest: true)
        #expect(test.examples == [LabelledText("He ran.", answer: nil)])
    }

    @Test func quoteMarksAreLetters() throws {
        let file = try read(
            .qnli, "index\tquestion\tsentence\tlabel", "0\tWho said \"so?\t\"He\" did.\tnot_entailment",
            "1\t\"\tb\"\tentailment")
        #expect(file.examples.map(\.first) == ["Who said \"so?", "\""])
        #expect(file.examples.map(\.second) == ["\"He\" did.", "b\""])
        #expect(file.examples.map(\.answer) == [1, 0])
    }

    @Test func mrpcBeginsWithAMark() throws {
        let file = try read(.mrpc, "\u{FEFF}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String", "1\t5\t6\ta\tb")
        #expect(file.examples == [LabelledText("a", "b", answer: 1)])
        let test = try read(.mrpc, "index\t#1 ID\t#2 ID\t#1 String\t#2 String", "0\t5\t6\ta\tb", isTest: true)
        #expect(test.examples == [LabelledText("a", "b", answer: nil)])
    }

    /// The training part has one label, the development parts five and the gold one behind them.
    @Test func mnliByNamesOfColumns() throws {
        let start =
            "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse"
            + "\tsentence2_parse\tsentence1\tsentence2"
        let row = "0\t1\t1n\tfiction\t(\t(\t(\t(\tone\ttwo"
        let train = try read(.mnli, start + "\tlabel1\tgold_label", row + "\tneutral\tneutral")
        let dev = try read(
            .mnli, start + "\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label",
            row + "\tneutral\tneutral\tentailment\tneutral\tneutral\tcontradiction")
        #expect(train.examples == [LabelledText("one", "two", answer: 1)])
        #expect(dev.examples == [LabelledText("one", "two", answer: 2)])
        #expect(GLUEPart.mismatchedDev.fileName(of: .mnli) == "dev_mismatched.tsv")
    }

    /// Only of QQP are broken lines known; they are counted. Its test part keeps every line.
    @Test func qqpHasBrokenLines() throws {
        let heading = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate"
        let file = try read(.qqp, heading, "0\t1\t2\ta\tb\t1", "5\t6", "1\t1\t2\ta\t\t0", "2\t1\t2\tc\td\t0")
        #expect(file.examples.map(\.answer) == [1, 0])
        #expect(file.leftOut == 2)
        let test = try read(.qqp, "id\tquestion1\tquestion2", "0\ta\t", isTest: true)
        #expect(test.examples == [LabelledText("a", "", answer: nil)])
    }

    @Test func scores() throws {
        let heading = "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore"
        let file = try read(.stsb, heading, "0\tg\tf\t2012\t0000\tnone\tnone\ta\tb\t3.750")
        #expect(file.examples == [LabelledText("a", "b", answer: 3.75)])
        #expect(
            complaint(.stsb, heading, "0\tg\tf\t2012\t0\tn\tn\ta\tb\t5.5").contains("\"5.5\" is not a score from 0"))
        #expect(complaint(.stsb, heading, "0\tg\tf\t2012\t0\tn\tn\ta\tb\tnan").contains("is not a score"))
    }

    @Test func badFilesAreNamedWithTheirLine() {
        let rte = "index\tsentence1\tsentence2\tlabel"
        #expect(complaint(.rte, rte, "0\ta\tb\tmaybe").contains("line 2, column 4: \"maybe\" is not a label of RTE"))
        #expect(complaint(.rte, rte, "0\ta\t \tentailment").contains("line 2, column 3: the sentence is empty"))
        #expect(complaint(.rte, rte, "0\ta\tb").contains("line 2: there are 3 columns, but 4"))
        #expect(complaint(.rte, "sentence\tlabel", "a\t1").contains("no column \"sentence1\", which RTE has"))
        #expect(complaint(.cola, "a\tb\tc", "1\t2\t3").contains("CoLA has four without a heading"))
        #expect(complaint(.rte, rte).contains("holds no examples"))
        #expect(complaint(.rte).contains("f.tsv is empty"))
        #expect(complaint(.sst2, "PAR1").contains("Parquet"))
        #expect(complaint(.rte, rte, "0\ta\u{0}\tb\tentailment").contains("NUL"))
        // Labels are needed where there should be some.
        #expect(complaint(.rte, "index\tsentence1\tsentence2", "0\ta\tb").contains("no column \"label\""))
    }

    @Test func missingAndPackedFilesAreNamed() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let glue = GLUEFolder(folder.path)
        func said(_ task: GLUETask, _ part: GLUEPart) -> String {
            do {
                _ = try glue.require(part, of: task)
                return "nothing"
            } catch { return UserError(error).description }
        }
        #expect(said(.mnli, .mismatchedDev).contains("MNLI/dev_mismatched.tsv is not in"))
        #expect(said(.mnli, .mismatchedDev).contains("https://gluebenchmark.com/tasks"))
        let cola = folder.appending(path: "CoLA")
        try FileManager.default.createDirectory(at: cola, withIntermediateDirectories: true)
        try Data().write(to: cola.appending(path: "dev.tsv.gz"))
        try Data().write(to: cola.appending(path: "train.parquet"))
        #expect(said(.cola, .dev).contains("gunzip -k"))
        #expect(said(.cola, .train).contains("Parquet"))
        try Data().write(to: cola.appending(path: "train.tsv"))
        #expect(said(.cola, .train) == "nothing")
    }

    /// Counts of the published files, where they are at hand unpacked by `gunzip`.
    @Test(.enabled(if: Fixture.sharedData("glue") != nil, Comment(rawValue: Fixture.absent)))
    func publishedFilesHaveTheirCounts() throws {
        let wanted: [(GLUETask, GLUEPart, Int)] = [
            (.cola, .train, 8_551), (.cola, .dev, 1_043), (.sst2, .train, 67_349), (.sst2, .dev, 872),
            (.mrpc, .train, 3_668), (.mrpc, .dev, 408), (.mrpc, .test, 1_725), (.rte, .train, 2_490),
            (.rte, .dev, 277), (.stsb, .train, 5_749), (.stsb, .dev, 1_500), (.qnli, .dev, 5_463),
            (.wnli, .train, 635), (.wnli, .dev, 71),
        ]
        for (task, part, count) in wanted {
            let packed = try #require(Fixture.sharedData("glue/\(task.title)/\(part.fileName(of: task)).gz"))
            let file = try GLUEFile(
                task, try Self.unpacked(packed), file: packed.lastPathComponent, isTest: part.isTest)
            #expect(file.examples.count == count, "\(task.title) \(part)")
            #expect(file.leftOut == 0)
            #expect(file.examples.allSatisfy { ($0.answer == nil) == part.isTest })
        }
    }

    static func unpacked(_ url: URL) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/gzip")
        process.arguments = ["-dc", url.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Array(bytes)
    }
}
