import SynModels
import SynTensors
import Testing

/// Tokens drawn by the kernel against those of `TokenSampler` from the same logits and streams.
@Suite("Kernels of sampling") struct SamplingKernelTests {
    /// What is drawn from, and by which rule.
    struct Trial: CustomTestStringConvertible, Sendable {
        var rows = 64
        var classes: Int
        var topK: Int? = nil
        var temperature: Float = 1
        var isGreedy = false
        /// Logits are multiples of this where it is not 0, so that many are equal.
        var grid: Float = 0
        var deviation: Float = 2
        var shift = 0
        var order = ThreadOrder.fromFirst

        var testDescription: String {
            "\(rows) × \(classes), k \(topK ?? 0), t \(temperature), greedy \(isGreedy), grid \(grid), shift \(shift)"
        }

        var sampler: TokenSampler {
            get throws { try TokenSampler(topK: topK, temperature: temperature, greedy: isGreedy) }
        }
    }

    static let trials = [
        Trial(rows: 512, classes: 1000, topK: 100),
        Trial(rows: 512, classes: 1000, topK: 100, grid: 0.25, order: .fromLast),
        Trial(rows: 512, classes: 1000),
        Trial(rows: 512, classes: 997, topK: 100, temperature: 0.7),
        Trial(rows: 512, classes: 997, topK: 3, temperature: 1.3, shift: 4, order: .fromLast),
        Trial(rows: 256, classes: 100, topK: 40),
        Trial(rows: 256, classes: 7, topK: 3),
        Trial(rows: 256, classes: 7, topK: 7),
        Trial(rows: 64, classes: 7, topK: 100),
        Trial(rows: 64, classes: 1, topK: 1),
        Trial(rows: 64, classes: 1),
        // So many equal ones that the few in question are too many for one block's memory.
        Trial(rows: 64, classes: 4096, topK: 100, grid: 4),
        Trial(rows: 64, classes: 4096, topK: 256, grid: 0.01),
        Trial(rows: 64, classes: 4096, topK: 257, order: .fromLast),
        Trial(rows: 64, classes: 4096, topK: 2000, temperature: 0.9, grid: 0.01),
        Trial(rows: 24, classes: 16_384, topK: 100),
        Trial(rows: 24, classes: 16_384, topK: 512, deviation: 0.01),
        Trial(rows: 24, classes: 16_384, temperature: 3),
        Trial(rows: 4, classes: 140_001, temperature: 1.1),
        Trial(rows: 4, classes: 140_001, topK: 900, temperature: 1.1),
        Trial(rows: 512, classes: 300, isGreedy: true, grid: 1),
        Trial(rows: 64, classes: 16_384, isGreedy: true, grid: 0.5, shift: 4, order: .fromLast),
        // A temperature at which different logits are divided to equal ones, and one at which all but one are nothing.
        Trial(rows: 64, classes: 512, topK: 5, temperature: 1e30, deviation: 1),
        Trial(rows: 64, classes: 512, topK: 5, temperature: 1e-3),
        Trial(rows: 16, classes: 512, temperature: 1e-38, deviation: 50),
    ]

    @Test("tokens are those of the CPU's sampler", arguments: trials) func tokens(_ trial: Trial) throws {
        let (rows, classes) = (trial.rows, trial.classes)
        var logits = numbers(rows * classes, trial.testDescription, deviation: trial.deviation)
        if trial.grid > 0 { logits = logits.map { ($0 / trial.grid).rounded() * trial.grid } }
        for place in stride(from: 5, to: classes > 6 ? logits.count : 0, by: 17) { logits[place] = -.infinity }
        for place in stride(from: 3, to: classes > 6 ? logits.count : 0, by: 11) { logits[place] = -0.0 }
        var expected: [Int32] = []
        var uniforms: [Double] = []
        let sampler = try trial.sampler
        for row in 0..<rows {
            var stream = RandomStream(seed: 1, purpose: "tokens", index: row)
            var same = stream
            uniforms.append(same.uniformDouble())
            expected.append(try sampler.draw(from: Array(logits[row * classes..<(row + 1) * classes]), &stream))
        }
        let (places, place, copies) = (3, 1, 2)
        let filler = [Double](repeating: .nan, count: rows)
        let newest = DeviceArray<Int32>(count: rows * copies)
        let tokens = DeviceArray<Int32>(count: rows * places)
        let faults = DeviceArray<Int32>([0])
        try Emulated.run(
            "sample_tokens", blocks: rows, threads: 256, order: trial.order, DeviceArray(logits, shift: trial.shift),
            DeviceArray(filler + uniforms + filler), newest, tokens, faults, Int32(rows), Int32(classes), Int32(places),
            DeviceArray([Int32(place)]), Int32(trial.topK ?? 0), trial.temperature, Int32(trial.isGreedy ? 1 : 0),
            Int32(copies))
        let drawn = newest.values
        let differing = (0..<rows).filter { drawn[$0] != expected[$0] }
        print("\(trial.testDescription): \(differing.count) of \(rows) tokens differ")
        #expect(differing.isEmpty)
        #expect(Array(drawn[rows...]) == Array(drawn[..<rows]))
        #expect(tokens.values == (0..<rows).flatMap { [-1, drawn[$0], -1] })
        #expect(faults.values == [0])
    }

    /// Uniform numbers at both ends of [0, 1): the first and the last token with a share are drawn.
    @Test("the ends of the draw", arguments: [0, 2, 300]) func ends(topK: Int) throws {
        var logits = [Float](repeating: -.infinity, count: 2 * 1000)
        for row in 0..<2 {
            for token in [17, 501, 640, 903] { logits[row * 1000 + token] = token == 640 ? 1 : 0 }
            logits[row * 1000 + 640] = 1
        }
        let almostOne = 1 - 0x1p-53
        let newest = DeviceArray<Int32>(count: 2)
        try Emulated.run(
            "sample_tokens", blocks: 2, threads: 256, DeviceArray(logits), DeviceArray([0.0, almostOne]), newest,
            DeviceArray<Int32>(count: 2), DeviceArray<Int32>([0]), Int32(2), Int32(1000), Int32(1),
            DeviceArray<Int32>([0]), Int32(topK), Float(1), Int32(0), Int32(1))
        #expect(newest.values == [17, 903])
    }

    @Test("logits that are not numbers raise the fault and no other", arguments: [0, 1], [0, 5])
    func faults(greedy: Int32, topK: Int32) throws {
        let damaged: [(Float, Bool)] = [(.nan, true), (.infinity, true), (-.infinity, false), (0, false)]
        for (value, isFault) in damaged {
            var logits = numbers(3 * 300, "logits")
            logits[300 + 123] = value
            try expectFault(isFault, logits, greedy, topK)
        }
        let lost = [Float](repeating: -.infinity, count: 300)
        try expectFault(true, numbers(300, "a") + lost + numbers(300, "b"), greedy, topK)
    }

    private func expectFault(_ isFault: Bool, _ logits: [Float], _ greedy: Int32, _ topK: Int32) throws {
        let (newest, faults) = (DeviceArray<Int32>(count: 3), DeviceArray<Int32>([0]))
        try Emulated.run(
            "sample_tokens", blocks: 3, threads: 256, DeviceArray(logits), DeviceArray([0.5, 0.5, 0.5]), newest,
            DeviceArray<Int32>(count: 3), faults, Int32(3), Int32(300), Int32(1), DeviceArray<Int32>([0]), topK,
            Float(1), greedy, Int32(1))
        #expect(faults.values == [isFault ? 1 : 0])
        if isFault { #expect(newest.values[1] == 0) }
        #expect(newest.values.allSatisfy { (0..<300).contains($0) })
    }

    @Test("a step's input is the token's row and the position's", arguments: [7, 192, 1664], [0, 4])
    func embeds(width: Int, shift: Int) throws {
        let (table, positions) = (numbers(11 * width, "table"), numbers(5 * width, "positions"))
        let ids = (0..<65).map { Int32($0 * 7 % 11) }
        let (out, first) = (DeviceArray<Float>(count: 65 * width), DeviceArray<Int32>([2]))
        try Emulated.run("advance", blocks: 1, threads: 1, first, Int32(1))
        #expect(first.values == [3])
        try Emulated.run(
            "embed_step", blocks: 2, threads: 256, DeviceArray(table, shift: shift), DeviceArray(positions),
            DeviceArray(ids), out, Int32(65), Int32(width), first)
        let expected = ids.flatMap { id in (0..<width).map { table[Int(id) * width + $0] + positions[3 * width + $0] } }
        expectSame(out.values, expected, "embed_step")
    }
}
