import Foundation
import SynImages
import SynTensors
import TestSupport
import Testing

@Suite struct PreprocessingTests {
    private struct Case: Decodable {
        let config: String
        let source: PackedImage
        let shape: [Int]
        let values: Data
    }

    @Test func clipEqualsTransformersBitForBit() throws {
        let cases: [Case] = try Reference.read("clip")
        #expect(cases.count == 8)
        for one in cases {
            let settings = try JSONDecoder().decode(CLIPPreprocessing.self, from: Data(one.config.utf8))
            let tensor = try settings.tensor([one.source.image])
            #expect(tensor.shape == [1] + one.shape, "\(one.config)")
            let closeness = Closeness(tensor.floats, Reference.floats(one.values))
            print("CLIP \(one.config): \(closeness)")
            #expect(closeness.sameCount && closeness.largestAbsolute == 0, "\(one.config)")
        }
    }

    private struct Photographs: Decodable {
        let settings: [String: String]
        let pictures: [String: Photograph]
    }

    private struct Photograph: Decodable {
        let clip: [String: UInt32]
        let openai: UInt32
        let inception: UInt32
        let resized: [String: UInt32]
    }

    /// A strip that the fixture's script cuts from CLIP.png, or the file of that name.
    private func picture(_ name: String) throws -> Image {
        func read(_ file: String) throws -> Image {
            try Image(contentsOf: try #require(Fixture.sharedData("images/\(file)")))
        }
        return switch name {
        case "wide strip": try read("CLIP.png").cropped(left: 100, top: 50, width: 2000, height: 7)
        case "tall strip": try read("CLIP.png").cropped(left: 10, top: 0, width: 11, height: 762)
        default: try read(name)
        }
    }

    private func sum(_ tensor: Tensor) -> UInt32 {
        Reference.crc(
            tensor.floats.lazy.flatMap { x in (0..<4).map { UInt8(truncatingIfNeeded: x.bitPattern >> (8 * $0)) } })
    }

    /// Bit for bit: every filter, CLIP's numbers in four settings, OpenAI's own way, TensorFlow 1's bilinear.
    @Test(.enabled(if: Fixture.sharedData("images") != nil, Comment(rawValue: Fixture.absent)))
    func photographsEqualTheirReferences() throws {
        let file: Photographs = try Reference.read("photographs")
        #expect(file.pictures.count == 22 && file.settings.count == 4)
        var compared = 0
        for (name, expected) in file.pictures {
            let image = try picture(name)
            for filter in ResampleFilter.allCases {
                let resized = image.resized(width: 123, height: 201, filter: filter)
                #expect(Reference.crc(resized.pixels) == expected.resized[filter.rawValue], "\(name) \(filter)")
            }
            let tall = image.resized(
                width: max(image.width - 5, 1), height: max(image.height / 2, 1), filter: .lanczos)
            #expect(Reference.crc(tall.pixels) == expected.resized["lanczos tall"], "\(name)")
            for (setting, text) in file.settings {
                let settings = try JSONDecoder().decode(CLIPPreprocessing.self, from: Data(text.utf8))
                #expect(sum(try settings.tensor([image])) == expected.clip[setting], "\(name): CLIP, \(setting)")
            }
            #expect(sum(try CLIPPreprocessing.openAI(size: 33).tensor([image])) == expected.openai, "\(name): OpenAI")
            let inception = Tensor(image, range: .byte).resizedLikeTensorFlow1(height: 299, width: 299)
            #expect(sum(inception) == expected.inception, "\(name): TensorFlow 1")
            compared += 8 + file.settings.count
        }
        print("\(compared) pictures of \(file.pictures.count) equal their references bit for bit")
    }

    @Test func configurationsAreReadInAllTheirForms() throws {
        func read(_ json: String) throws -> CLIPPreprocessing {
            try JSONDecoder().decode(CLIPPreprocessing.self, from: Data(json.utf8))
        }
        #expect(try read("{}") == CLIPPreprocessing())
        #expect(try read(#"{"size": 224, "crop_size": 224, "resample": 3}"#) == CLIPPreprocessing())
        #expect(
            try read(#"{"size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 320}}"#).cropSize
                == .exactly(width: 320, height: 336))
        #expect(try read(#"{"size": {"shortest_edge": 9, "longest_edge": null}}"#).size == .shorterSide(9))
        #expect(try read(#"{"do_resize": false, "size": 5}"#).size == nil)
        #expect(try read(#"{"do_normalize": false}"#).normalisation == nil)
    }

    @Test(arguments: [
        (#"{"size": 0}"#, "size"), (#"{"size": 99999}"#, "size"), (#"{"size": "big"}"#, "size"),
        (#"{"crop_size": {"height": 4}}"#, "crop_size"), (#"{"resample": 0}"#, "resample"),
        (#"{"image_mean": [0.5]}"#, "image_mean"), (#"{"image_std": [1, 0, 1]}"#, "image_std"),
        (#"{"do_resize": 3}"#, "do_resize"), ("{", "JSON"),
    ])
    func wrongConfigurationsGetASentence(_ json: String, _ key: String) throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "preprocessor_config.json")
        try Data(json.utf8).write(to: url)
        let error = try #require(failure { _ = try ImageSettingsFile.read(in: folder) })
        #expect(error.kind == .damaged && error.description.hasPrefix(url.path))
        #expect(error.description.contains(key), "\(error)")
    }

    @Test func aStripIsNotBlownUp() {
        let strip = Image(width: 16_000, height: 1, color: .zero)
        #expect(failure { _ = try CLIPPreprocessing().tensor([strip]) }?.kind == .damaged)
        #expect(failure { _ = try TamingPreprocessing(side: 256).tensor([strip]) }?.kind == .damaged)
    }

    @Test func tamingHalvesByAveragingAndCropsTheMiddle() throws {
        // 4×2 pixels of two greys a block: the shorter side 2 becomes 1, the middle of two columns starts at ⌊1/2⌋ = 0.
        let greys: [UInt8] = [10, 30, 50, 70, 20, 40, 60, 80]
        let image = Image(width: 4, height: 2, pixels: greys.flatMap { [$0, $0, $0] })
        let halved = try TamingPreprocessing(side: 1).prepared(image)
        #expect(halved == Image(width: 1, height: 1, color: .init(repeating: 25)))
        let tensor = try TamingPreprocessing(side: 1).tensor([image, image])
        #expect(tensor.shape == [2, 1, 1, 3])
        #expect(tensor.floats == [Float](repeating: Float(25 / 127.5 - 1), count: 6))
        let grown = try TamingPreprocessing(side: 8).prepared(image)
        #expect(
            grown
                == image.resized(width: 16, height: 8, filter: .bilinear)
                .cropped(left: 4, top: 0, width: 8, height: 8))
    }
}
