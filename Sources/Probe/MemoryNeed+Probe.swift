import SynModels
import SynRuns

extension MemoryNeed {
    /// The drawn world's captions, before they are written.
    package static func captions(_ data: DataSettings) -> MemoryNeed {
        // Ten captions of about 150 bytes each.
        MemoryNeed([
            Share(what: "captions to train with", key: "data.train", bytes: Double(data.train) * 1500),
            Share(what: "captions to validate with", key: "data.validation", bytes: Double(data.validation) * 1500),
            Share(what: "captions to test with", key: "data.test", bytes: Double(data.test ?? 0) * 1500),
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
    package static func probe(
        _ settings: ProbeSettings, _ data: ProbeData, _ decoder: ImageDecoderConfiguration, vectorSize: Int
    ) -> [MemoryNeed] {
        let samples = data.all
        let captions = Double(samples.reduce(0) { $0 + $1.captions.count })
        let width = Double(decoder.transformer.width)
        let variants =
            [settings.adapter.prefixTokens] + (settings.ablation.encoders.isEmpty ? [] : settings.ablation.prefixTokens)
        let prefixTokens = variants.max() ?? 1
        let kept = [
            Share(
                what: "image tokens", key: "data.train",
                bytes: Double(samples.count) * Double(decoder.tokensPerImage) * 4),
            Share(what: "caption vectors", key: "data.train", bytes: captions * Double(vectorSize) * 4),
        ]
        // Weights, gradients, two moments, the best so far.
        let adapter = Share(
            what: "the adapter and its training", key: "adapter.prefix-tokens",
            bytes: Double(prefixTokens) * width * Double(vectorSize) * 4 * 5)
        let part = min(
            settings.adapter.microBatch ?? settings.adapter.batch, settings.adapter.batch, data.training.count)
        // What the way back needs of one layer is more than eight numbers a token and channel.
        let training = Share(
            what: "the way back through the decoder of \(part) pictures together", key: "adapter.micro-batch",
            bytes: Double(part) * Double(decoder.tokensPerImage + prefixTokens) * Double(decoder.transformer.layerCount)
                * width * 4 * 8)
        let count = data.generationCaptions(settings.sampling.captions).count
        let pictures = Double(count) * Double(settings.sampling.imagesPerCaption)
        let batch = min(settings.sampling.batch, Int(min(pictures, 1e9)))
        let prefixes = Share(
            what: "prefixes of \(Int(min(pictures, 1e15))) pictures", key: "sampling.images-per-caption",
            bytes: pictures * (Double(prefixTokens) * width * 4 + 400))
        let guidance =
            [settings.sampling.guidance] + (settings.ablation.encoders.isEmpty ? [] : settings.ablation.guidance)
        let drawing = drawing(
            decoder, batch: batch, prefixTokens: prefixTokens, isGuided: guidance.contains { $0 != 1 },
            key: "sampling.batch")
        return [MemoryNeed(kept + [adapter, training]), MemoryNeed(kept + [prefixes, drawing])]
    }
}
