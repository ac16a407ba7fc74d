import Foundation
import SynImages
import TestSupport
import Testing

private struct Expected: Decodable {
    let width: Int
    let height: Int
    let crc: UInt32
}

@Suite struct ReadingTests {
    /// Every PNG and JPEG of the shared data against the check sum of what Pillow reads.
    @Test(.enabled(if: Fixture.sharedData("pngsuite") != nil, Comment(rawValue: Fixture.absent)))
    func everySharedFileEqualsPillow() throws {
        let cases: [String: Expected?] = try Reference.read("shared")
        // Pillow ignores the check sum of pixel data; this file is made to be refused, and is.
        let strictlyRefused: Set = ["pngsuite/png/xcsn0g01.png"]
        var equal = 0, refused = 0
        for (name, expected) in cases.sorted(by: { $0.key < $1.key }) {
            guard let url = Fixture.sharedData(name) else { Issue.record("\(name) is absent"); continue }
            if let expected, !strictlyRefused.contains(name) {
                let image = try Image(contentsOf: url)
                #expect(image.width == expected.width && image.height == expected.height, "\(name)")
                #expect(Reference.crc(image.pixels) == expected.crc, "\(name) differs from Pillow")
                equal += 1
            } else {
                let error = failure { _ = try Image(contentsOf: url) }
                #expect(error?.kind == .damaged && error?.description.contains(url.path) == true, "\(name)")
                refused += 1
            }
        }
        print("read as Pillow reads: \(equal) files; refused: \(refused)")
        #expect(equal + refused == cases.count && refused == 17)
    }

    private struct JPEGKind: Decodable {
        let kind: String
        let file: Data
        let width: Int
        let height: Int
        let crc: UInt32
    }

    /// Progressive, grey, CMYK, with restarts, profiles and an orientation that is not followed: as Pillow reads them;
    /// cut anywhere, an error.
    @Test func everyKindOfJPEGEqualsPillow() throws {
        let cases: [JPEGKind] = try Reference.read("jpeg-kinds")
        #expect(cases.count == 14)
        for one in cases {
            let image = try Image(decoding: one.file, named: one.kind)
            #expect(image.width == one.width && image.height == one.height, "\(one.kind)")
            #expect(Reference.crc(image.pixels) == one.crc, "\(one.kind) differs from Pillow")
            for length in stride(from: 3, to: one.file.count - 1, by: 41) {
                let error = failure { _ = try Image(decoding: one.file.prefix(length), named: "cut") }
                #expect(error?.kind == .damaged, "\(one.kind): \(length) of \(one.file.count) bytes")
            }
        }
    }

    /// JPEGs against ImageMagick's decoding, whose inverse transform and chroma may differ by a little.
    @Test(.enabled(if: Fixture.sharedData("jpegsuite") != nil, Comment(rawValue: Fixture.absent)))
    func jpegsAreNearImageMagick() throws {
        // Their references are 16-bit grey PNGs, which Pillow's rule cuts off at 255: nothing to compare with.
        let withoutReference: Set = ["grayscale_16x24_sampling2x2.jpg", "grayscale_24x16_sampling2x2.jpg"]
        var worst = 0, files = 0
        let folder = try #require(Fixture.sharedData("jpegsuite"))
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() {
            guard name.hasSuffix(".jpg"), !withoutReference.contains(name),
                let jpeg = Fixture.sharedData("jpegsuite/\(name)"),
                let png = Fixture.sharedData("jpegsuite/\(name.dropLast(4)).png")
            else { continue }
            let apart = difference(try Image(contentsOf: jpeg), try Image(contentsOf: png))
            worst = max(worst, apart.largest)
            files += 1
            #expect(apart.largest <= 2, "\(name): largest \(apart.largest), mean \(apart.mean)")
        }
        print("\(files) JPEGs, largest difference \(worst) of 255")
        #expect(files == 33)
    }

    @Test func whatIsNoImageIsRefusedWithASentence() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        func error(_ bytes: [UInt8]) throws -> String {
            let url = folder.appending(path: "picture.png")
            try Data(bytes).write(to: url)
            let error = try #require(failure { _ = try Image(contentsOf: url) })
            #expect(error.kind == .damaged)
            return error.description.replacingOccurrences(of: folder.path, with: "")
        }
        #expect(try error([]) == "/picture.png: the file is empty.")
        #expect(try error([UInt8](repeating: 0, count: 500)) == "/picture.png: this is neither a PNG nor a JPEG.")
        #expect(
            try error(Array("GIF89a".utf8))
                == "/picture.png: this is a GIF picture, and only PNG and JPEG are read; convert it first, for "
                + "example with ImageMagick."
        )
        #expect(
            try error([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
                == "/picture.png: this PNG is damaged or cut short (the file ends too early).")
        #expect(
            try error([0xFF, 0xD8, 0xFF, 0xE0])
                == "/picture.png: this JPEG is damaged or cut short (the file ends too early).")
        #expect(failure { _ = try Image(contentsOf: folder) }?.kind == .missing)
        #expect(failure { _ = try Image(contentsOf: URL(filePath: "/dev/zero")) }?.kind == .missing)
        let nowhere = folder.appending(path: "nowhere.png")
        let missing = failure { _ = try Image(contentsOf: nowhere) }
        #expect(missing?.description == "\(nowhere.path): there is no such file.")
    }

    @Test func everyCutIsRefused() throws {
        let image = noise(width: 23, height: 17)
        let png = try image.pngData(texts: [TextChunk("caption", "A man.")]), jpeg = try image.jpegData()
        for file in [png, jpeg] {
            for length in 0..<file.count {
                let error = failure { _ = try Image(decoding: file.prefix(length), named: "cut") }
                #expect(error?.kind == .damaged, "\(length) of \(file.count) bytes")
            }
        }
    }

    /// Whatever a single wrong byte does, the answer is an image or a sentence.
    @Test func wrongBytesNeverCrash() throws {
        let image = noise(width: 19, height: 11)
        var stream = FixedStream(state: 7)
        var refused = 0
        for original in [try image.pngData(), try image.jpegData()] {
            for _ in 0..<2000 {
                var file = original
                for _ in 0..<Int.random(in: 1...3, using: &stream) {
                    file[Int.random(in: 2..<file.count, using: &stream)] = .random(in: 0...255, using: &stream)
                }
                if let error = failure({ _ = try Image(decoding: file, named: "wrong") }) {
                    #expect(error.kind == .damaged)
                    refused += 1
                }
            }
        }
        print("of 4000 files with wrong bytes \(refused) were refused, the others read")
        #expect(refused > 1000)
    }

    @Test func absurdSizesAreRefusedBeforeMemoryIsTaken() throws {
        let file = try Image(width: 3, height: 3, color: .zero).pngData()
        func claiming(_ width: UInt32, _ height: UInt32) -> Data {
            var bytes = Array(file)
            for i in 0..<4 {
                bytes[16 + i] = UInt8(truncatingIfNeeded: width >> UInt32(24 - 8 * i))
                bytes[20 + i] = UInt8(truncatingIfNeeded: height >> UInt32(24 - 8 * i))
            }
            let sum = Reference.crc(bytes[12..<29])
            for i in 0..<4 { bytes[29 + i] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * i)) }
            return Data(bytes)
        }
        func error(_ width: UInt32, _ height: UInt32) -> String? {
            failure { _ = try Image(decoding: claiming(width, height), named: "huge.png") }?.description
        }
        #expect(error(3, 3) == nil)
        #expect(error(16_385, 1) == "huge.png: 16385×1 pixels are too many; a side may have at most 16384.")
        #expect(error(0x7fff_ffff, 0x7fff_ffff)?.contains("huge.png: ") == true)
        #expect(error(16_384, 16_384)?.contains("an image may have at most 178956970") == true)
        #expect(error(12_000, 12_000)?.contains("cannot hold the 12000×12000 pixels") == true)
        #expect(error(0, 5)?.contains("huge.png: ") == true)
    }
}

/// Pixels without meaning, the same at every run.
func noise(width: Int, height: Int, seed: UInt64 = 1) -> Image {
    var stream = FixedStream(state: seed)
    return Image(width: width, height: height) { canvas in
        for i in canvas.indices { canvas[i] = .random(in: 0...255, using: &stream) }
    }
}

/// SplitMix64: a generator that gives the same numbers everywhere.
struct FixedStream: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
