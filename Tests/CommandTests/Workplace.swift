import Foundation
import SynCheckpoints
import SynTensors
import TestSupport

/// A temporary folder in which commands are tried on the models of `Weights/`.
struct Workplace: ~Copyable {
    let folder: URL

    init() throws { folder = try Fixture.temporaryFolder().resolvingSymlinksInPath() }

    deinit { try? FileManager.default.removeItem(at: folder) }

    static func weights(_ name: String) -> String { Fixture.package.appending(path: "Weights/\(name)").path }

    /// Whether these models are there: a clone without them skips what needs them.
    static func has(_ models: String...) -> Bool {
        models.allSatisfy { FileManager.default.fileExists(atPath: weights($0) + "/model.safetensors") }
    }

    static let absent = "a model is not in Weights/; train it with: synesthesia pretrain MODEL"

    static let captions = [
        "The woman has wavy hair, brown hair, and pointy nose. She is wearing heavy makeup.",
        "This man is bald and has a beard.", "She is smiling, and young.",
        "The person has eyeglasses, and gray hair.", "He wears a hat.", "A face.",
        "This attractive woman has blond hair, arched eyebrows, and high cheekbones. She wears lipstick.",
    ]

    subscript(_ name: String) -> URL { folder.appending(path: name) }

    func path(_ name: String) -> String { self[name].path }

    /// Writes a text and gives its path.
    func file(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: self[name])
        return path(name)
    }

    func captionFile(_ captions: [String] = captions) throws -> String {
        try file("captions.txt", captions.joined(separator: "\n") + "\n")
    }

    func tensor(_ name: String, in file: String) throws -> Tensor { try SafetensorsFile(self[file]).tensor(name) }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: self[name]) }

    func names(_ folder: String) throws -> [String] {
        // Every folder that a command fills has these two.
        try FileManager.default.contentsOfDirectory(atPath: path(folder)).filter {
            ![".lock", ".checksums"].contains($0)
        }.sorted()
    }

    /// A copy of a model's folder that a test may spoil.
    func copy(_ model: String) throws -> URL {
        let copy = self["copy-of-\(model)"]
        try FileManager.default.copyItem(at: URL(filePath: Self.weights(model)), to: copy)
        return copy
    }

    /// An adapter with numbers of no meaning, but the right shapes: from `size` numbers to K prefix tokens.
    func adapter(from size: Int, width: Int, prefixTokens: Int = 1) throws -> String {
        try FileManager.default.createDirectory(at: self["adapter"], withIntermediateDirectories: true)
        var stream = RandomStream(seed: 5, purpose: "adapter", index: 0)
        let rows = prefixTokens * width
        try writeSafetensors(
            [
                (
                    "text2image.0.weight",
                    Tensor((0..<rows * size).map { _ in 0.3 * stream.normal() }, shape: [rows, size])
                ),
                ("text2image.0.bias", Tensor((0..<rows).map { _ in 0.1 * stream.normal() }, shape: [rows])),
            ], to: self["adapter/adapter.safetensors"])
        return path("adapter")
    }
}

extension CommandRun {
    /// The output as a JSON object.
    var object: [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any]
    }
}
