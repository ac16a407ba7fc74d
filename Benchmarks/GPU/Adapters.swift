import Foundation
import SynEmbedding
import SynProbe
import SynRuns

/// Adapters of the miniature probe, trained with the decoder on the GPU and on the CPU.
struct Adapters {
    let findings: Findings

    /// The validation losses of three seeds, on both: whether the device changes less than the seed does.
    func compare(settings file: String) throws {
        let seeds = [1, 2, 3]
        func losses(_ device: String) throws -> [Double] {
            let output = FileManager.default.temporaryDirectory.appending(path: "gpu-test-\(getpid())-\(device)")
            defer { try? FileManager.default.removeItem(at: output) }
            let settings = try ProbeSettings(
                file: file,
                overrides: [
                    "device=\(device)", "output=\(output.path)", "seeds=\(seeds)", "data.train=400", "adapter.steps=80",
                    "adapter.silent-steps=80", "text-study=false",
                ])
            let run = try ProbeRun(
                settings, locator: ModelLocator(environment: ProcessInfo.processInfo.environment),
                interruption: Interruption(), progress: { _ in })
            let folders = try run.trainAdapters(encoders: ["clip-small"], seeds: seeds)
            return try folders.map { folder in
                let log = try String(contentsOfFile: folder + "/training.jsonl", encoding: .utf8)
                let lines = try log.split(separator: "\n").map {
                    try JSONDecoder().decode(TrainingLine.self, from: Data($0.utf8))
                }
                return lines.compactMap(\.validation).min() ?? .nan
            }
        }
        let (cpu, gpu) = (try losses("cpu"), try losses("cuda"))
        func text(_ values: [Double]) -> String { values.map { String(format: "%.4f", $0) }.joined(separator: " ") }
        findings.note("adapters", "validation losses of seeds 1 to 3 on the CPU", text: text(cpu))
        findings.note("adapters", "and with the decoder on the GPU", text: text(gpu))
        let spread = (cpu.max() ?? .nan) - (cpu.min() ?? .nan)
        let change = zip(cpu, gpu).map { abs($0 - $1) }.max() ?? .nan
        findings.note("adapters", "largest change by the device", change, atMost: spread)
    }
}
