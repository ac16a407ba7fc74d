import BenchmarkStages
import Foundation
import SynCUDA
import SynCheckpoints
import SynModels
import SynProbe
import SynTensors

/// How quick the stages are at full size, beside what the device can do.
struct Rates {
    let device: CUDADevice
    let random: RandomTransformer
    let findings: Findings

    /// FLOP a second of a product of 8192 × 8192 matrices in BFloat16, random numbers.
    func productRate() throws -> Double {
        let side = 8192
        var stream = RandomStream(seed: 1, purpose: "product")
        let row = Tensor.uniform([64, side], bound: 1, &stream)
        let rows = concatenated(Array(repeating: row, count: side / 64), axis: 0)
            .moved(to: device).converted(to: .bfloat16)
        _ = rows.linear(rows, output: .bfloat16)
        let times = (0..<10).map { _ in device.seconds { _ = rows.linear(rows, output: .bfloat16) } }
        try device.check()
        let rate = 2 * Double(side) * Double(side) * Double(side) / median(times)
        findings.note("ceiling", "bf16 product 8192³", rate / 1e12, unit: "TFLOP/s")
        return rate
    }

    /// A step of the adapter's training, the adapter and its optimiser here too.
    func training(ceiling: Double, batch: Int = 64) throws {
        let (count, shape) = (256, random.shape)
        let transformer = try random.transformer(.bfloat16, on: device)
        let adapter = try Adapter(from: 768, to: shape.width, prefixTokens: 1, seed: 1).moved(to: device)
        let optimiser = AdamW(adapter.parameters)
        let tokens = Parity.tokens(batch, count, below: shape.vocabularySize)
        let input = ImageTransformer.teacherInput(tokens, start: [0])
        var stream = RandomStream(seed: 2, purpose: "vectors")
        let vectors = Tensor.normal([batch, 768], &stream)
        var losses: [Float] = []
        var parts = [
            "the adapter", "asking for the loss and waiting", "asking for the gradient",
            "the optimiser, when all is done",
        ].map {
            (name: $0, times: [Double]())
        }
        func step() throws {
            var (prefix, loss, found) = (vectors, vectors, [Tensor]())
            parts[0].times.append(seconds { prefix = adapter(vectors) })
            parts[1].times.append(
                seconds {
                    loss = transformer.logits(tokens: input, prefix: prefix).crossEntropy(tokens)
                    losses.append(loss.item)
                })
            parts[2].times.append(seconds { found = gradients(of: loss, for: adapter.parameters) })
            parts[3].times.append(
                seconds {
                    optimiser.step(gradients: found, learningRate: 1e-4)
                    device.finish()
                })
            try device.check()
        }
        findings.note("train", "first step, kernels and products chosen", try seconds(step), unit: "s")
        for _ in 0..<2 { try step() }
        let time = median(try (0..<12).map { _ in try seconds(step) })
        let positions = count + 1
        let work =
            Double(batch) * (2 * Double(positions) * shape.productWork + 3.5 * shape.attentionWork(positions))
        findings.note("train", "a step of \(batch)", time * 1e3, unit: "ms")
        for (name, times) in parts {
            findings.note("train", "of it \(name)", median(times.suffix(12)) * 1e3, unit: "ms")
        }
        findings.note("train", "samples a second", Double(batch) / time, unit: "/s")
        findings.note("train", "100,000 samples, minutes", 100_000 / Double(batch) * time / 60, atMost: 6)
        findings.note("train", "share of the product rate", work / time / ceiling, atLeast: 0.45)
        findings.note("train", "loss falls on one batch", isTrue: (losses.last ?? .infinity) < losses[0])
        findings.note("train", "memory in use", Double(device.memory.total - device.memory.free) / 1e9, unit: "GB")
    }

    /// Where a training step's time goes.
    func profile(batch: Int = 64) throws {
        let profiler = ProfilingDevice(device)
        let transformer = try random.transformer(.bfloat16, on: profiler)
        let tokens = Parity.tokens(batch, 256, below: random.shape.vocabularySize)
        let input = ImageTransformer.teacherInput(tokens, start: [0])
        var stream = RandomStream(seed: 2, purpose: "prefix")
        let prefix = Tensor.normal([batch, 1, random.shape.width], &stream).asParameter()
        for _ in 0..<2 {
            profiler.forget()
            let loss = transformer.logits(tokens: input, prefix: prefix).crossEntropy(tokens)
            _ = gradients(of: loss, for: [prefix])
            try device.check()
        }
        print("a training step of \(batch), each piece waited for:\n" + profiler.table)
        let cached = CachedTransformer(transformer)
        let cache = cached.cache(batch: 512, prefix: prefix.detached.rows(at: (0..<512).map { $0 % batch }))
        for place in 0..<130 {
            if place == 129 { profiler.forget() }
            _ = cached.next(tokens: Tensor([Int32](repeating: 1, count: 512), shape: [512]), cache: cache)
        }
        try device.check()
        print("a drawing step of 512 at token 130, each piece waited for:\n" + profiler.table)
    }

    /// Pictures' tokens, from the first to the last.
    func drawing(_ batches: [Int]) throws {
        let cached = CachedTransformer(try random.transformer(.bfloat16, on: device))
        let places = 256
        for batch in batches {
            var stream = RandomStream(seed: 2, purpose: "prefix")
            let prefix = Tensor.normal([batch, 1, random.shape.width], &stream)
            let uniforms = (0..<places * batch).map { _ in stream.uniformDouble() }
            func draw() throws {
                let sampling = DeviceSampling(
                    rows: batch, places: places, copies: 1,
                    DeviceSamplingRule(topK: 250, temperature: 1, isGreedy: false), uniforms: uniforms, on: device)
                let drawn = try cached.draw(
                    sampling, places: places, batch: batch, prefix: prefix, copies: 1, start: [0], on: device
                ) { $0 }
                guard drawn?.count == places * batch else { throw NoNumbers() }
            }
            let first = try seconds(draw)
            let time = median(try (0..<3).map { _ in try seconds(draw) })
            findings.note("draw", "\(batch) together for the first time", first, unit: "s")
            findings.note("draw", "\(batch) together", time, unit: "s")
            findings.note("draw", "\(batch) together, pictures a second", Double(batch) / time, unit: "/s")
            if batch == 512 {
                findings.note("draw", "50,000 pictures' tokens, minutes", 50_000 / 512 * time / 60, atMost: 6)
            }
        }
    }
}

struct NoNumbers: Error, CustomStringConvertible {
    var description: String { "logits of random weights are no numbers" }
}
