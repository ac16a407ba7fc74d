import Foundation
import SynImages
import TestSupport
import Testing

/// Odd files: what stands behind a picture's end, what is no picture of ours, and what is made to keep a reader busy.
@Suite struct FileTests {
    private struct Case: Decodable {
        let name: String
        let file: Data
        let crc: UInt32?
    }

    @Test func endingsAreReadAsPillowReadsThem() throws {
        let cases: [Case] = try Reference.read("files")
        #expect(cases.count == 30 && cases.count { $0.crc == nil } == 8)
        for one in cases {
            guard let crc = one.crc else {
                #expect(failure { _ = try Image(decoding: one.file, named: one.name) }?.kind == .damaged, "\(one.name)")
                continue
            }
            let image = try Image(decoding: one.file, named: one.name)
            #expect(Reference.crc(image.pixels) == crc, "\(one.name) differs from Pillow")
        }
    }

    @Test(arguments: [
        ("GIF89a....", "a GIF picture"), ("RIFF....WEBPVP8 ", "a WebP picture"), ("II*\u{0}....", "a TIFF picture"),
        ("....ftypavif....", "an AVIF picture"), ("....ftypheic....", "a HEIC picture"),
        ("....ftypmif1....avif", "an AVIF picture"),
        ("....ftypmif1....heic", "a HEIC picture"), ("....ftypisom....", "a film"), ("8BPS....", "a Photoshop picture"),
        ("P6 1 1 255 abc", "a PNM picture"), ("%PDF-1.7", "a PDF document"), ("<!DOCTYPE html><html>", "a web page"),
        ("  <html>", "a web page"), ("<?xml version=\"1.0\"?><svg>", "an SVG drawing"),
        ("version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"), ("PK\u{3}\u{4}", "a zip archive"),
    ])
    func otherKindsAreNamed(_ start: String, _ kind: String) throws {
        let error = try #require(failure { _ = try Image(decoding: Data(start.utf8), named: "x.png") })
        #expect(
            error.kind == .damaged
                && error.description.hasPrefix("x.png: this is \(kind), and only PNG and JPEG are read; "))
        #expect(failure { _ = try Image.texts(in: Data(start.utf8), named: "x.png") } == error)
    }

    @Test func kindsThatAreNotText() throws {
        func sentence(_ bytes: [UInt8]) -> String? {
            failure { _ = try Image(decoding: Data(bytes), named: "x") }?.description
        }
        let bitmap =
            Array("BM".utf8) + [70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0] + [UInt8](repeating: 0, count: 40)
        #expect(sentence(bitmap)?.contains("a BMP picture") == true)
        #expect(sentence([0xFF, 0x0A, 1, 2])?.contains("a JPEG XL picture") == true)
        #expect(sentence([0, 0, 1, 0, 1, 0])?.contains("an icon (ICO)") == true)
        #expect(sentence([0x93] + Array("NUMPY".utf8))?.contains("a NumPy array") == true)
        #expect(sentence(Array("BM is a word".utf8)) == "x: this is neither a PNG nor a JPEG.")
    }

    /// One more scan of a progressive picture costs a pass over all of it, and very few bytes.
    @Test func manyScansAreRefused() throws {
        let cases: [Case] = try Reference.read("files")
        let jpeg = try #require(cases.first { $0.name == "progressive jpeg" }).file
        let start = try #require(jpeg.lastRange(of: Data([0xFF, 0xDA]))).lowerBound
        let scan = jpeg[start..<jpeg.count - 2]
        func with(_ more: Int) -> Data {
            jpeg.dropLast(2) + (0..<more).flatMap { _ in scan } + Data([0xFF, 0xD9])
        }
        _ = try Image(decoding: with(20), named: "x")
        let error = try #require(failure { _ = try Image(decoding: with(480), named: "x") })
        #expect(error.description.contains("more than 100 scans"), "\(error)")
    }

    /// A thousand texts that unpack to sixteen megabytes each: they are passed over for the pixels, and few are kept
    /// else.
    @Test func packedTextsAreNotUnpackedForThePixels() throws {
        let cases: [Case] = try Reference.read("files")
        let png = try #require(cases.first { $0.name == "png" })
        let many = try #require(cases.first { $0.name == "png, two hundred texts" })
        #expect(try Image(decoding: png.file, named: "x") == Image(decoding: many.file, named: "x"))
        #expect(try Image.texts(in: many.file, named: "x").count < 65)
    }

    @Test func whatIsNoOrdinaryFileIsNotWaitedFor() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let pipe = folder.appending(path: "a.png")
        #expect(mkfifo(pipe.path, 0o600) == 0)
        #expect(
            failure { _ = try Image(contentsOf: pipe) }?.description.hasSuffix(
                "this is no ordinary file, not an image.") == true)
        #expect(failure { _ = try Image(contentsOf: URL(filePath: "/dev/zero")) }?.kind == .missing)
    }
}

extension Data {
    fileprivate func lastRange(of piece: Data) -> Range<Index>? { range(of: piece, options: .backwards) }
}
