import Benchmark
import Checkpoints
import Foundation
import Stages
import Tensors

/// The stages of the probe under `swift package benchmark`: the miniature models, or random weights of the published
/// sizes with `SYNESTHESIA_BENCHMARK_SIZE=full`. `SYNESTHESIA_BENCHMARK_PRECISION` is `bf16` or `f32`; without it
/// frozen weights are kept as the probe keeps them, in bf16 where the processor computes with it.
///
/// One iteration is one batch, so the throughput told is in batches per second.
let benchmarks: @Sendable () -> Void = {
    ThreadManners.spinBriefly()
    let environment = ProcessInfo.processInfo.environment
    let sizeName = environment["SYNESTHESIA_BENCHMARK_SIZE"] ?? Stage.Size.miniature.rawValue
    let precisionName =
        environment["SYNESTHESIA_BENCHMARK_PRECISION"] ?? (Processor.hasNativeBFloat16 ? "bf16" : "f32")
    guard let size = Stage.Size(rawValue: sizeName), let precision = try? Precision(shortName: precisionName) else {
        FileHandle.standardError.write(
            Data("SYNESTHESIA_BENCHMARK_SIZE=\(sizeName) with SYNESTHESIA_BENCHMARK_PRECISION=\(precisionName) is not understood.\n".utf8))
        exit(64)
    }

    for stage in Stage.all {
        // Drawing is another kind of work when many pictures share each reading of the weights.
        for batch in stage.name == "sample" ? [1, 8, 32] : [stage.usualBatch] {
            // At full size a whole picture takes long; some of its steps tell as much, but only the program `stage`
            // can leave out what stands between them.
            let isTooLong = size == .full && stage.name == "sample"
            Benchmark(
                "\(stage.name), \(batch) \(stage.unit.rawValue)\(batch == 1 ? "" : "s")",
                configuration: .init(
                    metrics: [.wallClock, .throughput, .peakMemoryResident], timeUnits: .milliseconds,
                    warmupIterations: 1, maxDuration: .seconds(size == .full ? 30 : 3), maxIterations: 200,
                    skip: isTooLong),
                closure: { _, prepared in blackHole(try prepared.run()) },
                setup: { try stage.prepare(Stage.Setting(size: size, precision: precision, batch: batch)) })
        }
    }
}
