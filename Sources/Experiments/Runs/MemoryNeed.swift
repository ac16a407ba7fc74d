import Files
import Foundation
import Models

/// How much memory work would take at least, told from its shapes before it begins.
///
/// Numbers are Double, so no product overflows. Only what is certain is counted: what is refused could not have run.
package struct MemoryNeed {
    /// What needs memory, and the setting or option that makes it smaller.
    package struct Share {
        package let what: String
        package let key: String
        package let bytes: Double
    }

    private let shares: [Share]

    package init(_ shares: [Share]) { self.shares = shares }

    package var bytes: Double { shares.map(\.bytes).reduce(0, +) }

    /// Throws when it is more than the machine has.
    package func check(available: Double = MemoryNeed.available) throws {
        guard bytes > available, let largest = shares.max(by: { $0.bytes < $1.bytes }) else { return }
        throw Complaint(
            .settings,
            "this would need \(Self.text(bytes)) of memory, of which there are \(Self.text(available)); "
                + "\(Self.text(largest.bytes)) are \(largest.what): lower \(largest.key)")
    }

    /// The machine's memory, or what this process may have of it where that is less.
    package static var available: Double {
        var least = Double(ProcessInfo.processInfo.physicalMemory)
        for file in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
            if let text = try? String(contentsOfFile: file, encoding: .utf8),
                let limit = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) { least = min(least, limit) }
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 { least = min(least, Double(limit.rlim_cur)) }
        return least
    }

    package static func text(_ bytes: Double) -> String {
        switch bytes {
        case ..<1e12: ByteCount.text(Int(max(bytes, 0)))
        case ..<1e15: String(format: "%.1f TB", bytes / 1e12)
        default: String(format: "%.3g TB", bytes / 1e12)
        }
    }
}

extension MemoryNeed {
    /// The drawn world's captions, before they are written.
    package static func captions(_ data: DataSettings) -> MemoryNeed {
        // Ten captions of about 150 bytes each.
        MemoryNeed([
            Share(what: "captions to train with", key: "data.train", bytes: Double(data.train) * 1500),
            Share(what: "captions to validate with", key: "data.validation", bytes: Double(data.validation) * 1500),
        ])
    }

    /// The keys and values of drawing so many pictures together.
    package static func drawing(
        _ decoder: ImageDecoderConfiguration, batch: Int, prefixTokens: Int, isGuided: Bool, key: String
    ) -> Share {
        let transformer = decoder.transformer
        let tokens = Double(decoder.tokensPerImage + prefixTokens) * Double(batch) * (isGuided ? 2 : 1)
        return Share(
            what: "keys and values of \(batch) pictures drawn together", key: key,
            bytes: tokens * Double(transformer.layerCount) * Double(transformer.width) * 2 * 4)
    }

    /// A probe whose data and decoder are known: the largest of its stages.
    package static func probe(_ settings: ProbeSettings, _ data: ProbeData, _ decoder: ImageDecoderConfiguration, vectorSize: Int) -> [MemoryNeed] {
        let samples = data.training + data.validation
        let captions = Double(samples.reduce(0) { $0 + $1.captions.count })
        let width = Double(decoder.transformer.width)
        let variants = [settings.adapter.prefixTokens] + (settings.ablation.encoders.isEmpty ? [] : settings.ablation.prefixTokens)
        let prefixTokens = variants.max() ?? 1
        let kept = [
            Share(what: "image tokens", key: "data.train", bytes: Double(samples.count) * Double(decoder.tokensPerImage) * 4),
            Share(what: "caption vectors", key: "data.train", bytes: captions * Double(vectorSize) * 4),
        ]
        // Weights, gradients, two moments, the best so far.
        let adapter = Share(
            what: "the adapter and its training", key: "adapter.prefix-tokens",
            bytes: Double(prefixTokens) * width * Double(vectorSize) * 4 * 5)
        let part = min(settings.adapter.microBatch ?? settings.adapter.batch, settings.adapter.batch, data.training.count)
        // What the way back needs of one layer is more than eight numbers a token and channel.
        let training = Share(
            what: "the way back through the decoder of \(part) pictures together", key: "adapter.micro-batch",
            bytes: Double(part) * Double(decoder.tokensPerImage + prefixTokens) * Double(decoder.transformer.layerCount) * width * 4 * 8)
        let count = data.generationCaptions(settings.sampling.captions).count
        let pictures = Double(count) * Double(settings.sampling.imagesPerCaption)
        let batch = min(settings.sampling.batch, Int(min(pictures, 1e9)))
        let prefixes = Share(
            what: "prefixes of \(Int(min(pictures, 1e15))) pictures", key: "sampling.images-per-caption",
            bytes: pictures * (Double(prefixTokens) * width * 4 + 400))
        let guidance = [settings.sampling.guidance] + (settings.ablation.encoders.isEmpty ? [] : settings.ablation.guidance)
        let drawing = drawing(
            decoder, batch: batch, prefixTokens: prefixTokens, isGuided: guidance.contains { $0 != 1 }, key: "sampling.batch")
        return [MemoryNeed(kept + [adapter, training]), MemoryNeed(kept + [prefixes, drawing])]
    }
}
