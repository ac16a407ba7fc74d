import Foundation
import SynFiles
import SynProbe
import SynRuns
import TestSupport
import Testing

@Suite("Data of one's own: a table of pictures and captions")
struct CaptionTableTests {
    private static let picture = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])

    /// A folder with files; names that end as pictures do get a PNG's first bytes.
    private func folder(_ files: [String: String], pictures: Int = 10) throws -> URL {
        let folder = try Fixture.temporaryFolder()
        for number in 0..<pictures { try write(Self.picture, to: folder.appending(path: "faces/\(number).png")) }
        for (name, text) in files { try write(Data(text.utf8), to: folder.appending(path: name)) }
        return folder
    }

    private func write(_ data: Data, to file: URL) throws {
        try AtomicFile.makeFolder(file.deletingLastPathComponent())
        try data.write(to: file)
    }

    private func dataset(
        _ folder: URL, _ table: String? = "t.csv", _ change: (inout DataSettings) -> Void = { _ in }
    ) throws -> CaptionDataset {
        var settings = DataSettings()
        if let table { settings.table = folder.appending(path: table).path } else { settings.folder = folder.path }
        change(&settings)
        return try CaptionDataset(settings)
    }

    private func rows(_ count: Int, _ row: (Int) -> String) -> String { (0..<count).map { row($0) + "\n" }.joined() }

    @Test(
        "the same data in every form",
        arguments: [
            ("t.csv", "image,caption\n", "faces/%d.png,\"A face, number %d.\"\n"),
            ("t.csv", "\u{FEFF}Caption;Image;age\r\n", "A face, number %2$d.;faces/%1$d.png;3\r\n"),
            ("t.csv", "file_name\ttext\n", "faces/%d.png\tA face, number %d.\n"),
            ("t.tsv", "file_name\ttext\n", "./faces/%d.png\tA face, number %d.\n"),
            ("t.jsonl", "", "{\"file_name\": \"faces/%d.png\", \"text\": \"A face, number %d.\", \"age\": 3}\n"),
            ("t.jsonl", "\n", "{\"image\": \"faces/%d.png\", \"captions\": [\"A face, number %d.\"]}\n\n"),
        ])
    func forms(_ name: String, _ heading: String, _ row: String) throws {
        let folder = try folder([
            name: heading + rows(10) { String(format: row, $0, $0).trimmingCharacters(in: ["\n"]) }
        ])
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try dataset(folder, name)
        #expect(data.train.count == 9 && data.validation.count == 1)
        for portrait in data.train + data.validation {
            #expect(portrait.captions == ["A face, number \(portrait.number)."])
            #expect(portrait.image.lastPathComponent == "\(portrait.number).png")
        }
    }

    @Test("several captions: as rows, as columns, as a list; a repeated one counts once")
    func several() throws {
        let folder = try folder([
            "rows.csv": "image,caption\nfaces/0.png,a\nfaces/1.png,x\nfaces/0.png,b\nfaces/0.png,a\n",
            "columns.csv": "image,caption_1,caption_2\nfaces/0.png,a,b\nfaces/1.png,x,\n",
            "list.csv": "image,captions\nfaces/0.png,\"[\"\"a\"\", \"\"b\"\"]\"\nfaces/1.png,x\n",
            "list.jsonl":
                "{\"image\":\"faces/0.png\",\"caption\":[\"a\",\"b\"]}\n{\"image\":\"faces/1.png\",\"caption\":\"x\"}\n",
        ])
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["rows.csv", "columns.csv", "list.csv", "list.jsonl"] {
            let data = try dataset(folder, name)
            let both = (data.train + data.validation).sorted { $0.number < $1.number }
            #expect(both.map(\.captions) == [["a", "b"], ["x"]], "\(name)")
            #expect(data.remark?.contains("twice for the same picture") == (name == "rows.csv"))
        }
    }

    @Test("the split is by picture, the same each time, another with another seed, and little moved by more pictures")
    func split() throws {
        let folder = try folder(
            [
                "t.csv": "image,caption\n" + rows(400) { "faces/\($0 % 200).png,caption \($0)" },
                "more.csv": "image,caption\n" + rows(210) { "faces/\($0).png,caption" },
            ], pictures: 210)
        defer { try? FileManager.default.removeItem(at: folder) }
        func numbers(_ table: String, _ seed: Int) throws -> Set<Int> {
            Set(
                try dataset(folder, table) { ($0.splitSeed, $0.validationShare) = (seed, 0.2) }.validation.map(\.number)
            )
        }
        let first = try numbers("t.csv", 0)
        #expect(first.count == 40)
        #expect(try numbers("t.csv", 0) == first)
        #expect(try numbers("t.csv", 1) != first)
        #expect(try numbers("more.csv", 0).intersection(first).count >= 35)
        let data = try dataset(folder, "t.csv") { ($0.train, $0.validation) = (5, 3) }
        #expect(data.train.count == 5 && data.validation.count == 3)
    }

    @Test("a column or folders say the split themselves")
    func givenSplit() throws {
        let folder = try folder([
            "t.csv":
                "image,caption,split\nfaces/0.png,a,train\nfaces/1.png,b,val\nfaces/2.png,c,Test\nfaces/3.png,d,train\n",
            "hub/train/metadata.csv": "file_name,text\na.png,a\nb.png,b\n",
            "hub/validation/metadata.jsonl": "{\"file_name\":\"c.png\",\"text\":\"c\"}\n",
            "one/metadata.jsonl":
                "{\"file_name\":\"../faces/0.png\",\"text\":\"a\"}\n{\"file_name\":\"../faces/1.png\",\"text\":\"b\"}\n",
        ])
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try dataset(folder)
        #expect(data.train.map(\.number) == [0, 3] && data.validation.map(\.number) == [1, 2])
        for name in ["train/a.png", "train/b.png", "validation/c.png"] {
            try write(Self.picture, to: folder.appending(path: "hub/\(name)"))
        }
        let hub = try dataset(folder.appending(path: "hub"), nil)
        #expect(hub.train.map(\.captions) == [["a"], ["b"]] && hub.validation.map(\.captions) == [["c"]])
        #expect(try dataset(folder.appending(path: "one"), nil).train.count == 1)
    }

    @Test("all that is missing or odd is told at once, with counts and the first places")
    func everything() throws {
        let folder = try folder([
            "t.csv": "image,caption,split\n" + rows(8) { "gone/\($0).png,a face,train" }
                + "faces/0.png,,train\nfaces/1.png,a\n,b,train\nhttps://x/y.png,c,train\nfaces/2.png,d,later\nt.csv,e,train\n"
        ])
        defer { try? FileManager.default.removeItem(at: folder) }
        let complaint = #expect(throws: UserError.self) { try dataset(folder) }
        #expect(complaint?.kind == .badData)
        #expect(
            complaint?.details == [
                "rows that have not the 3 fields of the first line: 1 (line 11)", "rows without a caption: 1 (line 10)",
                "rows without a picture: 1 (line 12)",
                "rows whose split is neither train nor validation, such as \"later\": 1 (line 14)",
                "pictures that are not there: 8 (gone/0.png, gone/1.png, gone/2.png, gone/3.png, gone/4.png and 3 "
                    + "more)",
                "pictures that are addresses in the network, which must be downloaded first: 1 (https://x/y.png)",
                "files that are neither PNG nor JPEG: 1 (t.csv)",
            ], "\(complaint?.details ?? [])")
    }

    @Test(
        "what is no table ends with a sentence",
        arguments: [
            ("a.csv", "", "is empty"), ("a.csv", "picture_id,words\n1,2\n", "no column of pictures"),
            ("a.csv", "image,words\n1,2\n", "no column of captions; name one caption, captions, text"),
            ("a.jsonl", "[1]\n", "cannot be used"), ("a.parquet", "PAR1", "write it as .csv"),
            ("a.csv", "i\u{0}m\u{0}", "not UTF-8"), ("a.csv", "image,caption\n", "names no pictures"),
            ("a.csv", "image,caption\nfaces/0.png,\"open\n", "never closes"),
            ("a.csv", "image,caption\nfaces/0.png,a\n", "one picture only"),
            ("a.csv", "image,caption,split\nfaces/0.png,a,train\n", "no pictures for validation"),
            ("a.csv", "image,caption,split\nfaces/0.png,a,train\nfaces/0.png,b,val\n", "cannot be used"),
        ])
    func refusals(_ name: String, _ text: String, _ sentence: String) throws {
        let folder = try folder([name: text], pictures: 1)
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect {
            try dataset(folder, name)
        } throws: { UserError($0).description.contains(sentence) }
    }
}
