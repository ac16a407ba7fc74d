import Foundation
import SynFiles
import SynImages
import SynLatentSpace
import SynPortraits
import SynRuns
import Testing

/// Data sets as others lay them out, made small: their pictures are of one colour each, so that it is seen which is
/// opened.
@Suite("Pictures with captions from elsewhere")
struct PicturesWithCaptionsTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "pictures-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func write(_ text: String, _ name: String) throws -> String {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    private func picture(_ shade: UInt8, _ name: String) throws {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Image(width: 6, height: 4, pixels: [UInt8](repeating: shade, count: 72)).writePNG(to: file)
    }

    private func refused(_ words: String, _ code: UserError.Kind, _ make: () throws -> PicturesWithCaptions) {
        do {
            _ = try make()
            Issue.record("it was read, and should have been refused with “\(words)”")
        } catch {
            #expect("\(error)".contains(words) && (error as? UserError)?.kind == code, "\(error)")
        }
    }

    @Test("COCO: the caption of the lowest id, pictures in the file's order, what has none left out, markup as it is")
    func coco() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for (shade, name) in [(10, "a"), (20, "b"), (30, "c")] { try picture(UInt8(shade), "val/\(name).png") }
        let images = #"{"id":7,"file_name":"b.png"},{"id":3,"file_name":"a.png"},{"id":9,"file_name":"c.png"}"#
        let captions =
            #"{"id":12,"image_id":3,"caption":"a later one"},{"id":2,"image_id":3,"caption":" a <b>dog</b> & \"cat\" \n"},"#
            + #"{"id":5,"image_id":7,"caption":"two <script>"},{"id":6,"image_id":77,"caption":"of no picture"}"#
        let file = try write(#"{"info":{},"images":[\#(images)],"annotations":[\#(captions)]}"#, "captions.json")
        let val = folder.appending(path: "val").path
        let read = try PicturesWithCaptions(file, images: val)
        #expect(read.captions == ["two <script>", "a <b>dog</b> & \"cat\""])
        #expect(try [0, 1].map { try read.picture($0).pixels[0] } == [20, 10])
        #expect(read.remark?.contains("one without a caption is left out") == true)
        refused("names 2 pictures that are not in", .missing) {
            try PicturesWithCaptions(file, images: nil)
        }
        try FileManager.default.removeItem(at: folder.appending(path: "val/b.png"))
        refused("names a picture that is not in", .missing) {
            try PicturesWithCaptions(file, images: val)
        }
        let bare = try write(#"{"images":[\#(images)]}"#, "bare.json")
        refused("is no COCO captions file", .badData) { try PicturesWithCaptions(bare, images: val) }
        let one = try write(
            #"{"images":[{"id":3,"file_name":"a.png"}],"annotations":[\#(captions)]}"#, "one.json")
        refused("holds one pair; give two", .badData) { try PicturesWithCaptions(one, images: val) }
    }

    @Test("Multi-Modal CelebA-HQ: two folders by number, the first caption, truth by the table of attributes")
    func celebA() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for number in [2, 10, 7] {
            try picture(UInt8(number), "CelebA-HQ-img/\(number).png")
            _ = try write("Person \(number) <i>smiles</i>.\nAnother caption.\n", "celeba-caption/\(number).txt")
        }
        let table = "3\nSmiling Wearing_Hat\n2.jpg  1 -1\n7.jpg -1  1\n10.jpg  1  1\n"
        _ = try write(table, "CelebAMask-HQ-attribute-anno.txt")
        let read = try PicturesWithCaptions(folder.path, images: nil)
        #expect(read.captions == [2, 7, 10].map { "Person \($0) <i>smiles</i>." })
        #expect(try (0..<3).map { try read.picture($0).pixels[0] } == [2, 7, 10])
        #expect(read.truth != nil && read.remark?.contains("first of its captions") == true)
        try FileManager.default.removeItem(at: folder.appending(path: "celeba-caption/7.txt"))
        refused("7 have only one of the two", .badData) {
            try PicturesWithCaptions(folder.path, images: nil)
        }
    }

    @Test(
        "a table as others write it: one caption a picture, whatever its columns and its form are called",
        arguments: [
            ("t.csv", "image,caption\n", "%@,\"One, %@\"\n"), ("t.csv", "Caption;Image\r\n", "One, %2$@;%1$@\r\n"),
            ("t.tsv", "file_name\ttext\n", "%@\tOne, %@\n"),
            ("t.jsonl", "", "{\"file_name\": \"%@\", \"text\": \"One, %@\"}\n"),
            ("metadata.csv", "file_name,text\n", "%@,\"One, %@\"\n"),
            ("train/metadata.csv", "file_name,text\n", "../%@,\"One, %@\"\n"),
        ])
    func tables(_ name: String, _ heading: String, _ row: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = ["a.png", "b.png", "c.png"]
        for (place, name) in names.enumerated() { try picture(UInt8(10 * place), name) }
        let file = try write(heading + names.map { String(format: row, $0, $0) }.joined(), name)
        let isFolder = name.contains("metadata")
        let read = try PicturesWithCaptions(isFolder ? folder.path : file, images: nil)
        #expect(read.captions == names.map { "One, \($0)" })
        #expect(try (0..<3).map { try read.picture($0).pixels[0] } == [0, 10, 20])
    }

    @Test("a table: several captions of a picture are one pair, and that is said; all that is wrong is told at once")
    func table() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["a", "b"] { try picture(1, "faces/\(name).png") }
        let file = try write("image,caption\na.png,first\na.png,second\nb.png,other\nb.png,other\n", "t.csv")
        let faces = folder.appending(path: "faces").path
        let read = try PicturesWithCaptions(file, images: faces)
        #expect(read.captions == ["first", "other"])
        #expect(read.remark?.contains("first of its captions; one caption stands there twice") == true)
        let broken = try write("image,caption\nno.png,first\nb.png,\n", "broken.csv")
        do {
            _ = try PicturesWithCaptions(broken, images: faces)
            Issue.record("a picture is not there and a caption is empty")
        } catch let error as UserError {
            #expect(error.details == ["rows without a caption: 1 (line 3)", "pictures that are not there: 1 (no.png)"])
        }
        let bare = try write("path,label\nb.png,3\n", "bare.csv")
        refused("no column of captions", .badData) { try PicturesWithCaptions(bare, images: faces) }
    }
}
