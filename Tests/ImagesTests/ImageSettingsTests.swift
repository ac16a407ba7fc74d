import Foundation
import SynImages
import SynTensors
import TestSupport
import Testing

/// Image settings in the shapes in which models' folders have them.
@Suite struct ImageSettingsTests {
    private struct Reference5: Decodable {
        struct Case: Decodable {
            let name: String
            let files: [String: String]
            let shape: [Int]
            let values: Data
        }
        let source: PackedImage
        let cases: [Case]
    }

    private func settings(_ files: [String: String]) throws -> CLIPPreprocessing? {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        do {
            return try ImageSettingsFile.read(in: folder)
        } catch let error as ImageError {
            throw ImageError(error.kind, error.description.replacing(folder.path + "/", with: ""))
        }
    }

    @Test func everyShapeEqualsTransformers() throws {
        let reference: Reference5 = try Reference.read("settings")
        #expect(reference.cases.count == 18)
        for one in reference.cases {
            let tensor = try #require(try settings(one.files)).tensor([reference.source.image])
            #expect(tensor.shape == [1] + one.shape, "\(one.name)")
            let closeness = Closeness(tensor.floats, Reference.floats(one.values))
            print("\(one.name): \(closeness)")
            #expect(closeness.sameCount && closeness.largestAbsolute == 0, "\(one.name)")
        }
    }

    @Test(arguments: ["bicubic", "BICUBIC", "PILImageResampling.BICUBIC", "InterpolationMode.BICUBIC", "3"])
    func resamplingByName(_ name: String) throws {
        let found = try settings(["preprocessor_config.json": #"{"resample": "\#(name)"}"#])
        #expect(found?.filter == .bicubic)
    }

    @Test func noFileIsNoSettings() throws {
        #expect(try settings([:]) == nil)
        #expect(try settings(["processor_config.json": #"{"processor_class": "CLIPProcessor"}"#]) == nil)
        #expect(try settings(["processor_config.json": #"{"image_processor": null}"#]) == nil)
    }

    @Test func openCLIPFoldersAlone() throws {
        let file = """
            {"model_cfg": {"vision_cfg": {"image_size": 32}}, "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25],
             "interpolation": "bilinear", "resize_mode": "squash"}}
            """
        let found = try #require(try settings(["open_clip_config.json": file]))
        #expect(
            found.size == .exactly(width: 32, height: 32) && found.filter == .bilinear
                && found.cropRounding == .toNearestOrEven)
        #expect(found.normalisation == .init(mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25]))
        let plain = try settings([
            "open_clip_config.json": #"{"model_cfg": {"vision_cfg": {"image_size": 32}}, "preprocess_cfg": {}}"#
        ])
        #expect(plain == .openAI(size: 32))
        #expect(try settings(["open_clip_config.json": #"{"model_cfg": {}}"#]) == nil)
        #expect(try settings(["open_clip_config.json": file, "preprocessor_config.json": "{}"]) == CLIPPreprocessing())
    }

    @Test(arguments: [
        (#"{"size": 0}"#, #""size": a size is a number"#),
        (#"{"size": {"longest_edge": 4}}"#, #""size": a size is a number"#),
        (#"{"size": {"shortest_edge": 4, "longest_edge": 9}}"#, #""size": a size is a number"#),
        (#"{"size": 1e12}"#, #""size": a size is a number"#), (#"{"size": [1, 2, 3]}"#, #""size": a size is a number"#),
        (#"{"crop_size": {"shortest_edge": 4}}"#, #""crop_size": a size is a number"#),
        (#"{"resample": 0}"#, #""resample": resampling 0 is not supported"#),
        (#"{"resample": "nearest"}"#, "resampling nearest"),
        (#"{"image_std": [1, 0, 1]}"#, "none of them 0"), (#"{"image_mean": [1]}"#, "three numbers are needed"),
        (#"{"do_pad": true}"#, "cannot be padded"), (#"{"do_resize": "yes"}"#, "do_resize"),
        (#"{"image_processor_type": "BlipImageProcessor"}"#, "BlipImageProcessor is not one that is read here"),
        ("[]", "preprocessor_config.json"), ("{", "preprocessor_config.json"),
    ])
    func whatCannotBeDoneIsRefused(_ file: String, _ words: String) throws {
        let error = try #require(failure { _ = try settings(["preprocessor_config.json": file]) })
        #expect(error.kind == .damaged && error.description.contains(words), "\(error)")
        let nested = try #require(
            failure { _ = try settings(["processor_config.json": #"{"image_processor": \#(file)}"#]) })
        #expect(nested.kind == .damaged && nested.description.hasPrefix("processor_config.json: "), "\(nested)")
    }
}
