import SynPortraits

/// What the attribute reader saw in one drawn face, and what its caption had said.
package struct DrawnAttributes: Sendable, Equatable {
    /// Faces of one portrait's captions are resampled together.
    package let portrait: Int
    package let stated: [PortraitAttribute: Bool]
    package let probabilities: [PortraitAttribute: Double]

    package init(portrait: Int, stated: [PortraitAttribute: Bool], probabilities: [PortraitAttribute: Double]) {
        (self.portrait, self.stated, self.probabilities) = (portrait, stated, probabilities)
    }

    /// Of a line of `samples.jsonl`; nil for one from before the probabilities were kept, or without a reader.
    package init?(_ sample: SampleRecord) {
        guard let kept = sample.attributes else { return nil }
        let pairs = kept.compactMap { name, value in PortraitAttribute(name: name).map { ($0, value) } }
        self.init(
            portrait: sample.number, stated: CaptionMentions.read(sample.text),
            probabilities: Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    }
}
