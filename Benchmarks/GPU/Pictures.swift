import BenchmarkStages
import SynCUDA
import SynCheckpoints
import SynModels
import SynTensors

/// The image tokeniser at full size (taming's f = 16, 256 × 256 pixels) with random weights: parity and rates.
struct Pictures {
    static let shape = FrozenModels.publishedDecoder.vqgan

    let device: CUDADevice
    let findings: Findings

    /// - Parameter batch: pictures that are timed together.
    func run(batch: Int = 64) throws {
        let fresh = Weights(fresh: 1, trainable: false)
        _ = try VQGAN(fresh.scope, Self.shape)
        let tensors = Dictionary(uniqueKeysWithValues: fresh.all.map { ($0.name, $0.tensor) })
        func model(_ precision: Precision, on device: (any Device)?) throws -> VQGAN {
            try VQGAN(Weights(tensors: tensors, precision: precision, device: device).scope, Self.shape)
        }
        let codes = Parity.tokens(1, 256, below: Self.shape.codeCount)
        var stream = RandomStream(seed: 3, purpose: "pictures")
        let picture = Tensor.uniform([1, 256, 256, 3], bound: 1, &stream)
        let truth = try model(.float32, on: nil)
        let (drawn, latents) = (truth.images(fromTokens: codes).floats, truth.latents(of: picture))
        let many = Parity.tokens(batch, 256, below: Self.shape.codeCount)
        // What rounding does by itself: the CPU's error in BFloat16.
        let rounded = try model(.bfloat16, on: nil)
        let pixelError = relativeError(rounded.images(fromTokens: codes).floats, drawn)
        let latentError = relativeError(rounded.latents(of: picture).floats, latents.floats)
        findings.note("vqgan", "the CPU's bfloat16 pixels against its Float32", pixelError, unit: "")
        findings.note("vqgan", "the CPU's bfloat16 latents against its Float32", latentError, unit: "")
        for precision in [Precision.float32, .bfloat16] {
            let bounds = precision == .float32 ? (1e-4, 1e-4) : (1.5 * pixelError, 1.5 * latentError)
            let ours = try model(precision, on: device)
            findings.note(
                "vqgan", "\(precision) pixels against the CPU's Float32",
                relativeError(ours.images(fromTokens: codes).floats, drawn), atMost: bounds.0)
            let found = ours.latents(of: picture)
            findings.note(
                "vqgan", "\(precision) latents against the CPU's Float32", relativeError(found.floats, latents.floats),
                atMost: bounds.1)
            let (tokens, same) = (ours.tokens(of: picture).integers, truth.quantised(latents).tokens.integers)
            let share = Double(zip(tokens, same).filter { $0 == $1 }.count) / Double(same.count)
            findings.note(
                "vqgan", "\(precision) tokens that are the CPU's", share, atLeast: precision == .float32 ? 0.99 : 0.8)
            func decode() {
                _ = ours.images(fromTokens: many)
                device.finish()
            }
            for _ in 0..<2 { decode() }
            let time = median((0..<5).map { _ in seconds(decode) })
            try device.check()
            findings.note("vqgan", "\(precision) decode, \(batch) pictures", time * 1e3, unit: "ms")
            findings.note("vqgan", "\(precision) decode, pictures a second", Double(batch) / time, unit: "/s")
        }
    }

    /// Where the time of decoding goes.
    func profile(batch: Int = 64) throws {
        let profiler = ProfilingDevice(device)
        let ours = try VQGAN(
            Weights(fresh: 1, precision: .bfloat16, trainable: false, device: profiler).scope, Self.shape)
        let codes = Parity.tokens(batch, 256, below: Self.shape.codeCount)
        for _ in 0..<2 {
            profiler.forget()
            _ = ours.images(fromTokens: codes)
            try device.check()
        }
        print("decoding \(batch) pictures, each piece waited for:\n" + profiler.table)
    }
}
