import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// Which file of a folder is read, and how strictly parts must fit their index.
@Suite struct CheckpointFolders {
    private func folder(_ body: (URL) throws -> Void) throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func opened(_ folder: URL) throws -> String {
        try CheckpointContents(of: folder).files.map(\.name).joined(separator: " ")
    }

    @Test func theFirstOfItsKind() throws {
        try folder { folder in
            func put(_ fixture: String, as name: String) throws {
                try FileManager.default.copyItem(
                    at: Fixture.url("checkpoints/\(fixture)"), to: folder.appending(path: name))
            }
            #expect(sentence { _ = try opened(folder) }.contains("has no model.safetensors"))
            for name in ["optimizer.pt", "rng_state_0.pth", "training_args.bin", ".hidden.pt"] {
                try put("little.pt", as: name)
            }
            #expect(sentence { _ = try opened(folder) }.contains("has no model.safetensors"))
            try put("script.pt", as: "ViT-B-32.pt")
            #expect(try opened(folder) == "ViT-B-32.pt")
            try put("parallel.pth", as: "weights.pth")
            #expect(try opened(folder) == "weights.pth")
            try put("lightning.ckpt", as: "last.ckpt")
            #expect(try opened(folder) == "last.ckpt")
            try put("lightning.ckpt", as: "best.ckpt")
            #expect(sentence { _ = try opened(folder) }.contains("several checkpoints: best.ckpt, last.ckpt"))
            try put("views-legacy.pt", as: "pytorch_model.bin")
            #expect(try opened(folder) == "pytorch_model.bin")
            try put("every-format.safetensors", as: "model.safetensors")
            #expect(try opened(folder) == "model.safetensors")
        }
    }

    private func index(_ map: [String: String], _ name: String, in folder: URL) throws {
        let object: [String: Any] = ["metadata": ["total_size": 8], "weight_map": map]
        try JSONSerialization.data(withJSONObject: object).write(to: folder.appending(path: name))
    }

    @Test func partsMustFitTheirIndex() throws {
        try folder { folder in
            let name = "model.safetensors.index.json"
            func refusal(_ map: [String: String]) throws -> String {
                try index(map, name, in: folder)
                return sentence { _ = try Weights(reading: folder) }
            }
            try writeSafetensors([("a", Tensor(1))], to: folder.appending(path: "one.safetensors"))
            try writeSafetensors([("b", Tensor(2)), ("a", Tensor(3))], to: folder.appending(path: "two.safetensors"))
            try writeSafetensors([("b", Tensor(2))], to: folder.appending(path: "three.safetensors"))
            #expect(try refusal(["a": "one.safetensors", "b": "three.safetensors"]) == "no error")
            #expect(try opened(folder) == "one.safetensors three.safetensors")
            #expect(try opened(folder.appending(path: name)) == "one.safetensors three.safetensors")
            let twice = try refusal(["a": "one.safetensors", "b": "two.safetensors"])
            #expect(twice.contains("The tensor a stands in both") && twice.contains("two.safetensors"))
            let absent = try refusal(["a": "one.safetensors", "b": "one.safetensors"])
            #expect(absent.contains("the tensor b stands in one.safetensors, but it does not"))
            let missing = try refusal(["a": "one.safetensors", "b": "four.safetensors"])
            #expect(missing.contains("names the part four.safetensors, but it is not there"))
            #expect(try refusal(["a": "../one.safetensors"]).contains("which is not a safetensors file beside it"))
            try Data("{\"weight_map\": 3}".utf8).write(to: folder.appending(path: name))
            #expect(sentence { _ = try Weights(reading: folder) }.contains("no readable weight_map"))
        }
    }

    @Test func partsOfPyTorch() throws {
        try folder { folder in
            for (fixture, part) in [
                ("little.pt", "pytorch_model-00001-of-00002.bin"), ("old-view.pt", "pytorch_model-00002-of-00002.bin"),
            ] {
                try FileManager.default.copyItem(
                    at: Fixture.url("checkpoints/\(fixture)"), to: folder.appending(path: part))
            }
            let map = ["a": "pytorch_model-00001-of-00002.bin", "whole": "pytorch_model-00002-of-00002.bin"]
            try index(
                map.merging(["part": "pytorch_model-00002-of-00002.bin"]) { $1 }, "pytorch_model.bin.index.json",
                in: folder)
            let contents = try CheckpointContents(of: folder)
            #expect(contents.tensors.map(\.name).sorted() == ["a", "part", "whole"])
            #expect(contents.files.map(\.format) == [.torchZip, .torchLegacy])
        }
    }
}
