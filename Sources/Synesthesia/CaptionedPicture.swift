import SynPortraits

/// A picture and what was said of it: what an adapter learns from.
public struct CaptionedPicture: Sendable, Equatable {
    /// What the captions are of.
    public let picture: Picture
    /// At least one.
    public let captions: [String]

    /// - Throws for a picture without a caption.
    public init(_ picture: Picture, captions: [String]) throws(SynesthesiaError) {
        guard !captions.isEmpty else {
            throw SynesthesiaError(.settings, "a picture without a caption teaches nothing")
        }
        (self.picture, self.captions) = (picture, captions)
    }

    private init(_ portrait: Portrait) {
        picture = Picture(portrait.image())
        captions = portrait.captions
    }

    /// The miniature world's drawn portraits of 64×64 pixels with captions from its grammar: always the same ones.
    ///
    /// - Parameters:
    ///   - count: how many, from the first one.
    ///   - heldOut: portraits that are never trained on.
    public static func drawn(_ count: Int, heldOut: Bool = false) -> [CaptionedPicture] {
        (0..<max(count, 0)).map {
            CaptionedPicture(
                PortraitWorld().portrait(at: PortraitWorld.index(of: $0, in: heldOut ? .validation : .training)))
        }
    }
}
