import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// Files written by PyTorch itself hold, bit for bit, what PyTorch says they hold.
@Suite struct TorchFiles {
    static let written = [
        "views.pt", "views-protocol-5.pt", "views-legacy.pt", "views-zip64.pt", "little.pt", "big-endian.pt",
        "old-view.pt",
        "lightning.ckpt", "parallel.pth", "module.pth", "script.pt", "traced.pt", "nested.pt",
    ]

    @Test(arguments: written) func tensorsAreThoseThatWereWritten(file: String) throws {
        let expected = try SafetensorsFile(Fixture.url("checkpoints/expected.safetensors"))
        let names = expected.names.filter { $0.hasPrefix(file + "/") }
        let contents = try CheckpointContents(of: Fixture.url("checkpoints/\(file)"))
        #expect(contents.tensors.map { file + "/" + $0.name }.sorted() == names.sorted())
        let weights = try Weights(reading: Fixture.url("checkpoints/\(file)"))
        var numbers = 0
        for name in names {
            let stored = try expected.tensor(name)
            let own = String(name.dropFirst(file.count + 1))
            let isWhole = stored.elementType == .int32
            let read =
                try isWhole
                ? weights.scope.integers(own, stored.shape) : weights.scope.tensor(own, stored.shape, initially: .zeros)
            #expect(read.shape == stored.shape && read.elementType == stored.elementType)
            #expect(
                read.floats.map(\.bitPattern) == stored.floats.map(\.bitPattern),
                "\(name): \(Closeness(read.floats, stored.floats))")
            numbers += read.count
        }
        try weights.finish()
        print("\(file): \(names.count) tensors, \(numbers) numbers, every bit the same")
    }

    @Test func formatsAreToldFromTheContent() throws {
        func format(_ name: String) throws -> CheckpointFormat? {
            try CheckpointContents(of: Fixture.url("checkpoints/\(name)")).files.first?.format
        }
        #expect(try format("views.pt") == .torchZip)
        #expect(try format("views-legacy.pt") == .torchLegacy)
        #expect(try format("script.pt") == .torchScript)
        #expect(try format("every-format.safetensors") == .safetensors)
    }

    @Test func aLightningCheckpointIsMoreThanItsModel() throws {
        let contents = try CheckpointContents(of: Fixture.url("checkpoints/lightning.ckpt"))
        #expect(contents.otherTensorCount == 4)   // three of the optimiser, one of a callback
        let expected = [
            "argparse.Namespace", "omegaconf.dictconfig.DictConfig", "omegaconf.nodes.AnyNode", "__main__.Stage",
        ]
        #expect(Set(contents.uncalled).isSuperset(of: expected), "\(contents.uncalled)")
        #expect(contents.hostile.isEmpty && !contents.uncalled.contains("_codecs.encode"))
        #expect(contents.commonPrefix == "")
    }

    @Test(arguments: ["hostile.pt", "hostile-legacy.pt"]) func nothingIsEverRun(file: String) throws {
        let url = Fixture.url("checkpoints/\(file)")
        let contents = try CheckpointContents(of: url)
        #expect(contents.hostile == ["posix.system"] && contents.uncalled == ["posix.system"])
        #expect(contents.tensors.map(\.name) == ["weight"])
        let refusal = sentence { _ = try Weights(reading: url) }
        #expect(refusal.contains("\(file) asks to call posix.system when it is unpickled"))
        #expect(!FileManager.default.fileExists(atPath: "/tmp/synesthesia-was-here"))
    }

    @Test(arguments: [
        ("deflated.pt", "has the entry little/data.pkl compressed"),
        ("not-torch.pkl", "is a pickle, but not one of torch.save"),
    ]) func otherFilesAreNamed(file: String, piece: String) throws {
        let refusal = sentence { _ = try Weights(reading: Fixture.url("checkpoints/\(file)")) }
        #expect(refusal.contains(piece), "\(refusal)")
    }

    @Test(arguments: [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS pointer"),
        ("<!DOCTYPE html><html>", "a web page"),
        ("PK\u{3}\u{4}and nothing", "has no directory at its end"),
        ("", "less than the eight"),
    ]) func whatIsFoundInPlaceOfACheckpoint(text: String, piece: String) throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "model.bin")
        try Data(text.utf8).write(to: url)
        let refusal = sentence { _ = try Weights(reading: url) }
        #expect(refusal.contains(piece) && refusal.contains("model.bin"), "\(refusal)")
    }
}

/// What an error says, or "no error".
func sentence(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch { return "\(error)" }
}
