import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

private enum FullSize {
    static let folder = ProcessInfo.processInfo.environment["SYNESTHESIA_FULL_SIZE"].map { URL(filePath: $0) }

    /// Whether it was made last; the others are skipped.
    static func isMade(_ name: String) -> Bool {
        folder.map { FileManager.default.fileExists(atPath: $0.appending(path: "\(name)/expected.safetensors").path) }
            ?? false
    }
}

extension Trait where Self == ConditionTrait {
    fileprivate static func made(_ names: String...) -> Self {
        .enabled(if: names.contains(where: FullSize.isMade), "\(names.joined(separator: ", ")) was not made")
    }
}

/// Models of the published sizes against their references. `Scripts/full-size-parity` makes one checkpoint after
/// another and runs the test of its name; without its folder all are skipped.
@Suite(.enabled(if: FullSize.folder != nil, "needs gigabytes: run Scripts/full-size-parity"), .serialized)
struct FullSizeTests {
    private func fixture(_ name: String) throws -> ModelFixture {
        try ModelFixture(folder: #require(FullSize.folder).appending(path: name))
    }

    /// Prints one line for each precision: what, the largest error, the worst layer. In BFloat16 our arithmetic may add
    /// 2e-2 to what rounding the weights alone does in exact arithmetic, which the fixture tells.
    private func report(
        _ fixture: ModelFixture, _ precision: Precision, _ parts: [(name: String, values: [Float], reference: [Float])]
    ) {
        var worst = (name: "", error: 0.0)
        var rest = ""
        for part in parts {
            let closeness = Closeness(part.values, part.reference)
            func stored(_ kind: String) -> Double {
                ((try? fixture.floats("\(kind).\(part.name)"))?.first).map(Double.init) ?? 0
            }
            let limit = precision == .float32 ? 1e-4 : 2e-2 + stored("weights")
            #expect(closeness.within(limit), "\(part.name): \(closeness)")
            guard closeness.relativeToScale >= worst.error else { continue }
            worst = (part.name, closeness.relativeToScale)
            rest = String(
                format: ", PyTorch's own there %.1e, from the weights alone %.1e", stored("autocast"), stored("weights")
            )
        }
        let bits = precision == .float32 ? "f32" : "bf16"
        print(
            "full size: \(fixture.folder.lastPathComponent) \(bits): \(parts.count) arrays, largest error "
                + "\(String(format: "%.1e", worst.error)) (\(worst.name))"
                + (precision == .float32 ? "" : rest))
    }

    private func states(
        _ fixture: ModelFixture, _ states: [Tensor], _ prefix: String, padded: Bool = true
    ) throws -> [(name: String, values: [Float], reference: [Float])] {
        try states.enumerated().map { layer, state in
            let reference = try fixture.expected.tensor("\(prefix).\(layer)")
            return padded
                ? ("\(prefix).\(layer)", try fixture.real(state), try fixture.real(reference))
                : ("\(prefix).\(layer)", state.floats, reference.floats)
        }
    }

    @Test(.made("bert-large"), arguments: [Precision.float32, .bfloat16]) func bertLarge(precision: Precision) throws {
        let fixture = try fixture("bert-large")
        let model = try BERT(folder: fixture.folder, precision: precision)
        let ids = try fixture.ids()
        let pooled = try model.captionVectors(ids: ids, pooling: .pooler).floats
        report(
            fixture, precision,
            try states(fixture, model.hiddenStates(ids: ids), "hidden") + [("pooled", pooled, fixture.floats("pooled"))]
        )
    }

    @Test(.made("clip-large-336"), arguments: [Precision.float32, .bfloat16]) func clipLarge(
        precision: Precision
    ) throws {
        let fixture = try fixture("clip-large-336")
        let model = try CLIP(folder: fixture.folder, precision: precision)
        let ids = try fixture.ids()
        let images = try fixture.expected.tensor("images").channelsLast
        report(
            fixture, precision,
            try states(fixture, model.text.hiddenStates(ids: ids), "hidden")
                + states(fixture, model.vision.hiddenStates(images), "seen", padded: false)
                + [
                    ("text_embeds", model.embed(ids: ids).floats, fixture.floats("text_embeds")),
                    ("image_embeds", model.embed(images: images).floats, fixture.floats("image_embeds")),
                ])
    }

    @Test(.made("transformer"), arguments: [Precision.float32, .bfloat16]) func imageTransformer(
        precision: Precision
    ) throws {
        let fixture = try fixture("transformer")
        let shape = ImageTransformerConfiguration(
            vocabularySize: 1024, blockSize: 512, layerCount: 24, headCount: 16, width: 1664)
        let weights = try Weights(reading: fixture.folder, precision: precision)
        let model = try ImageTransformer(weights.scope["transformer"], shape)
        try weights.finish()
        let logits = try model.logits(
            tokens: fixture.expected.tensor("tokens"), prefix: fixture.expected.tensor("prefix"))
        let reference = try fixture.expected.tensor("logits")
        report(fixture, precision, [("logits", logits.floats, reference.floats)])
        let same = zip(logits.argmax().integers, reference.argmax().integers).count { $0 == $1 }
        let theirs = try fixture.expected.tensor("autocast.greedy").integers[0]
        print(
            "full size: transformer \(precision == .float32 ? "f32" : "bf16"): \(same) of 512 greedy tokens agree"
                + (precision == .float32 ? "" : ", of PyTorch's own in bf16 \(theirs)"))
        #expect(same >= (precision == .float32 ? 512 : min(507, Int(theirs))))
    }

    @Test(.made("vqgan-1024", "vqgan-16384"), arguments: ["vqgan-1024", "vqgan-16384"].filter(FullSize.isMade))
    func vqgan(name: String) throws {
        let fixture = try fixture(name)
        let model = try VQGAN(folder: fixture.folder)
        let latents = model.latents(of: try fixture.expected.tensor("images"))
        let tokens = try fixture.expected.tensor("tokens")
        let own = model.quantised(latents).tokens
        report(
            fixture, .float32,
            [
                ("latents", latents.floats, try fixture.floats("latents")),
                ("pixels", model.images(fromTokens: tokens).floats, try fixture.floats("pixels")),
            ])
        let same = zip(own.integers, tokens.integers).count { $0 == $1 }
        print("full size: \(name) f32: \(same) of 512 tokens equal")
        #expect(same == 512)
    }
}
