import Foundation
import SynRuns
import SynStatistics
import SynTextStudies
import TestSupport
import Testing

/// Published files as they are: in their layouts, with their errors named.
@Suite("Files of the text studies")
struct TextFileTests {
    private func read<Value>(_ name: String, _ text: String, _ reader: (URL) throws -> Value) throws -> Value {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: name)
        try Data(text.utf8).write(to: url)
        return try reader(url)
    }

    private func complaint(_ body: () throws -> some Any) -> String {
        do {
            _ = try body()
            return "nothing was refused"
        } catch {
            return UserError(error).description
        }
    }

    @Test("CxC from scores and COCO's captions equals the joined table")
    func captions() throws {
        let plain = try CrisscrossedCaptions(
            scores: Fixture.url("text/sts_val.csv"), captions: Fixture.url("text/captions_val2014.json"))
        var table = "caption1\tcaption2\tagg_score\tsame_image\n"
        for i in 0..<plain.language.count {
            table +=
                "\(plain.language.left[i])\t\(plain.language.right[i])\t\(plain.language.scores[i])\t\(Int(plain.vision.scores[i]))\n"
        }
        let joined = try read("sts_val_joined.tsv", table) { try CrisscrossedCaptions(joined: $0) }
        #expect(joined.language == plain.language && joined.vision == plain.vision)
        #expect(plain.vision.scores.contains(0) && plain.vision.scores.contains(1) && plain.language.count > 80)
    }

    @Test("pairs of one's own: with a heading in any order, without one, with commas and quotes")
    func own() throws {
        let pairs = try read("a.tsv", "id\tscore\tsentence2\tsentence1\n7\t2.5\tb \"x\tA, a\n8\t1\td\tc\n") {
            try ScoredPairs(table: $0)
        }
        #expect(pairs.left == ["A, a", "c"] && pairs.right == ["b \"x", "d"] && pairs.scores == [2.5, 1])
        let bare = try read("b.tsv", "one\ttwo\t3\nfour\tfive\t6\n") { try ScoredPairs(table: $0) }
        #expect(bare.left == ["one", "four"] && bare.scores == [3, 6])
        let commas = try read("c.csv", "sentence1,sentence2,score\r\n\"A, b\",\"say \"\"c\"\"\",4\r\n") {
            try ScoredPairs(table: $0)
        }
        #expect(commas.left == ["A, b"] && commas.right == ["say \"c\""] && commas.scores == [4])
        let benchmark = try ScoredPairs(table: Fixture.url("text/sts-test.csv"))
        #expect(try benchmark == ScoredPairs(stsBenchmark: Fixture.url("text/sts-test.csv")))
    }

    @Test("the STS benchmark as released loses commas and lines, as Python's reader does")
    func released() throws {
        let reference = try TextReference.load()
        let pairs = try ScoredPairs(stsBenchmarkAsReleased: Fixture.url("text/sts-test.csv"))
        #expect(pairs.count == reference.released_pairs && pairs.texts.count == reference.released_sentences)
        #expect(try ScoredPairs(stsBenchmark: Fixture.url("text/sts-test.csv")).count == 70)
        let small = try read("s.csv", "a\tb\tc\td\t1\tx, y\tz\na\tb\tc\td\t2\tp,\"q\tr\na\tb\tc\td\t3\ts\",t\tu\n") {
            try ScoredPairs(stsBenchmarkAsReleased: $0)
        }
        // The quote after the comma opens a field that ends on the next line.
        #expect(small.left == ["x y", "pq"] && small.right == ["z", "r\na"] && small.scores == [1, 2])
    }

    @Test("STS 2012 to 2016 in the contests' folders: pairs without a score are left out")
    func years() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let year = folder.appending(path: "STS15-en-test")
        try FileManager.default.createDirectory(at: year, withIntermediateDirectories: true)
        try Data("a b\tc\nd\te\nf\tg\n".utf8).write(to: year.appending(path: "STS.input.headlines.txt"))
        try Data("1.5\n\n4\n".utf8).write(to: year.appending(path: "STS.gs.headlines.txt"))
        let pairs = try ScoredPairs(stsYears: folder)
        #expect(pairs.left == ["a b", "f"] && pairs.right == ["c", "g"] && pairs.scores == [1.5, 4])
        try Data("1.5\n4\n".utf8).write(to: year.appending(path: "STS.gs.headlines.txt"))
        #expect(complaint { try ScoredPairs(stsYears: folder) }.contains("has 3 lines, but"))
    }

    @Test("what is wrong is named with file, line and column")
    func wrong() throws {
        func refuse(_ name: String, _ text: String, _ sentence: String, _ reader: (URL) throws -> some Any) throws {
            let said = try read(name, text) { url in complaint { try reader(url) } }
            #expect(said.contains(sentence), "\(said) does not say: \(sentence)")
        }
        try refuse("rg65.csv", "cord;smile;0.02\nnoon;string\n", "rg65.csv, line 2: there are 2 columns") {
            try ScoredPairs(wordList: $0)
        }
        try refuse("rg65.csv", "cord;smile;  \n", "line 1, column 3: the score is missing") {
            try ScoredPairs(wordList: $0)
        }
        try refuse("rg65.csv", "cord;;1\n", "line 1, column 2: the second word is empty") {
            try ScoredPairs(wordList: $0)
        }
        try refuse("SimVerb.txt", "take\tremove\tV\tx\tY\n", "\"x\" is not a number (the score)") {
            try ScoredPairs(simVerb: $0)
        }
        try refuse("a.tsv", "sentence1\tsentence2\tscore\na\tb\t\n", "line 2, column 3: the score is missing") {
            try ScoredPairs(table: $0)
        }
        try refuse("a.tsv", "a\tb\n", "no heading with sentence1, sentence2 and score") { try ScoredPairs(table: $0) }
        try refuse("a.tsv", "", "is empty") { try ScoredPairs(table: $0) }
        try refuse("s.csv", "a\tb\tc\td\t1\tx\n", "there are 6 columns") { try ScoredPairs(stsBenchmark: $0) }
        try refuse("b.csv", "word,pleasantness\n", "no columns word and combined_pleasantness") {
            try BellezzaLexicon($0)
        }
        try refuse("j.tsv", "caption1\tcaption2\tagg_score\n", "no column same_image") {
            try CrisscrossedCaptions(joined: $0)
        }
        try refuse(
            "j.tsv", "caption1\tcaption2\tagg_score\tsame_image\na\tb\t1\t2\n",
            "column same_image: 2.0 is neither 0 nor 1"
        ) {
            try CrisscrossedCaptions(joined: $0)
        }
        try refuse("c.json", "{}", "is not a file of COCO captions") {
            try CrisscrossedCaptions(scores: Fixture.url("text/sts_val.csv"), captions: $0)
        }
        try refuse("c.json", "{\"annotations\": []}", "is not in") {
            try CrisscrossedCaptions(scores: Fixture.url("text/sts_val.csv"), captions: $0)
        }
    }

    @Test("a missing file is named with the page it comes from; a packed one with the command that unpacks it")
    func missing() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let study = StudyFolder(folder.path)
        for task in WordTask.allCases {
            let said = complaint { try WordStudy([task], in: study) }
            #expect(
                said.contains("\(task.file.rawValue) is not in") && said.contains("https://github.com/wolferobert3"),
                "\(said)")
        }
        #expect(complaint { try SimilarityTask("sts-b", in: study) }.contains("stswiki"))
        #expect(complaint { try SimilarityTask("sts-v", in: study) }.contains("sts_val.csv is not in"))
        try Data("caption1".utf8).write(to: folder.appending(path: "sts_val.csv"))
        #expect(complaint { try SimilarityTask("sts-l", in: study) }.contains("cocodataset.org"))
        try Data().write(to: folder.appending(path: "sts-test.csv.gz"))
        #expect(complaint { try SimilarityTask("sts-b", in: study) }.contains("gunzip -k"))
        #expect(
            complaint { try SimilarityTask("sts-x", in: study) }.contains(
                "neither a task (sts-l, sts-v, sts-b) nor a file"))
    }

    // MARK: - The real files

    @Test(
        "the real word lists and the real STS benchmark have the published counts",
        .enabled(if: Fixture.sharedData("words/rg65.csv") != nil, Comment(rawValue: Fixture.absent)))
    func real() throws {
        func shared(_ path: String) throws -> URL { try #require(Fixture.sharedData(path)) }
        #expect(try ScoredPairs(wordList: shared("words/rg65.csv")).count == 65)
        #expect(try ScoredPairs(wordList: shared("words/wordsim353.csv")).count == 353)
        #expect(try ScoredPairs(wordList: shared("words/simlex999.csv")).count == 999)
        #expect(try ScoredPairs(simVerb: shared("words/SimVerb-3500.txt")).count == 3500)
        #expect(try BellezzaLexicon(shared("words/Bellezza_Lexicon.csv")).words.count == 399)
        let benchmark = try shared("stsb/sts-test.csv")
        let faithful = try ScoredPairs(stsBenchmark: benchmark)
        #expect(faithful.count == 1379 && faithful.texts.count == 2552)
        let released = try ScoredPairs(stsBenchmarkAsReleased: benchmark)
        #expect(released.count == 1273 && released.texts.count == 2341)
    }

    @Test(
        "the real captions of CxC, and the STS contests, have the published counts and correlations",
        .enabled(if: Fixture.sharedData("cxc/sts_val_joined.tsv.gz") != nil, Comment(rawValue: Fixture.absent)))
    func realCaptions() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        func unpacked(_ path: String) throws -> URL {
            let packed = try #require(Fixture.sharedData(path + ".gz"))
            let url = folder.appending(path: URL(filePath: path).lastPathComponent)
            try Data().write(to: url)
            let gzip = Process()
            gzip.executableURL = URL(filePath: "/usr/bin/env")
            gzip.arguments = ["gzip", "-dc", packed.path]
            gzip.standardOutput = try FileHandle(forWritingTo: url)
            try gzip.run()
            gzip.waitUntilExit()
            return url
        }
        for (part, count, same, pearson, spearman) in [
            (CrisscrossedCaptions.Part.val, 44_009, 25_000.0, 0.6440, 0.6497), (.test, 44_045, 25_000, 0.7121, 0.7202),
        ] {
            _ = try unpacked("cxc/sts_\(part.rawValue)_joined.tsv")
            let captions = try CrisscrossedCaptions(part, in: StudyFolder(folder.path))
            #expect(captions.language.count == count && captions.vision.scores.reduce(0, +) == same)
            #expect(captions.language.texts.count <= 25_000)
            let r = try Correlation.pearson(captions.language.scores, captions.vision.scores).coefficient
            let rho = try Correlation.spearman(captions.language.scores, captions.vision.scores).coefficient
            #expect(abs(r - pearson) < 5e-5 && abs(rho - spearman) < 5e-5, "\(r), \(rho)")
        }
        #expect(try ScoredPairs(stsYears: unpacked("sts12_16/sts12_16.tsv")).count == 12_544)
    }
}
