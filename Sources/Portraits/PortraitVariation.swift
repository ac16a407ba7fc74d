/// Everything about a portrait that no attribute says: pose, proportions, colours, light.
///
/// Drawn from the portrait's own stream; lengths in half head heights, angles in radians.
package struct PortraitVariation: Hashable, Sendable {
    /// How long the hair is. CelebA does not say; the draw leans on sex and on straight or wavy hair.
    package enum HairLength: Int, Sendable, CaseIterable {
        case cropped, short, tied, bob, long
    }

    // Pose.
    var x: Float, y: Float, scale: Float, tilt: Float, turn: Float
    // Proportions.
    var faceWidth: Float, jaw: Float, chin: Float
    var eyeSize: Float, eyeDistance: Float, eyeSlant: Float, gaze: Float
    var browHeight: Float, noseLength: Float, mouthHeight: Float, mouthWidth: Float
    // Hair.
    package internal(set) var hairLength: HairLength
    var part: Float, volume: Float, wavePhase: Float, fringe: Float
    // Colours.
    var skin: Paint, hair: Paint, hairGloss: Paint, iris: Paint, lips: Paint, eyeshadow: Paint
    var cloth: Paint, cloth2: Paint, accent: Paint, metal: Paint
    var backdrop: Paint, backdrop2: Paint
    var light: Float
    // Choices among a few shapes.
    var neckline: Int, glasses: Int, hat: Int, earring: Int, necklace: Int, tie: Int

    init(of attributes: PortraitAttributes, with stream: inout PortraitStream) {
        let male = attributes[.male]
        x = 0.5 + 0.010 * stream.bell()
        y = 0.470 + 0.006 * stream.bell()
        scale = 0.342 + 0.006 * stream.bell()
        tilt = 0.030 * stream.bell()
        turn = 0.10 * stream.bell()

        faceWidth = (male ? 0.735 : 0.705) + 0.014 * stream.bell()
        jaw = (male ? 0.07 : 0.0) + 0.017 * stream.bell()
        chin = 0.014 * stream.bell()
        if attributes[.ovalFace] {
            (faceWidth, jaw, chin) = (faceWidth - 0.07, jaw * 0.3 - 0.05, chin * 0.5 + 0.075)
        }
        if attributes[.chubby] { (faceWidth, jaw) = (faceWidth + 0.075, jaw + 0.125) }
        eyeSize = (male ? 0.94 : 1.06) + 0.035 * stream.bell()
        eyeDistance = 0.315 + 0.008 * stream.bell()
        eyeSlant = 0.025 * stream.bell() + (male ? -0.01 : 0.015)
        gaze = 0.3 * stream.bell()
        browHeight = 0.012 * stream.bell()
        noseLength = 0.40 + 0.014 * stream.bell()
        mouthHeight = 0.645 + 0.008 * stream.bell()
        mouthWidth = 0.265 + 0.011 * stream.bell()

        hairLength = Self.length(of: attributes, with: &stream)
        part = (stream.chance(0.5) ? 1 : -1) * stream.between(0.02, 0.34)
        volume = 0.5 + 0.18 * stream.bell()
        wavePhase = stream.between(0, 6.28)
        fringe = stream.uniform()

        skin = Palette.skin(pale: attributes[.paleSkin], with: &stream)
        hair = Palette.hair(of: attributes, with: &stream)
        hairGloss = Palette.gloss(on: hair)
        iris = Palette.iris(under: skin, with: &stream)
        lips = stream.pick(Palette.lipsticks)
        eyeshadow = stream.pick(Palette.eyeshadows)
        cloth = stream.pick(Palette.cloths).lit(stream.between(0.85, 1.1))
        cloth2 = stream.pick(Palette.cloths)
        accent = stream.pick(Palette.accents)
        metal = stream.chance(0.72) ? rgb(235, 188, 82) : rgb(214, 220, 230)
        let backdrops = stream.pick(Palette.backdrops)
        let shift = stream.between(0.95, 1.04)
        backdrop = backdrops.0.lit(shift)
        backdrop2 = backdrops.1.lit(shift)
        light = (stream.chance(0.5) ? 1 : -1) * stream.between(0.15, 0.7)

        neckline = stream.below(3)
        glasses = stream.below(3)
        hat = stream.below(3)
        earring = stream.below(3)
        necklace = stream.below(3)
        tie = stream.below(3)
    }

    private static func length(
        of attributes: PortraitAttributes, with stream: inout PortraitStream
    ) -> HairLength {
        let draw = stream.uniform()
        let styled = attributes[.straightHair] || attributes[.wavyHair]
        if attributes[.bald] { return .cropped }
        if attributes[.male] {
            if draw < 0.06, styled { return .long }
            return styled || attributes[.bangs] ? .short : (draw < 0.8 ? .cropped : .short)
        }
        if styled { return draw < 0.72 ? .long : .bob }
        return draw < 0.56 ? .tied : draw < 0.66 ? .bob : draw < 0.80 ? .long : .short
    }
}
