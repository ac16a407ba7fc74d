import Foundation
import SynCheckpoints
import SynModels
import SynProbe
import SynTensors

/// The device's numbers against the CPU's.
struct Parity {
    let device: any Device
    let findings: Findings

    /// A small transformer of unusual sizes, heads of 104 as the published one's.
    func small() throws {
        for (width, heads, layers) in [(208, 2, 3), (96, 3, 2), (64, 8, 1)] {
            let shape = ImageTransformerConfiguration(
                vocabularySize: 301, blockSize: 70, layerCount: layers, headCount: heads, width: width)
            try compare(RandomTransformer(shape, seed: 3, deviation: 0.1), batch: 5, count: 69, "small \(width)")
        }
    }

    /// The published sizes.
    func full(_ random: RandomTransformer) throws { try compare(random, batch: 2, count: 256, "full") }

    private func compare(_ random: RandomTransformer, batch: Int, count: Int, _ part: String) throws {
        let tokens = Self.tokens(batch, count, below: random.shape.vocabularySize)
        let input = ImageTransformer.teacherInput(tokens, start: [0])
        var stream = RandomStream(seed: 4, purpose: "prefix")
        let prefix = Tensor.normal([batch, 1, random.shape.width], &stream)
        func results(_ transformer: ImageTransformer) throws -> (logits: Tensor, loss: Float, gradient: [Float]) {
            let prefix = prefix.asParameter()
            let logits = transformer.logits(tokens: input, prefix: prefix)
            let loss = logits.crossEntropy(tokens)
            let gradient = gradients(of: loss, for: [prefix])[0].floats
            try device.check()
            return (logits.detached.moved(to: nil), loss.item, gradient)
        }
        let truth = try results(random.transformer(.float32))
        for (precision, bound, name) in [(Precision.float32, 1e-4, "f32"), (.bfloat16, 2e-2, "bf16")] {
            let ours = try results(random.transformer(precision, on: device))
            findings.note(part, "\(name) logits", relativeError(ours.logits.floats, truth.logits.floats), atMost: bound)
            findings.note(part, "\(name) loss", Double(abs(ours.loss - truth.loss) / truth.loss), atMost: bound)
            findings.note(part, "\(name) prefix gradient", relativeError(ours.gradient, truth.gradient), atMost: bound)
            noteGreedy(part, name, ours.logits, truth.logits)
        }
    }

    /// How many places have the same likeliest token, of all and of those where the two likeliest are further apart than
    /// four times the error: elsewhere either is as right.
    private func noteGreedy(_ part: String, _ name: String, _ ours: Tensor, _ truth: Tensor) {
        let (a, b, classes) = (ours.floats, truth.floats, truth.size(-1))
        let squares = zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        let error = Float((squares / Double(a.count)).squareRoot())
        let (left, right) = (ours.argmax().integers, truth.argmax().integers)
        var (same, clear, sameWhereClear) = (0, 0, 0)
        for place in right.indices {
            let row = b[place * classes..<(place + 1) * classes]
            let best = row[place * classes + Int(right[place])]
            let isClear = row.lazy.filter { $0 > best - 4 * error }.count == 1
            if left[place] == right[place] { same += 1 }
            if isClear { clear += 1 }
            if isClear, left[place] == right[place] { sameWhereClear += 1 }
        }
        findings.note(
            part, "\(name) greedy tokens that agree, %", 100 * Double(same) / Double(right.count), unit: "")
        findings.note(
            part, "\(name) the same where it is no near tie (\(right.count - clear) of \(right.count) are), %",
            100 * Double(sameWhereClear) / Double(max(clear, 1)), atLeast: 99)
    }

    /// The trained miniature decoder of this repository, drawing.
    func miniature(_ folder: URL) throws {
        let cpu = CachedDecoder(try ImageDecoder(folder: folder))
        let count = 16
        func streams() -> [RandomStream] {
            (0..<count).map { RandomStream(seed: 5, purpose: "gpu test", index: $0) }
        }
        for (name, sampler) in [("top-k 100", try TokenSampler(topK: 100)), ("greedy", try TokenSampler(greedy: true))]
        {
            var stream = RandomStream(seed: 9, purpose: "prefix")
            let prefixes = Tensor.normal(
                [count, 1, cpu.configuration.transformer.width], deviation: 0.3, &stream)
            let truth = try TokenGenerator(cpu, sampler).tokens(prefixes: prefixes, streams: streams()).integers
            for (precision, bound) in [(Precision.float32, 99.0), (.bfloat16, 0)] {
                let decoder = CachedDecoder(try ImageDecoder(folder: folder, precision: precision, device: device))
                let ours = try TokenGenerator(decoder, sampler).tokens(prefixes: prefixes, streams: streams()).integers
                let same = zip(ours, truth).filter { $0 == $1 }.count
                // One near tie changes all that follows in its picture.
                findings.note(
                    "miniature", "\(precision == .float32 ? "f32" : "bf16") \(name): drawn tokens that agree, %",
                    100 * Double(same) / Double(truth.count), atLeast: bound)
            }
            let tokens = Tensor(truth, shape: [count, truth.count / count])
            let exact = try ImageDecoder(folder: folder).logits(of: tokens, prefix: prefixes)
            for precision in [Precision.float32, .bfloat16] {
                let decoder = try ImageDecoder(folder: folder, precision: precision, device: device)
                let logits = decoder.logits(of: tokens, prefix: prefixes).moved(to: nil)
                noteGreedy("miniature", "\(precision == .float32 ? "f32" : "bf16"), after \(name)'s,", logits, exact)
            }
        }
    }

    static func tokens(_ batch: Int, _ count: Int, below words: Int) -> Tensor {
        var stream = RandomStream(seed: 1, purpose: "tokens")
        return Tensor((0..<batch * count).map { _ in Int32(stream.below(words)) }, shape: [batch, count])
    }
}
