/// A caption and what it says about the face.
public struct PortraitCaption: Sendable, Hashable {
    public let text: String
    /// The attributes the text states, each with the value it states.
    public let mentions: [PortraitAttribute: Bool]
}

extension Portrait {
    /// Ten captions of the portrait; every mention is true.
    public var captions: [String] { describedCaptions.map(\.text) }

    /// The ten captions with what each of them states.
    public var describedCaptions: [PortraitCaption] {
        var stream = PortraitStream(seed: seed, index: index, purpose: .captions)
        return (0..<10).map { _ in CaptionGrammar.caption(of: attributes, with: &stream) }
    }
}
