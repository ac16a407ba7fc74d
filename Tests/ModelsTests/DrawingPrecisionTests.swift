import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

/// What drawing with BFloat16 weights, or with weights rounded to whole numbers, does to the decoder in `Weights`: the
/// logits of every step of pictures that the Float32 decoder drew.
@Suite(.enabled(if: SkinnyWeight.isAvailable, "this processor has no BFloat16 products"))
struct DrawingPrecisionTests {
    static let pictures = 16

    private func folder() -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Weights/decoder")
    }

    /// Tokens drawn by the Float32 model, and its logits at each step.
    private func drawn(_ decoder: ImageDecoder) throws -> (tokens: [[Int32]], logits: [[Float]]) {
        let sampler = try TokenSampler(topK: 250)
        var streams = (0..<Self.pictures).map { RandomStream(seed: 2, purpose: "drawn", index: $0) }
        let transformer = CachedTransformer(decoder.transformer)
        let cache = transformer.cache(batch: Self.pictures)
        var newest = [Int32](repeating: decoder.configuration.startTokens[0], count: Self.pictures)
        var (tokens, logits) = ([newest], [[Float]]())
        for _ in 0..<decoder.configuration.tokensPerImage {
            let step = transformer.next(tokens: Tensor(newest, shape: [Self.pictures]), cache: cache).floats
            let width = step.count / Self.pictures
            for i in 0..<Self.pictures {
                newest[i] = try sampler.draw(from: Array(step[i * width..<(i + 1) * width]), &streams[i])
            }
            tokens.append(newest)
            logits.append(step)
        }
        return (tokens, logits)
    }

    private func largestPlaces(_ logits: [Float]) -> [Int32] {
        Tensor(logits, shape: [Self.pictures, logits.count / Self.pictures]).argmax().integers
    }

    @Test func narrowWeightsDrawNearlyTheSame() throws {
        let exact = try ImageDecoder(folder: folder())
        let (tokens, expected) = try drawn(exact)
        let narrow = try ImageDecoder(folder: folder(), precision: .bfloat16)
        let whole = CachedTransformer(narrow.transformer, roundingToInt8: true)
        let error = try #require(whole.roundingError)
        #expect(error > 0.001 && error < 0.02)
        // At a step of a real picture the best tokens are often nearly tied, and a tie falls either way.
        for (name, model, tolerance, share) in [
            ("bf16", CachedTransformer(narrow.transformer), 0.02, 0.97), ("int8", whole, 0.03, 0.96),
        ] {
            let cache = model.cache(batch: Self.pictures)
            var (worst, same, total, mean) = (0.0, 0, 0, 0.0)
            for (step, logits) in expected.enumerated() {
                let found = model.next(tokens: Tensor(tokens[step], shape: [Self.pictures]), cache: cache).floats
                let closeness = Closeness(found, logits)
                #expect(closeness.finite)
                worst = max(worst, closeness.relativeToScale)
                mean += zip(found, logits).reduce(0) { $0 + Double(abs($1.0 - $1.1)) } / Double(found.count)
                same += zip(largestPlaces(found), largestPlaces(logits)).count { $0 == $1 }
                total += Self.pictures
            }
            print(
                "drawing in \(name): logits within \(worst) of their scale, \(mean / Double(expected.count)) off in "
                    + "the mean, "
                    + "\(same) of \(total) greedy tokens equal")
            #expect(worst < tolerance && worst > 1e-5)
            #expect(Double(same) >= share * Double(total))
        }
        print("int8 weights are off by \(error) of their size")
    }
}

/// The way back through frozen BFloat16 weights, on any class of processor.
@Suite struct HalfPrecisionGradientTests {
    /// The prefix's gradient is Float32's but for rounding.
    @Test func prefixGradient() throws {
        let shape = ImageTransformerConfiguration(
            vocabularySize: 50, blockSize: 18, layerCount: 2, headCount: 4, width: 64)
        let fresh = Weights(fresh: 7, trainable: false)
        _ = try ImageTransformer(fresh.scope, shape)
        let tensors = Dictionary(
            uniqueKeysWithValues: fresh.all.map { name, tensor -> (String, Tensor) in
                var stream = RandomStream(seed: 3, purpose: "test weights " + name)
                let noise = Tensor.normal(tensor.shape, deviation: 0.15, &stream)
                return (name, name.contains("ln") && name.hasSuffix("weight") ? noise + 1 : noise)
            })
        func gradient(_ precision: Precision) throws -> [Float] {
            let transformer = try ImageTransformer(Weights(tensors: tensors, precision: precision).scope, shape)
            var stream = RandomStream(seed: 2, purpose: "test prefix")
            let prefix = Tensor.normal([2, 1, 64], &stream).asParameter()
            let tokens = Tensor((0..<34).map { Int32($0 * 7 % 50) }, shape: [2, 17])
            let logits = transformer.logits(
                tokens: ImageTransformer.teacherInput(tokens, start: [0]), prefix: prefix)
            return gradients(of: logits.crossEntropy(tokens), for: [prefix])[0].floats
        }
        let (exact, rounded) = (try gradient(.float32), try gradient(.bfloat16))
        let error = relativeError(rounded, exact)
        print("gradient of a prefix in bfloat16: relative error \(error)")
        #expect(error < 4e-2, "rounding explains about 1.7e-2")
    }
}
