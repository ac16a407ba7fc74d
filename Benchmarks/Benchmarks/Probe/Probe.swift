import Benchmark
import BenchmarkStages
import Foundation

/// Seconds are told of a batch; this is what they come to for one sample, picture, caption or pair.
private let timePerUnit = BenchmarkMetric.custom(
    "Time per unit (µs)", polarity: .prefersSmaller, useScalingFactor: false)

/// The stages of the probe under `swift package benchmark`: the miniature models, or random weights of the published
/// sizes with `SYNESTHESIA_BENCHMARK_SIZE=full`. `SYNESTHESIA_BENCHMARK_PRECISION` is `bf16` or `f32`, for every stage;
/// without it bf16 is measured where the processor computes with it natively.
///
/// One iteration is one batch, so the throughput told is in batches per second. Of a picture drawn at full size only
/// eight steps are timed: there the time per unit tells, for an iteration also computes what stands between them.
let benchmarks: @Sendable () -> Void = {
    Machine.settle()
    let environment = ProcessInfo.processInfo.environment
    let sizeName = environment["SYNESTHESIA_BENCHMARK_SIZE"] ?? Stage.Size.miniature.rawValue
    let precisionName =
        environment["SYNESTHESIA_BENCHMARK_PRECISION"] ?? (Machine.hasNativeBF16 ? "bf16" : "f32")
    guard let size = Stage.Size(rawValue: sizeName), Machine.precisionNames.contains(precisionName) else {
        let sentence =
            "SYNESTHESIA_BENCHMARK_SIZE=\(sizeName) with SYNESTHESIA_BENCHMARK_PRECISION=\(precisionName) "
            + "is not understood; sizes are miniature and full, precisions bf16 and f32.\n"
        FileHandle.standardError.write(Data(sentence.utf8))
        exit(64)
    }
    let isFull = size == .full

    for stage in Stage.all {
        // Drawing is another kind of work when many pictures share each reading of the weights.
        for batch in stage.name == "sample" ? [1, 8, 32] : [stage.usualBatch] {
            let steps = isFull ? 8 : nil
            Benchmark(
                "\(stage.name), \(batch) \(stage.unit.rawValue)\(batch == 1 ? "" : "s")",
                configuration: .init(
                    metrics: [.wallClock, .throughput, .peakMemoryResident, timePerUnit],
                    timeUnits: isFull ? .milliseconds : .microseconds, warmupIterations: 1,
                    maxDuration: .seconds(isFull ? 30 : 3), maxIterations: 200),
                closure: { benchmark, prepared in
                    benchmark.measurement(timePerUnit, Int((try prepared.run() * 1e6).rounded()))
                },
                setup: {
                    try stage.prepare(
                        Stage.Setting(size: size, precisionName: precisionName, batch: batch, steps: steps))
                })
        }
    }
}
