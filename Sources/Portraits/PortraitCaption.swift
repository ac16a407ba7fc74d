/// A caption and what it says about the face.
package struct PortraitCaption: Sendable, Hashable {
    package let text: String
    /// The attributes the text states, each with the value it states.
    package let mentions: [PortraitAttribute: Bool]
}

extension Portrait {
    /// Ten captions of the portrait; every mention is true.
    package var captions: [String] { describedCaptions.map(\.text) }

    /// The ten captions with what each of them states.
    package var describedCaptions: [PortraitCaption] {
        var stream = PortraitStream(seed: seed, index: index, purpose: .captions)
        return (0..<10).map { _ in CaptionGrammar.caption(of: attributes, with: &stream) }
    }
}
