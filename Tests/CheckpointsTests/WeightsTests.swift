import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

@Suite struct WeightsTests {
    private let given: [String: Tensor] = [
        "encoder.layer.0.weight": Tensor([1, 2, 3, 4.001, 5, 6], shape: [2, 3]),
        "encoder.layer.0.bias": Tensor([7, 8.001], shape: [2]),
        "encoder.layer.1.weight": Tensor([1.5, 2, 3, 4, 5, 6], shape: [2, 3]),
        "position_ids": Tensor([Int32(0), 1], shape: [2]),
    ]

    private func sentence(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    @Test func pathsAndSameTensorTwice() throws {
        let weights = Weights(tensors: given, trainable: true)
        let layer = weights.scope["encoder", "layer", 0]
        #expect(layer.path == "encoder.layer.0")
        let first = try layer.matrix("weight", [2, 3])
        let second = try weights.scope["encoder"].tensor("layer.0.weight", [2, 3], initially: .zeros)
        let loss = (first * second).sum()   // one parameter, used twice: d(w·w)/dw = 2w
        #expect(gradients(of: loss, for: [first])[0].floats == [2, 4, 6, 8.002, 10, 12])
        #expect(weights.scope.has("encoder.layer.1") && weights.scope.has("encoder.layer.1.weight"))
        #expect(!weights.scope.has("encoder.layer.1.bias") && !weights.scope.has("encoder.lay"))
    }

    @Test func errorsNameEverything() throws {
        let weights = Weights(tensors: given)
        let layer = weights.scope["encoder", "layer", 0]
        let missing = sentence { _ = try layer.tensor("wieght", [2, 3], initially: .zeros) }
        #expect(missing.contains("no tensor encoder.layer.0.wieght, did you mean encoder.layer.0.weight or"))
        let wrong = sentence { _ = try layer.tensor("weight", [3, 2], initially: .zeros) }
        #expect(wrong.contains("encoder.layer.0.weight has the shape [2, 3], but the model's settings ask for [3, 2]"))
        let whole = sentence { _ = try weights.scope.tensor("position_ids", [2], initially: .zeros) }
        #expect(whole.contains("position_ids holds whole numbers"))
        _ = try layer.matrix("weight", [2, 3])
        let again = sentence { _ = try layer.matrix("weight", [6]) }
        #expect(again.contains("[2, 3]") && again.contains("[6]"))
        let unread = sentence { try weights.finish(ignoring: ["*.position_ids", "encoder.layer.0.*"]) }
        // position_ids stands beside what was read, and is only remarked.
        #expect(unread.contains("1 tensor that the model does not use: encoder.layer.1.weight"))
        try weights.finish(ignoring: ["position*", "encoder.*.1.weight", "*bias"])
    }

    @Test func precision() throws {
        let narrow = Weights(tensors: given, precision: .bfloat16).scope["encoder", "layer", 0]
        #expect(try narrow.matrix("weight", [2, 3]).elementType == .bfloat16)
        #expect(try narrow.tensor("weight", [2, 3], initially: .zeros).elementType == .float32)
        #expect(try narrow.tensor("bias", [2], initially: .zeros).floats == [7, 8.001])
        #expect(narrow.weights.all.map(\.name) == ["encoder.layer.0.weight", "encoder.layer.0.bias"])
        #expect(narrow.weights.all.first?.tensor.elementType == .float32)
        let trained = Weights(tensors: given, precision: .bfloat16, trainable: true).scope["encoder", "layer", 0]
        #expect(try trained.matrix("weight", [2, 3]).elementType == .float32)
    }

    @Test func freshWeightsDependOnSeedAndNameOnly() throws {
        func make(_ seed: UInt64, _ names: [String]) throws -> [String: [Float]] {
            let weights = Weights(fresh: seed)
            for name in names { _ = try weights.scope["a"].matrix(name, [4, 100]) }
            return Dictionary(uniqueKeysWithValues: weights.parameters.map { ($0.name, $0.tensor.floats) })
        }
        let forward = try make(3, ["x", "y"])
        #expect(try make(3, ["y", "x"]) == forward)
        #expect(try make(4, ["x", "y"])["a.x"] != forward["a.x"])
        #expect(forward["a.x"] != forward["a.y"])
        #expect(forward.values.joined().allSatisfy { abs($0) <= 0.1 })   // 1/√fanIn
        #expect(forward.values.joined().contains { abs($0) > 0.09 })
    }

    @Test func initialDistributions() throws {
        let scope = Weights(fresh: 1).scope
        func deviation(_ name: String, _ initially: Initialisation) throws -> Double {
            let values = try scope.matrix(name, [100, 20, 5], initially: initially).floats.map(Double.init)
            let mean = values.reduce(0, +) / Double(values.count)
            #expect(abs(mean) < 0.03)
            return (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)).squareRoot()
        }
        // fanIn 100, fanOut 500; a uniform distribution within ±b deviates by b/√3.
        #expect(abs(try deviation("n", .normal(deviation: 0.5)) - 0.5) < 0.015)
        #expect(abs(try deviation("u", .uniform(bound: 0.6)) - 0.6 / 3.0.squareRoot()) < 0.01)
        #expect(abs(try deviation("k", .kaimingNormal(slope: 0)) - 0.02.squareRoot()) < 0.005)
        #expect(abs(try deviation("d", .torchDefault) - 0.1 / 3.0.squareRoot()) < 0.002)
        #expect(abs(try deviation("x", .xavierUniform) - (2.0 / 600).squareRoot()) < 0.002)
        #expect(try scope.tensor("c", [3], initially: .constant(2.5)).floats == [2.5, 2.5, 2.5])
    }

    @Test func statisticsAreSavedButNotMoved() throws {
        let weights = Weights(fresh: 1)
        _ = try weights.scope.statistics("running_mean", [3], initially: .zeros)
        _ = try weights.scope.tensor("weight", [3], initially: .ones)
        #expect(!weights.scope.has("head") && weights.scope.has("head", whenFresh: true))
        #expect(weights.parameters.map(\.name) == ["weight"])
        #expect(weights.all.map(\.name) == ["running_mean", "weight"])
    }

    @Test func foldersAndParts() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(sentence { _ = try Weights(reading: folder) }.contains("has no model.safetensors"))
        try writeSafetensors([("a", Tensor(1))], to: folder.appending(path: "one.safetensors"))
        try writeSafetensors([("b", Tensor(2))], to: folder.appending(path: "two.safetensors"))
        let index = folder.appending(path: "model.safetensors.index.json")
        try Data(#"{"metadata":{"total_size":8},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}"#.utf8)
            .write(to: index)
        let weights = try Weights(reading: folder)
        #expect(try weights.scope.tensor("b", [], initially: .zeros).item == 2)
        #expect(sentence { try weights.finish() } == "no error")   // a stands beside b
        try Data(#"{"weight_map":{"a":"two.safetensors"}}"#.utf8).write(to: index)
        #expect(sentence { _ = try Weights(reading: folder) }.contains("the tensor a stands in two.safetensors, but"))
        try Data(#"{"weight_map":{"a":"../one.safetensors"}}"#.utf8).write(to: index)
        #expect(sentence { _ = try Weights(reading: folder) }.contains("not a safetensors file beside it"))
    }
}
