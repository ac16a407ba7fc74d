/// The colours the world is painted with: warm, a little muted, made to go together.
enum Palette {
    static func skin(pale: Bool, with stream: inout PortraitStream) -> Paint {
        let draw = stream.uniform()
        let warmth = stream.bell()
        if pale { return rgb(253, 236, 226).tinted(1, 1 - 0.006 * warmth, 1 - 0.010 * warmth) }
        // From fair to deep; CelebA's faces are fair more often than not.
        let tones = [
            rgb(250, 215, 190), rgb(243, 200, 168), rgb(232, 182, 145), rgb(214, 158, 118),
            rgb(178, 121, 84), rgb(130, 84, 58), rgb(98, 62, 44),
        ]
        let place = 6 * (0.62 * draw + 0.38 * draw * draw * draw)
        let low = min(5, Int(place))
        return mix(tones[low], tones[low + 1], place - Float(low)).tinted(1, 1 - 0.008 * warmth, 1 - 0.016 * warmth)
    }

    static func hair(of attributes: PortraitAttributes, with stream: inout PortraitStream) -> Paint {
        let light = stream.between(0.90, 1.12)
        let draw = stream.uniform()
        let warmth = 0.035 * stream.bell()
        let base: Paint =
            if attributes[.blackHair] { rgb(34, 29, 33) } else if attributes[.brownHair] {
                mix(rgb(92, 56, 34), rgb(124, 80, 50), draw)
            } else if attributes[.blondHair] {
                mix(rgb(218, 172, 96), rgb(240, 208, 140), draw)
            } else if attributes[.grayHair] { mix(rgb(168, 168, 174), rgb(208, 208, 212), draw) } else if draw < 0.55 {
                mix(rgb(150, 58, 30), rgb(186, 84, 42), draw / 0.55)
            } else if draw < 0.80, !attributes[.male] {
                mix(rgb(120, 34, 38), rgb(146, 44, 60), (draw - 0.55) / 0.25)
            } else if attributes[.male] { mix(rgb(188, 112, 66), rgb(206, 138, 92), max(0, (draw - 0.55) / 0.45)) } else
            { others[min(others.count - 1, Int((draw - 0.8) / 0.2 * Float(others.count)))] }
        return base.lit(light).tinted(1 + warmth, 1, 1 - warmth)
    }

    /// The colour of light on hair: a brighter, slightly cooler hair on dark, nearly white on fair.
    static func gloss(on hair: Paint) -> Paint {
        let bright = hair.luminance
        let lifted = mix(hair.lit(1.9), rgb(255, 244, 226), 0.16 + 0.22 * bright)
        return (lifted + Paint(0.02, 0.025, 0.05, 0) * (1 - bright)).over(1)
    }

    /// Dyed hair: teal, rose, violet.
    private static let others = [rgb(44, 118, 122), rgb(206, 112, 140), rgb(108, 78, 150)]

    /// Dark skin goes with brown eyes, mostly.
    static func iris(under skin: Paint, with stream: inout PortraitStream) -> Paint {
        let draw = stream.below(irises.count)
        let brown = stream.chance(0.85)
        return irises[skin.luminance < 0.56 && draw > 3 && brown ? draw - 4 : draw]
    }

    private static let irises = [
        rgb(70, 44, 26), rgb(84, 54, 32), rgb(58, 38, 26), rgb(110, 78, 40), rgb(74, 118, 158), rgb(92, 140, 170),
        rgb(84, 126, 84), rgb(112, 130, 128),
    ]

    static let lipsticks = [
        rgb(196, 30, 52), rgb(214, 44, 66), rgb(176, 26, 60), rgb(222, 62, 100), rgb(150, 28, 58), rgb(226, 74, 74),
    ]

    static let eyeshadows = [
        rgb(112, 70, 96), rgb(84, 82, 120), rgb(120, 74, 52), rgb(64, 96, 104), rgb(146, 84, 96), rgb(80, 64, 70),
    ]

    static let cloths = [
        rgb(58, 84, 116), rgb(176, 74, 62), rgb(232, 222, 204), rgb(62, 98, 84), rgb(214, 150, 66), rgb(112, 84, 122),
        rgb(52, 54, 64), rgb(148, 170, 190), rgb(196, 122, 112), rgb(120, 132, 88), rgb(240, 238, 234), rgb(92, 60, 54),
    ]

    static let accents = [
        rgb(160, 38, 46), rgb(38, 62, 110), rgb(36, 92, 84), rgb(186, 128, 40), rgb(92, 54, 104), rgb(64, 64, 72),
    ]

    static let backdrops = [
        (rgb(236, 224, 208), rgb(208, 186, 164)), (rgb(204, 218, 224), rgb(156, 180, 194)),
        (rgb(220, 226, 210), rgb(174, 188, 166)), (rgb(216, 210, 226), rgb(172, 162, 190)),
    ]
}
