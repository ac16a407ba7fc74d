import EmulatedDevice
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

/// The image tokeniser on a device (emulated) against the CPU's.
@Suite struct VQGANOnDeviceTests {
    /// Two levels, attention at the lower one; 16 × 16 pixels are 8 × 8 tokens.
    static let configuration = VQGANConfiguration(
        codeWidth: 16, codeCount: 200, latentChannels: 24, resolution: 16, baseChannels: 32, multipliers: [1, 2],
        residualBlockCount: 1, attentionResolutions: [8])

    let device = EmulatedDevice()

    private func models(
        _ precision: Precision, on given: EmulatedDevice? = nil
    ) throws -> (device: VQGAN, cpu: VQGAN) {
        let fresh = Weights(fresh: 11, trainable: false)
        _ = try VQGAN(fresh.scope, Self.configuration)
        // Larger than fresh ones, so that norms, attention and codes differ from place to place.
        let tensors = Dictionary(
            uniqueKeysWithValues: fresh.all.map { name, tensor in
                var stream = RandomStream(seed: 4, purpose: "test weights " + name)
                let fanIn = tensor.shape.dropFirst().reduce(1, *)
                let deviation = tensor.shape.count == 4 ? 1.2 / Float(fanIn).squareRoot() : 0.2
                let noise = Tensor.normal(tensor.shape, deviation: deviation, &stream)
                return (name, name.contains("norm") && name.hasSuffix("weight") ? noise + 1 : noise)
            })
        return (
            try VQGAN(
                Weights(tensors: tensors, precision: precision, device: given ?? device).scope, Self.configuration),
            try VQGAN(Weights(tensors: tensors, precision: precision).scope, Self.configuration)
        )
    }

    private func pictures(_ count: Int) -> Tensor {
        var stream = RandomStream(seed: 9, purpose: "test pictures")
        return Tensor.normal([count, 16, 16, 3], deviation: 0.5, &stream)
    }

    private func tokens(_ count: Int) -> Tensor {
        var stream = RandomStream(seed: 8, purpose: "test tokens")
        return Tensor((0..<count * 64).map { _ in Int32(stream.below(200)) }, shape: [count, 64])
    }

    /// The CPU itself is a few hundredths from Float32 in BFloat16, by its roundings alone.
    @Test(arguments: [(Precision.float32, 1e-5), (.bfloat16, 0.02)])
    func picturesOfTokens(_ precision: Precision, _ tolerance: Double) throws {
        let models = try models(precision)
        let drawn = models.device.images(fromTokens: tokens(3))
        #expect(drawn.shape == [3, 16, 16, 3] && drawn.device != nil)
        let error = relativeError(drawn.floats, models.cpu.images(fromTokens: tokens(3)).floats)
        print("pixels on a device, \(precision): \(error)")
        #expect(error < tolerance)
        try device.check()
    }

    @Test(arguments: [(Precision.float32, 1e-5), (.bfloat16, 0.02)])
    func latentsAndTokensOfPictures(_ precision: Precision, _ tolerance: Double) throws {
        let models = try models(precision)
        let latents = models.device.latents(of: pictures(3))
        let truth = models.cpu.latents(of: pictures(3))
        #expect(latents.shape == truth.shape)
        let error = relativeError(latents.floats, truth.floats)
        print("latents on a device, \(precision): \(error)")
        #expect(error < tolerance)
        let found = models.device.tokens(of: pictures(3)).integers
        let expected = models.cpu.tokens(of: pictures(3)).integers
        let same = zip(found, expected).filter { $0 == $1 }.count
        print("tokens of pictures on a device, \(precision): \(same) of \(expected.count) are the CPU's")
        #expect(Set(expected).count > 20)
        #expect(same >= (precision == .float32 ? expected.count - 1 : expected.count * 9 / 10))
        // Of the same latents.
        let quantised = models.device.quantised(truth)
        #expect(quantised.tokens.integers == models.cpu.quantised(truth).tokens.integers)
        #expect(quantised.chosen.floats == models.cpu.quantised(truth).chosen.floats)
        try device.check()
    }

    /// Parts of a batch are as large as memory allows; a picture is the same in each.
    @Test func littleMemory() throws {
        let small = EmulatedDevice(byteCount: 12 << 20)
        let models = try models(.float32, on: small)
        let drawn = models.device.images(fromTokens: tokens(9)).floats
        try small.check()
        print("\(small.launches["convolve_few_f32_f32"] ?? 0) parts, \(small.peak) bytes of \(small.memory.total)")
        #expect((2...9).contains(small.launches["convolve_few_f32_f32"] ?? 0))
        #expect(relativeError(drawn, models.cpu.images(fromTokens: tokens(9)).floats) < 1e-5)
    }

    /// Both halves of a decoder's folder live on the device; pictures come back to the CPU, a lost device is told.
    @Test func wholeDecoder() throws {
        let folder = Fixture.package.appending(path: "Weights/decoder")
        let (there, here) = (try ImageDecoder(folder: folder, device: device), try ImageDecoder(folder: folder))
        let tokens = Tensor((0..<64).map { Int32($0 * 15 % 1024) }, shape: [1, 64])
        let drawn = try there.images(fromTokens: tokens)
        #expect(drawn.device == nil && drawn.shape == [1, 64, 64, 3])
        #expect(try relativeError(drawn.floats, here.images(fromTokens: tokens).floats) < 1e-5)
        device.fail("the GPU is lost")
        #expect(throws: DeviceFailure.self) { try there.images(fromTokens: tokens) }
    }

    /// Heads that no kernel is made for are refused when the decoder is opened, not in the middle.
    @Test func unusualHeads() throws {
        let folder = Fixture.url("models/decoder")   // heads of 12
        #expect(throws: ModelError.self) { try ImageDecoder(folder: folder, device: device) }
    }

    /// Nothing stays taken but weights and their filters.
    @Test func memoryIsGivenBack() throws {
        let models = try models(.bfloat16)
        _ = models.device.images(fromTokens: tokens(2)).floats
        let used = device.used
        _ = models.device.images(fromTokens: tokens(2)).floats
        #expect(device.used == used && device.peak > used)
    }
}

/// Single operations, where the small network above does not reach.
@Suite struct ImagesOnDeviceTests {
    let device = EmulatedDevice()

    private func noise(_ shape: [Int], _ purpose: String) -> Tensor {
        var stream = RandomStream(seed: 2, purpose: purpose)
        return Tensor.normal(shape, deviation: 1, &stream)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var ins = 8, outs = 20, height = 3, width = 3, stride = 1
        var padding = Padding(1)
        var testDescription: String { "\(ins) → \(outs), \(height)×\(width) by \(stride), \(padding)" }
    }

    /// Pixels that are whole pieces of sixteen bytes and others, few outs and more than a block's, every kind of window.
    static let cases = [
        Case(), Case(ins: 3), Case(ins: 40, outs: 3), Case(ins: 64, outs: 130),
        Case(ins: 24, outs: 16, stride: 2, padding: Padding(top: 0, left: 0, bottom: 1, right: 1)),
        Case(ins: 16, height: 1, width: 1, padding: .zero), Case(ins: 6, height: 1, width: 1, padding: .zero),
        Case(ins: 12, height: 2, width: 3, padding: Padding(top: 1, left: 0, bottom: 0, right: 2)),
        Case(ins: 5, outs: 7, stride: 2, padding: Padding(2)),
    ]

    @Test(arguments: cases, [ElementType.float32, .bfloat16])
    func convolutions(_ c: Case, _ type: ElementType) throws {
        let x = noise([2, 7, 9, c.ins], "images")
        let weight = noise([c.outs, c.ins, c.height, c.width], "weight").converted(to: type)
        let bias = noise([c.outs], "bias")
        let tolerance = type == .float32 ? 1e-6 : 1e-5   // products of BFloat16 are exact in Float32
        for output in [ElementType.float32, .bfloat16] {
            let truth = x.convolved(weight, bias, stride: c.stride, padding: c.padding, output: output)
            let found = x.convolved(
                weight.moved(to: device), bias.moved(to: device), stride: c.stride, padding: c.padding, output: output)
            #expect(found.shape == truth.shape && found.elementType == output)
            #expect(relativeError(found.floats, truth.floats) < (output == .float32 ? tolerance : 2e-3))
        }
        let plain = x.convolved(weight.moved(to: device), then: .silu).floats
        #expect(relativeError(plain, x.convolved(weight, then: .silu).floats) < tolerance)
        try device.check()
    }

    @Test(arguments: [4, 32], [ElementType.float32, .bfloat16])
    func sumsAndDoublings(_ channels: Int, _ type: ElementType) throws {
        let x = noise([2, 5, 4, channels], "images")
        let exact = noise([channels, channels, 3, 3], "weight")
        let weight = exact.converted(to: type)
        let bias = noise([channels], "bias")
        var (sum, truth) = (noise(x.shape, "sum").moved(to: device), noise(x.shape, "sum"))
        x.convolved(weight.moved(to: device), bias.moved(to: device), padding: Padding(1), addedTo: &sum)
        x.convolved(weight, bias, padding: Padding(1), addedTo: &truth)
        #expect(relativeError(sum.floats, truth.floats) < 1e-5)
        let doubled = x.doubledAndConvolved(onDevice: weight.moved(to: device), bias.moved(to: device))
        let steps = x.upsampledNearest(by: 2).convolved(weight, bias, padding: Padding(1))
        #expect(doubled.shape == steps.shape && relativeError(doubled.floats, steps.floats) < 1e-5)
        #expect(x.moved(to: device).upsampledNearest(by: 3).floats == x.upsampledNearest(by: 3).floats)
        try device.check()
    }

    /// Of whole tiles and others, and norms by their moments. Sums of sixteenths are exact in BFloat16.
    @Test(arguments: [(16, 16), (5, 9)], [Padding(1), Padding(top: 0, left: 0, bottom: 2, right: 2)])
    func patches(_ size: (Int, Int), _ padding: Padding) throws {
        let x = noise([2, size.0, size.1, 64], "images").converted(to: .bfloat16)
        let sixteenths = noise([128, 64, 3, 3], "weight").floats.map { ($0 * 16).rounded() / 16 }
        let weight = Tensor(sixteenths, shape: [128, 64, 3, 3]).converted(to: .bfloat16)
        let (bias, scale, shift) = (noise([128], "bias"), noise([128], "scale"), noise([128], "shift"))
        func normed(_ x: Tensor) -> [Float] {
            x.groupNorm(
                groups: 32, scale: scale.moved(to: x.device), shift: shift.moved(to: x.device), epsilon: 1e-6,
                then: .silu, output: .float32
            ).floats
        }
        let (far, farBias) = (weight.moved(to: device), bias.moved(to: device))
        for output in [ElementType.float32, .bfloat16] {
            let truth = x.convolved(weight, bias, padding: padding, output: output)
            let found = x.convolved(far, farBias, padding: padding, output: output)
            #expect(relativeError(found.floats, truth.floats) < (output == .float32 ? 1e-5 : 2e-3))
            #expect(relativeError(normed(found), normed(truth)) < (output == .float32 ? 1e-5 : 4e-3))
        }
        let ours = x.doubledAndConvolved(onDevice: weight.moved(to: device), farBias)
        let truth = x.upsampledNearest(by: 2).convolved(weight, bias, padding: Padding(1))
        #expect(relativeError(ours.floats, truth.floats) < 1e-5 && relativeError(normed(ours), normed(truth)) < 1e-5)
        #expect(device.launches["convolve_patches_bf16_f32"] == 2 && device.launches["convolve_patches_bf16_bf16"] == 1)
        try device.check()
    }

    /// Filters are turned once, not at each use.
    @Test func filtersAreKept() {
        let weight = noise([8, 8, 3, 3], "weight").moved(to: device)
        for _ in 0..<3 { _ = noise([1, 4, 4, 8], "images").convolved(weight) }
        #expect(device.launches["turn_filters_f32"] == 1 && device.launches["convolve_few_f32_f32"] == 3)
    }

    @Test(arguments: [ElementType.float32, .bfloat16])
    func groupNorm(_ type: ElementType) throws {
        let x = (noise([2, 9, 17, 24], "images") * 3 + 1).converted(to: type)
        let (scale, shift) = (noise([24], "scale"), noise([24], "shift"))
        for activation in [Activation.identity, .silu, .gelu] {
            for output in [ElementType.float32, .bfloat16] {
                func normed(_ device: (any Device)?) -> Tensor {
                    x.groupNorm(
                        groups: 6, scale: scale.moved(to: device), shift: shift.moved(to: device), epsilon: 1e-6,
                        then: activation, output: output)
                }
                let (found, truth) = (normed(device), normed(nil))
                #expect(found.elementType == output)
                #expect(relativeError(found.floats, truth.floats) < (output == .float32 ? 2e-6 : 3e-3))
            }
        }
        try device.check()
    }

    @Test(arguments: [ElementType.float32, .bfloat16])
    func attentionOfOneHead(_ type: ElementType) throws {
        let parts = ["query", "key", "value"].map { noise([3, 20, 48], $0).converted(to: type) }
        let there = parts.map { $0.moved(to: device) }
        let found = attention(query: there[0], key: there[1], value: there[2], heads: 1)
        let wide = parts.map { $0.converted(to: .float32) }
        let truth = attention(query: wide[0], key: wide[1], value: wide[2], heads: 1)
        #expect(found.elementType == type)
        #expect(relativeError(found.floats, truth.floats) < (type == .float32 ? 2e-6 : 6e-3))
        try device.check()
    }

    @Test func largest() {
        let x = noise([3, 4, 300], "rows")
        let found = x.moved(to: device).argmax()
        #expect(found.shape == [3, 4] && found.integers == x.argmax().integers)
    }
}
