/// Hair: what hangs behind the neck, what frames the face, and how light falls on it.
extension FacePainter {
    private var isWavy: Bool { has[.wavyHair] }
    private var isLong: Bool { v.hairLength == .long || v.hairLength == .bob }

    /// Where hair ends below.
    private var end: Float {
        switch v.hairLength {
        case .long: 1.95
        case .bob: 0.86
        default: 0.0
        }
    }

    /// How much higher than the skull the hair stands.
    private var lift: Float {
        let style: Float =
            switch v.hairLength {
            case .cropped: 0.0
            case .tied: 0.03
            case .short: isWavy ? 0.15 : 0.11
            default: isWavy ? 0.12 : has[.straightHair] ? 0.05 : 0.08
            }
        return style + 0.05 * v.volume
    }

    /// Waves bend space: the same displacement shapes outline, strands and light.
    @inline(__always)
    private func bent(_ u: Float, _ w: Float, _ amount: Float) -> (Float, Float) {
        if amount == 0 { return (u, w) }
        let side: Float = u > 0 ? 1 : -1
        return (
            u + side * amount * (w * 8.2 + v.wavePhase + side).sine * rise(-0.95, -0.2, w),
            w + amount * 0.34 * (u * 8.6 + v.wavePhase * 1.7).sine * rise(0.2, -0.6, w)
        )
    }

    private var waviness: Float {
        if isWavy { return isLong ? 0.088 : 0.062 }
        return has[.straightHair] || v.hairLength == .cropped ? 0 : isLong ? 0.036 : 0.014
    }

    /// Distance from the outline of all the hair.
    @inline(__always)
    private func outline(_ u: Float, _ w: Float, long: Bool, end: Float, lift: Float) -> Float {
        let x = u - v.turn * 0.02
        let wide = v.faceWidth + (long ? 0.14 : 0.05) + lift * (long ? 0.55 : 0.30)
        let dome = ellipse(x, w + 0.20, wide, 0.885 + lift)
        if !long || w < -0.20 { return dome }
        let flare: Float = isWavy ? 0.13 : 0.015
        let curl: Float = v.hairLength == .bob ? -0.10 * rise(0.3, 0.9, w) : 0
        let width = wide + flare * (w + 0.20) + curl
        let tip = v.hairLength == .bob ? end - 0.10 * (abs(x) - 0.5).squared : end
        return max(abs(x) - width, w - tip)
    }

    /// The colour of hair at a place: strands along the head's meridians, a ring of light, shaded sides.
    @inline(__always)
    private func lock(_ u: Float, _ w: Float, wide: Float, waves: Float) -> Paint {
        let fall = min(w + 0.20, 0)
        let meridian = u / (wide * max(0.10, 1 - (fall / 1.06).squared).squareRoot())
        let phase = v.wavePhase
        // Short hair is combed to one side.
        let m = isLong || v.hairLength == .tied ? meridian : 0.55 * meridian + (v.part > 0 ? -1.1 : 1.1) * (w + 0.9)
        let coarse = (m * 15 + phase + 0.8 * (w * 2.2 + phase).sine).sine
        let medium = (m * 37 + 2.1 * phase + w * 1.5).sine * middling
        let fine = (m * 96 + 5 * phase).sine * finest
        var tone = 1.04 + 0.12 * coarse + 0.11 * medium + 0.09 * fine
        tone -= 0.34 * rise(0.45, 1.15, abs(meridian - 0.12 * v.light))
        tone -= 0.16 * rise(0.1, 1.3, w)
        // Shadows between strands keep their warmth.
        let dip = has[.grayHair] ? 0 : max(0, 1 - tone)
        var colour = v.hair.tinted(tone + 0.16 * dip, tone, tone - 0.12 * dip)
        // The ring of light around the crown.
        let ring = w + 0.80 - 0.30 * meridian * meridian
        let near = 1 - 0.5 * rise(0.1, 1.0, abs(meridian - 0.55 * v.light))
        let gloss = bell((ring / 0.085).squared) * near * (0.66 + 0.22 * coarse + 0.22 * medium)
        // On waves, light catches the crests; on long straight hair, a second ring lower down.
        let crest = (w * 8.2 + v.wavePhase + (u > 0 ? 1 : -1)).sine
        let lower =
            waves > 0.05
            ? 0.62 * max(0, crest) * max(0, crest) * rise(-0.5, 0.1, w)
            : 0.42 * bell(((w - 0.42) / 0.22).squared)
        let amount = min(1, 0.62 * max(0, gloss) + 0.50 * lower * (0.7 + 0.3 * coarse) * near)
        colour = mix(colour, v.hairGloss, amount)
        if waves > 0.05 { colour = colour.lit(1 - 0.20 * max(0, -crest) * rise(-0.5, 0.1, w)) }
        return colour
    }

    private var middling: Float { visible(period: 0.12) }
    private var finest: Float { visible(period: 0.045) }

    func paintHairBehind() {
        if v.hairLength == .tied && !has[.wearingHat] { paintBun() }
        guard isLong else { return }
        let (end, lift, waves, hat) = (end, lift, waviness, has[.wearingHat])
        let wide = v.faceWidth + 0.14 + lift * 0.55
        canvas.paint(Box(-1.5, 1.5, -1.3, 2.2), in: head) { u, w in
            let (x, y) = bent(u, w, waves)
            let cover = fill(outline(x, y, long: true, end: end, lift: lift)) * (hat ? fill(-0.56 - w) : 1)
            if cover <= 0 { return Paint(repeating: 0) }
            let dim = 0.56 + 0.30 * rise(0.55, 0.95, abs(x))
            return lock(x, y, wide: wide, waves: waves).lit(dim).over(cover)
        }
    }

    private func paintBun() {
        let v = v
        let place = v.part * 0.5
        canvas.paint(Box(place - 0.5, place + 0.5, -1.6, -0.7), in: head) { u, w in
            let (x, y) = (u - place, w + 1.16)
            let d = ellipse(x, y, 0.31, 0.26)
            let swirl = ((x * 8 + y * 10) + 3 * (x * 5).sine).sine
            let light = bell(x - 0.10 * v.light, y + 0.10, 0.16, 0.08)
            let strands = v.hair.lit(0.95 + 0.13 * swirl - 0.3 * rise(-0.05, 0.25, y))
            return mix(strands, v.hairGloss, 0.5 * light).over(fill(d))
        }
    }

    func paintHairInFront() {
        if has[.bald] { return paintBaldHead() }
        let (end, lift, waves, long, hat) = (end, lift, waviness, isLong, has[.wearingHat])
        let wide = v.faceWidth + (long ? 0.14 : 0.05) + lift * (long ? 0.55 : 0.30)
        let soft: Float = v.hairLength == .cropped ? 0.08 : v.hairLength == .short ? 0.05 : 0.0
        let shade = shade
        canvas.paint(Box(-1.5, 1.5, -1.4, long ? 2.2 : 0.5), in: head) { u, w in
            let (x, y) = bent(u, w, waves)
            let out = outline(x, y, long: long, end: end, lift: lift)
            let cover = fill(out) * (hat ? fill(-0.56 - w) : 1)
            if cover <= 0 { return Paint(repeating: 0) }
            // How far above the hair line, with its slope taken into account.
            let line = hairline(u)
            let slope = (hairline(u + 0.02) - line) * 50
            let d = (w - line) / (1 + slope * slope).squareRoot()
            let inside = soft > 0 ? fill(d, soft: soft) : fill(d)
            // A soft shadow on the skin just below.
            let cast = 0.40 * rise(0.11, 0.0, d) * fill(face(u, w))
            if inside <= 0.002 { return shade.lit(0.82).over(cast) }
            let colour = lock(x, y, wide: wide, waves: waves).lit(1 - 0.22 * rise(-0.10, 0.0, d))
            return over(shade.lit(0.82).over(cast), colour, cover * inside)
        }
    }

    /// The height of the hair line at u: hair is above it.
    @inline(__always)
    private func hairline(_ u: Float) -> Float {
        let x = u - v.turn * 0.13
        let side = abs(x)
        let low: Float = isLong ? end + 0.3 : v.hairLength == .tied ? -0.02 : -0.03
        let temple: Float = isLong ? 0.665 : v.faceWidth - 0.085
        var top: Float
        if has[.bangs] {
            let tips = (x * 21 + v.wavePhase).sine
            top = -0.275 + 0.030 * tips + (v.fringe < 0.5 ? 0.06 * x * (v.part > 0 ? 1 : -1) : 0.0) + 0.12 * side * side
        } else if has[.recedingHairline] {
            top = -0.76 + 0.08 * bell((x / 0.13).squared) - 0.10 * bell(((side - 0.36) / 0.13).squared)
        } else if isLong {
            // Two curtains from the parting.
            let away = abs(x - v.part)
            top = -0.76 + 0.92 * away * away.squareRoot()
        } else if v.hairLength == .tied {
            top = -0.82 + 0.32 * x * x
        } else {
            let swept = x * (v.part > 0 ? 1 : -1)
            let locks = (x * (isWavy ? 14 : 27) + v.wavePhase).sine
            top = -0.745 + 0.10 * swept + (isWavy ? 0.045 : 0.016) * locks + 0.06 * v.fringe + 0.30 * side * side
        }
        // Never above the skull: what is bare there is skin, not backdrop.
        let skull = max(0, 1 - (side / (v.faceWidth + 0.01)).squared).squareRoot()
        top = max(top, 0.06 - skull)
        return mix(top, low, rise(temple - (isLong ? 0.14 : 0.12), temple + 0.06, side))
    }

    private func paintBaldHead() {
        let (v, glow) = (v, glow)
        let grey = has[.grayHair]
        let colour = grey ? v.hair : hairs
        let density: Float = grey ? 0.95 : 0.35
        canvas.paint(Box(-1.1, 1.1, -1.1, 0.4), in: head) { u, w in
            let side = abs(u)
            let band = max(v.faceWidth * 0.80 - side + 0.25 * max(0, -w - 0.1), abs(w + 0.20) - 0.33)
            let rim = ellipse(u, w + 0.18, v.faceWidth + 0.055, 0.62)
            let strands = 1 + 0.12 * (w * 26).sine
            let shine = 0.62 * bell(u - v.light * 0.22, w + 0.74, 0.20, 0.09)
            return over(glow.lit(1.06).over(shine), colour.lit(strands), density * fill(max(band, rim), soft: 0.10))
        }
    }
}
