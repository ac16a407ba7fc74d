import SynTensors
import TestSupport
import Testing

/// Every operation, forward and backward, against PyTorch in float64.
@Suite struct ParityTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let run: @Sendable ([Tensor]) -> Tensor
        var testDescription: String { name }

        init(_ name: String, _ run: @escaping @Sendable ([Tensor]) -> Tensor) {
            (self.name, self.run) = (name, run)
        }
    }

    static let cases: [Case] =
        elementwise + shapes + products + attentions + images + norms

    private static let elementwise: [Case] = [
        Case("add suffix") { $0[0] + $0[1] },
        Case("subtract row") { $0[0] - $0[1] },
        Case("multiply row") { $0[0] * $0[1] },
        Case("multiply one") { $0[0] * $0[1] },
        Case("divide row") { $0[0] / $0[1] },
        Case("divide one") { $0[0] / $0[1] },
        Case("scale and shift") { -($0[0] * 3 - 2) / 7 + 0.5 },
        Case("exp") { $0[0].exp() },
        Case("log") { $0[0].log() },
        Case("square root") { $0[0].squareRoot() },
        Case("squared") { $0[0].squared() },
        Case("absolute") { $0[0].absolute() },
        Case("clamped") { $0[0].clamped(from: 0.25) },
        Case("relu") { $0[0].activated(.relu) },
        Case("gelu") { $0[0].activated(.gelu) },
        Case("silu") { $0[0].activated(.silu) },
        Case("tanh") { $0[0].tanh() },
        Case("sigmoid") { $0[0].sigmoid() },
        Case("quick gelu") { $0[0].activated(.quickGELU) },
        Case("gelu tanh") { $0[0].activated(.geluTanh) },
    ]

    private static let shapes: [Case] = [
        Case("transposed") { $0[0].transposed(axes: [2, 0, 3, 1]) },
        Case("channels last") { $0[0].channelsLast },
        Case("channels first") { $0[0].transposed(axes: [0, 3, 1, 2]) },
        Case("sliced") { $0[0].slice(axis: 1, from: 2, to: 5) },
        Case("concatenated") { concatenated($0, axis: -1) },
        Case("embedding") { $0[0].embedding(of: Tensor([1, 5, 5, 0, 1, 5] as [Int32], shape: [2, 3])) },
        Case("sum of an axis") { $0[0].sum(axis: 1) },
        Case("mean of the last axis") { $0[0].mean(axis: -1) },
        Case("sum") { $0[0].sum() },
        Case("mean") { $0[0].mean() },
    ]

    private static let products: [Case] = [
        Case("linear") { $0[0].linear($0[1], $0[2]) },
        Case("linear without bias") { $0[0].linear($0[1]) },
        Case("linear, gelu") { $0[0].linear($0[1], $0[2], then: .gelu) },
        Case("frozen linear") { $0[0].linear($0[1], $0[2]) },
        Case("frozen square linear") { $0[0].linear($0[1], $0[2]) },
        Case("bfloat16 linear") { $0[0].linear($0[1].converted(to: .bfloat16), $0[2]) },
        Case("matmul") { $0[0].matmul($0[1]) },
        Case("matmul, right transposed") { $0[0].matmul($0[1], transposeRight: true) },
        Case("matmul, one right side") { $0[0].matmul($0[1]) },
    ]

    private static let attentions: [Case] = [
        Case("attention") { attention(query: $0[0], key: $0[1], value: $0[2], heads: 3) },
        Case("attention, scale") { attention(query: $0[0], key: $0[1], value: $0[2], heads: 3, scale: 0.3) },
        Case("attention, causal") { attention(query: $0[0], key: $0[1], value: $0[2], heads: 3, mask: .causal) },
        Case("attention, newest causal") {
            attention(query: $0[0], key: $0[1], value: $0[2], heads: 3, mask: .causal)
        },
        Case("attention, lengths") {
            attention(query: $0[0], key: $0[1], value: $0[2], heads: 3, mask: .lengths([3, 7]))
        },
        Case("attention, causal lengths") {
            attention(query: $0[0], key: $0[1], value: $0[2], heads: 3, mask: .causalLengths([3, 7]))
        },
        Case("attention over a cache") { inputs in
            // Seven positions arrive as three, one, one, two.
            let cache = KeyValueCache(batch: 2, capacity: 9, heads: 3, headSize: 8)
            let parts = [0..<3, 3..<4, 4..<5, 5..<7].map { positions in
                let part = inputs.map { $0.slice(axis: 1, from: positions.lowerBound, to: positions.upperBound) }
                return cache.attention(queryKeyValue: concatenated(part, axis: 2))
            }
            return concatenated(parts, axis: 1)
        },
    ]

    private static let images: [Case] = [
        Case("convolution 3×3") { $0[0].convolved($0[1], $0[2], padding: Padding(1)) },
        Case("convolution 3×3, stride 2") { $0[0].convolved($0[1], $0[2], stride: 2, padding: Padding(1)) },
        Case("convolution 3×3, stride 2, uneven") {
            $0[0].convolved($0[1], stride: 2, padding: Padding(top: 0, left: 0, bottom: 1, right: 1))
        },
        Case("convolution 1×1") { $0[0].convolved($0[1], $0[2]) },
        Case("frozen convolution 1×1") { $0[0].convolved($0[1], $0[2]) },
        Case("frozen convolution 3×3") { $0[0].convolved($0[1], padding: Padding(1)) },
        Case("convolution 1×7") { $0[0].convolved($0[1], $0[2], padding: Padding(vertical: 0, horizontal: 3)) },
        Case("convolution 7×1, silu") {
            $0[0].convolved($0[1], $0[2], padding: Padding(vertical: 3, horizontal: 0), then: .silu)
        },
        Case("bfloat16 convolution") {
            $0[0].convolved($0[1].converted(to: .bfloat16), $0[2], padding: Padding(1))
        },
        Case("upsampled") { $0[0].upsampledNearest(by: 2) },
        Case("average pool") { $0[0].averagePooled(size: 3, stride: 2, padding: 1) },
        Case("average pool, real pixels") {
            $0[0].averagePooled(size: 3, stride: 1, padding: 1, countsPadding: false)
        },
        Case("max pool") { $0[0].maxPooled(size: 3, stride: 2) },
        Case("max pool, padded") { $0[0].maxPooled(size: 3, stride: 2, padding: 1) },
    ]

    private static let norms: [Case] = [
        Case("layer norm") { $0[0].layerNorm(scale: $0[1], shift: $0[2], epsilon: 1e-5) },
        Case("frozen layer norm") { $0[0].layerNorm(scale: $0[1], shift: $0[2], epsilon: 1e-5) },
        Case("group norm") { $0[0].groupNorm(groups: 3, scale: $0[1], shift: $0[2], epsilon: 1e-6) },
        Case("group norm, silu") {
            $0[0].groupNorm(groups: 8, scale: $0[1], shift: $0[2], epsilon: 1e-6, then: .silu)
        },
        Case("batch norm, training") {
            $0[0].batchNormTraining(scale: $0[1], shift: $0[2], epsilon: 1e-3).output
        },
        Case("batch norm, given") {
            $0[0].batchNorm(scale: $0[1], shift: $0[2], mean: $0[3], variance: $0[4], epsilon: 1e-3)
        },
        Case("softmax") { $0[0].softmax() },
        Case("log softmax") { $0[0].logSoftmax() },
        Case("cross-entropy") {
            $0[0].crossEntropy(Tensor([3, -100, 36, 0, -100, 7] as [Int32], shape: [6]), ignoring: -100)
        },
        Case("l2 normalised") { $0[0].l2Normalised() },
    ]

    @Test(arguments: cases) func equalsTorch(_ test: Case) throws {
        let reference = try Reference()
        let inputs = try reference.series("\(test.name)/in")
        let isWanted = try inputs.indices.map { try reference.optional("\(test.name)/grad\($0)") != nil }
        let leaves = zip(inputs, isWanted).map { $1 ? $0.asParameter() : $0 }
        let out = test.run(leaves)
        expectClose(out, try reference("\(test.name)/out"), test.name)
        guard let upstream = try reference.optional("\(test.name)/upstream") else { return }

        let found = gradients(of: (out * upstream).sum(), for: leaves.filter(\.wantsGradient))
        for (place, gradient) in zip(isWanted.indices.filter { isWanted[$0] }, found) {
            expectClose(gradient, try reference("\(test.name)/grad\(place)"), "\(test.name), gradient \(place)")
        }
    }

    @Test func everyStoredOperationIsTested() throws {
        let stored = try Reference().names.filter { $0.hasSuffix("/out") }.map { String($0.dropLast(4)) }
        #expect(Set(stored) == Set(Self.cases.map(\.name)))
    }

    @Test func batchNormReturnsItsStatistics() throws {
        let reference = try Reference()
        let inputs = try reference.series("batch norm, training/in")
        let found = inputs[0].batchNormTraining(scale: inputs[1], shift: inputs[2], epsilon: 1e-3)
        expectClose(found.mean, try reference("batch norm, training/mean"), "batch norm, mean")
        expectClose(found.variance, try reference("batch norm, training/variance"), "batch norm, variance")
    }

    @Test func crossEntropyOfEveryRow() throws {
        let reference = try Reference()
        let targets = Tensor([3, 0, 36, 0, 0, 7] as [Int32], shape: [6])
        let found = try reference("cross-entropy/in0").crossEntropyPerRow(targets)
        expectClose(found, try reference("cross-entropy/rows"), "cross-entropy of every row")
    }

    @Test func placesOfTheLargest() throws {
        let reference = try Reference()
        let found = try reference("cross-entropy/in0").argmax().integers
        #expect(try reference("cross-entropy/argmax").integers == found)
        #expect(Tensor([1, 3, 3, 2] as [Float], shape: [1, 4]).argmax().integers == [1])
    }

    /// Dropout has no reference but its definition: a share of zeros, the rest scaled, the same for the gradient.
    @Test func dropoutScalesWhatItKeeps() {
        var stream = RandomStream(seed: 1, purpose: "dropout")
        let x = Tensor.full([200, 100], 2).asParameter()
        let y = x.dropout(0.25, &stream)
        let slope = gradients(of: y.sum(), for: [x])[0]
        #expect(Set(y.floats) == [0, 2 / 0.75] && slope.floats == y.floats.map { $0 / 2 })
        let share = Double(y.floats.count { $0 == 0 }) / 20_000
        print("dropout 0.25: \(share) of 20,000 are zero")
        #expect(abs(share - 0.25) < 0.0123)   // four standard deviations
    }
}
