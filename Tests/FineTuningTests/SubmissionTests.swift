import Foundation
import SynFiles
import SynFineTuning
import TestSupport
import Testing

@Suite struct SubmissionTests {
    @Test func tablesAsTheServerTakesThem() {
        let submission = Submission([
            (.cola, [[1, 0]]), (.mnli, [[0, 2], [1]]), (.stsb, [[5.3, -0.2, 2.34567]]), (.rte, [[1, 0]]),
        ])
        let tables = Dictionary(uniqueKeysWithValues: submission.tables.map { ($0.name, $0.text) })
        #expect(tables["CoLA.tsv"] == "index\tprediction\n0\t1\n1\t0\n")
        #expect(tables["MNLI-m.tsv"] == "index\tprediction\n0\tentailment\n1\tcontradiction\n")
        #expect(tables["MNLI-mm.tsv"] == "index\tprediction\n0\tneutral\n")
        #expect(tables["STS-B.tsv"] == "index\tprediction\n0\t5.000\n1\t0.000\n2\t2.346\n")
        #expect(tables["RTE.tsv"] == "index\tprediction\n0\tnot_entailment\n1\tentailment\n")
        #expect(submission.missing == ["SST-2.tsv", "MRPC.tsv", "QQP.tsv", "QNLI.tsv", "WNLI.tsv", "AX.tsv"])
    }

    @Test func zipIsReadByOthers() throws {
        #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)   // CRC-32's check value
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = [(name: "a.tsv", bytes: Array("one\n".utf8)), (name: "b.tsv", bytes: Array("zwei\n".utf8))]
        let url = folder.appending(path: "x.zip")
        try Data(StoredZip.bytes(files)).write(to: url)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), {n: z.read(n) for n in z.namelist()})",
            url.path,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let said = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(said == "None {'a.tsv': b'one\\n', 'b.tsv': b'zwei\\n'}\n")
    }
}
