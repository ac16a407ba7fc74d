import EmulatedDevice
import SynCheckpoints
import SynModels
import SynProbe
import SynRuns
import SynTensors
import Testing

/// Tokens drawn on a device (emulated), step by step and by a repeated recording, against the CPU's.
@Suite struct DrawingOnDeviceTests {
    private func generators(
        _ precision: Precision, start: ImageDecoderStart = .token(0), sampler: TokenSampler, guidance: Float = 1,
        deviceBytes: Int = 8 << 30
    ) throws -> (device: TokenGenerator, cpu: TokenGenerator, twins: TwinTransformers) {
        let side = 8   // pixels; 4 × 4 tokens
        let twins = try TwinTransformers(
            width: 64, heads: 2, layers: 2, vocabulary: 48, block: 40, precision: precision, deviceBytes: deviceBytes)
        let vqgan = VQGANConfiguration(
            codeWidth: 8, codeCount: 48, latentChannels: 8, resolution: side, baseChannels: 32, multipliers: [1, 1],
            residualBlockCount: 1, attentionResolutions: [])
        let configuration = ImageDecoderConfiguration(
            transformer: twins.configuration, vqgan: vqgan, start: start)
        let pixels = try VQGAN(Weights(fresh: 1, trainable: false).scope, vqgan)
        func generator(_ transformer: ImageTransformer) -> TokenGenerator {
            TokenGenerator(
                CachedDecoder(ImageDecoder(configuration: configuration, transformer: transformer, vqgan: pixels)),
                sampler, guidance: guidance)
        }
        return (generator(twins.onDevice), generator(twins.onCPU), twins)
    }

    private func streams(_ count: Int) -> [RandomStream] {
        (0..<count).map { RandomStream(seed: 5, purpose: "test draws", index: $0) }
    }

    @Test(arguments: [
        try TokenSampler(topK: 10), try TokenSampler(temperature: 0.7), try TokenSampler(greedy: true),
        try TokenSampler(topK: 20, topP: 0.8),
    ])
    func sameTokens(_ sampler: TokenSampler) throws {
        let pair = try generators(.float32, sampler: sampler)
        let prefixes = pair.twins.prefix(5, 2)
        let ours = try pair.device.tokens(prefixes: prefixes, streams: streams(5))
        let truth = try pair.cpu.tokens(prefixes: prefixes, streams: streams(5))
        #expect(ours.shape == [5, 16] && ours.integers == truth.integers)
    }

    @Test func noPrefix() throws {
        let pair = try generators(.float32, sampler: TokenSampler(topK: 10))
        let ours = try pair.device.tokens(prefixes: nil, streams: streams(3))
        #expect(try ours.integers == pair.cpu.tokens(prefixes: nil, streams: streams(3)).integers)
    }

    @Test func guided() throws {
        let pair = try generators(.float32, sampler: TokenSampler(topK: 10), guidance: 2.5)
        let prefixes = pair.twins.prefix(3, 1)
        let ours = try pair.device.tokens(prefixes: prefixes, streams: streams(3))
        #expect(try ours.integers == pair.cpu.tokens(prefixes: prefixes, streams: streams(3)).integers)
    }

    /// Sixteen start tokens, as decoders have that are told where a patch is.
    @Test func severalStartTokens() throws {
        let pair = try generators(
            .float32, start: .coordinates(levels: 40, patch: 2), sampler: TokenSampler(topK: 10))
        let prefixes = pair.twins.prefix(2, 1)
        let ours = try pair.device.tokens(prefixes: prefixes, streams: streams(2))
        #expect(try ours.integers == pair.cpu.tokens(prefixes: prefixes, streams: streams(2)).integers)
    }

    /// In BFloat16 a token may differ where two shares nearly meet; behind it the rest of the picture is another.
    @Test func bfloat16() throws {
        let pair = try generators(.bfloat16, sampler: TokenSampler(topK: 10))
        let prefixes = pair.twins.prefix(24, 1)
        let ours = try pair.device.tokens(prefixes: prefixes, streams: streams(24)).integers
        let truth = try pair.cpu.tokens(prefixes: prefixes, streams: streams(24)).integers
        let first = (0..<24).filter { ours[16 * $0] == truth[16 * $0] }.count
        let whole = (0..<24).filter { ours[16 * $0..<16 * $0 + 16] == truth[16 * $0..<16 * $0 + 16] }.count
        print("device bf16: \(first) of 24 first tokens and \(whole) of 24 pictures are the CPU's")
        #expect(first >= 23 && whole >= 16)
    }

    /// A picture does not depend on how many the device's memory holds together.
    @Test func partsDoNotMatter() throws {
        let pair = try generators(.float32, sampler: TokenSampler(topK: 10))
        let prefixes = pair.twins.prefix(6, 1)
        let whole = try pair.device.tokens(prefixes: prefixes, streams: streams(6)).integers
        let last = try pair.device.tokens(
            prefixes: prefixes.rows(at: [4, 5]), streams: Array(streams(6).suffix(2))
        ).integers
        #expect(Array(whole.suffix(32)) == last)
    }

    /// As many pictures at once as the plan has room for, the same ones; none where there is no room for one.
    @Test func littleMemory() throws {
        let sampler = try TokenSampler(topK: 10)
        let ample = try generators(.float32, sampler: sampler)
        let prefixes = ample.twins.prefix(6, 1)
        let truth = try ample.device.tokens(prefixes: prefixes, streams: streams(6)).integers
        // What the plan leaves alone, and room for two or three pictures of about 24 kB.
        let room = Int((256e6 + 60e3) / 0.92) + ample.twins.device.used
        let scarce = try generators(.float32, sampler: sampler, deviceBytes: room)
        #expect(try scarce.device.tokens(prefixes: prefixes, streams: streams(6)).integers == truth)
        let parts = try #require(scarce.twins.device.launches["sample_tokens"]) / 3
        print("six pictures in \(parts) parts")
        #expect((2...3).contains(parts))
        let none = try generators(.float32, sampler: sampler, deviceBytes: 100_000_000)
        let error = #expect(throws: UserError.self) {
            try none.device.tokens(prefixes: prefixes, streams: streams(6))
        }
        #expect(error?.description.contains("free the GPU of other work") == true)
        #expect(none.twins.device.failure == nil)
    }

    /// All steps but the first two are one recording that is repeated: nothing is launched for them.
    @Test func stepsAreRecorded() throws {
        let pair = try generators(.float32, sampler: TokenSampler(topK: 10))
        _ = try pair.device.tokens(prefixes: nil, streams: streams(2))
        #expect(pair.twins.device.launches["sample_tokens"] == 3)
    }

    @Test func damagedWeightsAreTold() throws {
        let pair = try generators(.float32, sampler: TokenSampler(topK: 10))
        let prefixes = Tensor.full([2, 1, 64], .nan)
        #expect(throws: (any Error).self) { try pair.device.tokens(prefixes: prefixes, streams: streams(2)) }
    }

    @Test func lostDeviceIsTold() throws {
        let pair = try generators(.float32, sampler: TokenSampler(topK: 10))
        pair.twins.device.fail("the GPU is lost")
        #expect(throws: DeviceFailure.self) { try pair.device.tokens(prefixes: nil, streams: streams(2)) }
    }
}
