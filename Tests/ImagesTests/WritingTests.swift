import Foundation
import SynFiles
import SynImages
import TestSupport
import Testing

@Suite struct WritingTests {
    static let texts = [
        TextChunk("caption", "A woman with wavy hair."), TextChunk("encoder", "Größe\nzwei"),
        TextChunk("seed", "κ ≈ 7 ✓\r\nnext"), TextChunk("empty", ""),
        TextChunk("long", String(repeating: "é漢", count: 5000)),
    ]

    @Test(arguments: [(1, 1), (2, 1), (7, 5), (64, 64), (255, 3)])
    func aPNGComesBackAsItWas(_ width: Int, _ height: Int) throws {
        let image = noise(width: width, height: height)
        let file = try image.pngData(texts: Self.texts)
        #expect(try Image(decoding: file, named: "memory") == image)
        #expect(try Image.texts(in: file, named: "memory") == Self.texts)
        #expect(try image.pngData(texts: Self.texts) == file, "the same image gives the same bytes")
        #expect(try Image.texts(in: image.pngData(), named: "memory").isEmpty)
    }

    @Test func aFileIsReplacedWholeAndNothingElseIsLeft() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let png = folder.appending(path: "a.png"), jpeg = folder.appending(path: "a.jpg")
        let first = noise(width: 40, height: 30), second = noise(width: 5, height: 6, seed: 2)
        try first.writePNG(to: png)
        try second.writePNG(to: png, texts: [TextChunk("caption", "two")])
        try first.writeJPEG(to: jpeg)
        #expect(try Image(contentsOf: png) == second)
        #expect(try Image.texts(of: png) == [TextChunk("caption", "two")])
        #expect(try Image.texts(of: jpeg).isEmpty)
        #expect(try Data(contentsOf: jpeg) == first.jpegData())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.jpg", "a.png"])
    }

    @Test func aPlaceThatCannotBeWrittenIsNamed() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let image = Image(width: 2, height: 2, color: .zero)
        let inNoFolder = folder.appending(path: "nowhere/a.png")
        #expect(
            sentence { try image.writePNG(to: inNoFolder) }
                == "\(inNoFolder.path) cannot be written: the folder \(folder.path)/nowhere does not exist")
        let taken = folder.appending(path: "taken")
        try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: true)
        #expect(sentence { try image.writeJPEG(to: taken) }?.hasSuffix("a folder of that name is in the way") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken"])
        // A file stands where a folder is needed; this holds for every user, also for root.
        try image.writePNG(to: folder.appending(path: "file"))
        let below = folder.appending(path: "file/a.png")
        #expect(sentence { try image.writePNG(to: below) }?.contains("a file stands where a folder should be") == true)
    }

    private func sentence(_ body: () throws -> Void) -> String? {
        #expect(throws: FileFailure.self, performing: body)?.description
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self"), "there is no /proc"))
    func aFolderWhereNobodyMayWriteIsNamed() throws {
        let url = URL(filePath: "/proc/a.png")
        let sentence = sentence { try Image(width: 2, height: 2, color: .zero).writePNG(to: url) }
        #expect(sentence?.hasPrefix("/proc/a.png cannot be written: ") == true)
    }

    @Test func textsThatNoPNGCanHoldAreRefused() throws {
        let image = Image(width: 1, height: 1, color: .zero)
        for key in ["", " a", "a ", "a  b", "schlüssel", String(repeating: "k", count: 80), "a\nb"] {
            #expect(failure { _ = try image.pngData(texts: [TextChunk(key, "text")]) }?.kind == .unwritable, "\(key)")
        }
        #expect(failure { _ = try image.pngData(texts: [TextChunk("key", "a\0b")]) }?.kind == .unwritable)
    }

    private struct JPEGCase: Decodable {
        let quality: Int
        let source: PackedImage
        let file: Data
        let decoded: PackedImage
    }

    @Test func jpegsEqualPillows() throws {
        let cases: [JPEGCase] = try Reference.read("jpeg")
        #expect(cases.count == 3)
        for one in cases {
            let file = try one.source.image.jpegData(quality: one.quality)
            #expect(file == one.file, "quality \(one.quality): other bytes than Pillow's")
            #expect(try Image(decoding: file, named: "ours") == one.decoded.image)
            #expect(try Image(decoding: one.file, named: "Pillow's") == one.decoded.image)
        }
    }
}
