import BenchmarkStages
import Foundation
import SynCUDA
import SynModels
import SynTensors

/// `gpu-test [small] [miniature] [adapters] [vqgan] [full] [rates] [profile] [convolve] [--decoder FOLDER]`: whether a
/// GPU computes what the CPU does, and how quickly. Without parts: all but the profile and the kernels for convolutions
/// by themselves.
@main struct GPUTest {
    static func main() {
        var parts = Set(CommandLine.arguments.dropFirst().filter { !$0.hasPrefix("-") })
        var decoder = URL(filePath: "Weights/decoder")
        if let place = CommandLine.arguments.firstIndex(of: "--decoder"), place + 1 < CommandLine.arguments.count {
            decoder = URL(filePath: CommandLine.arguments[place + 1])
            parts.remove(CommandLine.arguments[place + 1])
        }
        if parts.isEmpty { parts = ["small", "miniature", "adapters", "vqgan", "full", "rates"] }
        let findings = Findings()
        do {
            try run(parts, decoder, findings)
        } catch {
            print("gpu-test: \(error)")
            findings.note("gpu-test", "ran to its end", isTrue: false)
        }
        findings.printTable()
        exit(findings.allMet ? 0 : 1)
    }

    private static func run(_ parts: Set<String>, _ decoder: URL, _ findings: Findings) throws {
        let start = ContinuousClock.now
        let device = try CUDADevice.open()
        findings.note("device", device.name, text: device.facts)
        let opened = (ContinuousClock.now - start).components
        findings.note(
            "device", "opened in", Double(opened.seconds) + Double(opened.attoseconds) * 1e-18, unit: "s")
        let parity = Parity(device: device, findings: findings)
        if parts.contains("small") { try parity.small() }
        if parts.contains("miniature") { try parity.miniature(decoder) }
        if parts.contains("adapters") {
            try Adapters(findings: findings).compare(settings: "Samples/miniature-quick.yaml")
        }
        if parts.contains("vqgan") {
            let pictures = Pictures(device: device, findings: findings)
            try pictures.run()
            if parts.contains("profile") { try pictures.profile() }
        }
        if parts.contains("convolve") { try Convolutions(device: device, findings: findings).run() }
        guard !parts.isDisjoint(with: ["full", "rates", "profile"]) else { return }
        let random = RandomTransformer(FrozenModels.publishedDecoder.transformer, seed: 1)
        let rates = Rates(device: device, random: random, findings: findings)
        if parts.contains("rates") {
            let ceiling = try rates.productRate()
            try rates.training(ceiling: ceiling)
            try rates.drawing([512, 32, 1])
        }
        if parts.contains("profile") { try rates.profile() }
        if parts.contains("full") { try parity.full(random) }
    }
}
