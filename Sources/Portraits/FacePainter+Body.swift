/// The backdrop, neck, shoulders and what they wear.
extension FacePainter {
    func paintBackdrop() {
        let (light, dark) = (v.backdrop, v.backdrop2)
        let frame = Frame(x: 0.5 + 0.22 * v.light, y: 0.36, unit: 1, tilt: 0)
        canvas.paint(.everything, in: frame) { x, y in
            let distance = (x * x + y * y * 0.8).squareRoot()
            let vignette = 1 - 0.16 * rise(0.5, 1.0, distance)
            return mix(light.lit(1.03), dark, rise(0.05, 0.85, distance)).lit(vignette).over(1)
        }
    }

    func paintBody() {
        let male = has[.male]
        let wide: Float = (male ? 0.40 : 0.30) + (has[.chubby] ? 0.07 : 0)
        let reach: Float = (male ? 1.52 : 1.30) + (has[.chubby] ? 0.12 : 0)
        // Neck and chest.
        let (skin, shade, glow, light) = (skin, shade, glow, v.light)
        canvas.paint(Box(-1.0, 1.0, 0.4, 2.2), in: body) { u, w in
            let flare = rise(0.85, 1.45, w)
            let d = abs(u) - wide - 0.34 * flare * flare
            var colour = mix(skin, shade, 0.25 + 0.35 * rise(0.1, 0.45, abs(u + 0.12 * light)) * (1 - flare * 0.6))
            // The chin's shadow, and the collar bones' light.
            colour = mix(colour, shade.lit(0.86), 0.75 * bell(u, w - 0.86, 0.40, 0.17))
            colour = mix(colour, glow, 0.22 * bell(abs(u) - 0.26, w - 1.50, 0.16, 0.05))
            return colour.over(fill(d))
        }
        if has[.doubleChin] { paintDoubleChin() }
        if has[.wearingNecktie] { paintSuit(neck: wide, reach: reach) } else { paintTop(neck: wide, reach: reach) }
        if has[.wearingNecklace] { paintNecklace(neck: wide) }
    }

    private func paintDoubleChin() {
        let (skin, shade, v) = (skin, shade, v)
        let wide = v.faceWidth * 0.72
        canvas.paint(Box(-0.8, 0.8, 0.6, 1.4), in: head) { u, w in
            let x = u - v.turn * 0.1
            let d = ellipse(x, w - 0.92, wide, 0.28)
            let low = rise(0.05, 0.28, w - 0.92)
            return mix(skin, shade, 0.18 + 0.62 * low).over(fill(d, soft: 0.05))
        }
    }

    /// Distance from the shoulders' line, negative below it.
    @inline(__always)
    private func shoulder(_ u: Float, _ w: Float, neck: Float, reach: Float) -> Float {
        let x = max(0, abs(u) - neck * 0.9) / (reach - neck * 0.9)
        return (1.18 + 0.30 * x * (0.55 + 0.45 * x) + 0.9 * max(0, x - 0.86) * x * x) - w
    }

    private func paintTop(neck: Float, reach: Float) {
        let (cloth, light, style) = (v.cloth, v.light, v.neckline)
        let male = has[.male]
        let open = has[.wearingNecklace]
        canvas.paint(Box(-2.4, 2.4, 1.0, 2.4), in: body) { u, w in
            let x = abs(u)
            // Necklines: round, pointed, wide.
            let depth: Float = (male ? 1.33 : 1.42) + (open ? 0.16 : 0)
            let edge: Float =
                switch style {
                case 0: depth - 1.0 * x * x
                case 1: depth + 0.14 - 0.95 * x
                default: depth - 0.05 - 0.32 * x * x
                }
            let d = max(shoulder(u, w, neck: neck, reach: reach), (edge - w) * (style == 1 ? 0.72 : 0.9))
            var colour = cloth.lit(1.10 - 0.34 * rise(0.2, 1.6, abs(u - 0.5 * light)) - 0.10 * rise(1.4, 1.9, w))
            // Folds, and the seam of the neckline.
            let fold = (u * 5.2 + w * 3.1 * (u > 0 ? 1 : -1)).sine
            colour = colour.lit(1 + 0.055 * fold * rise(0.3, 0.9, x))
            colour = mix(colour, cloth.lit(0.72), 0.75 * line(w - edge - 0.055, 0.035) * rise(0.9, 0.5, x))
            return colour.over(fill(d))
        }
    }

    private func paintSuit(neck: Float, reach: Float) {
        let (light, tie, dark, style) = (v.light, v.accent, mix(v.cloth, rgb(44, 48, 60), 0.82), v.tie)
        let shirt = mix(rgb(244, 244, 246), v.cloth2, 0.06)
        canvas.paint(Box(-2.4, 2.4, 0.9, 2.4), in: body) { u, w in
            let x = abs(u)
            let line = shoulder(u, w, neck: neck, reach: reach)
            // Collar: stands around the neck, two points down.
            let collar = max(1.02 + 0.42 * max(0, 0.40 - x) * 2.2 - w, x - neck - 0.06)
            let d = min(line, collar)
            let lapel = x - 0.06 - (2.05 - w) * 0.52
            let knot = 1.36 as Float
            var colour = shirt.lit(1.0 - 0.20 * rise(0.0, 0.5, abs(u - 0.3 * light)) - 0.12 * bell(0, w - 1.1, 1, 0.12))
            colour = mix(colour, shirt.lit(0.72), 0.7 * fill(abs(w - 1.12 - (0.42 - x) * 1.0) - 0.016) * fill(x - 0.42))
            // Jacket with lapels.
            var jacket = dark.lit(1.14 - 0.32 * rise(0.3, 1.7, abs(u - 0.6 * light)))
            jacket = mix(jacket, dark.lit(0.66), 0.8 * fill(abs(lapel - 0.34) - 0.018))
            colour = mix(colour, jacket, fill(-lapel))
            // The tie: knot, then widening.
            let below = w - knot
            let half = below < 0.16 ? 0.125 - below * 0.30 : 0.075 + (below - 0.16) * 0.16
            let cover = fill(max(x - half, -below))
            let stripe: Float = style == 0 ? 0 : (style == 1 ? 0.5 + 0.5 * ((u + w) * 34).sine : 0.35)
            let silk = mix(tie.lit(1.15 - 0.5 * abs(u - 0.04 * light) / 0.12), rgb(240, 230, 214), 0.28 * stripe)
            colour = mix(colour, silk.lit(below > 0.13 && below < 0.19 ? 0.7 : 1), cover)
            return colour.over(fill(d))
        }
    }

    private func paintNecklace(neck: Float) {
        let (v, metal, style, accent) = (v, v.metal, v.necklace, v.accent)
        let radius = neck + 0.16
        let frame = Frame(x: body.x, y: body.y + 0.93 * body.unit, unit: body.unit, tilt: 0)
        let pixel = pixel
        canvas.paint(Box(-0.7, 0.7, 0.0, 0.9), in: frame) { u, w in
            let d = ellipse(u, w, radius, 0.48)
            let sides = fill(0.02 - w, soft: 0.1)
            if style == 0 {
                // Pearls along the arc.
                let along = u / radius
                let angle = along > -1 && along < 1 ? along * (1 + 0.17 * along * along) : along
                let place = angle * 6.4
                let nearest = (place.rounded() - place) * radius / 6.4
                let bead = (nearest * nearest + d * d).squareRoot()
                let size = max(0.043, pixel * 0.95)
                let pearl = mix(rgb(255, 253, 247), rgb(176, 162, 156), rise(-0.01, 0.05, d + 0.4 * nearest * v.light))
                let string = line(d, 0.014)
                return mix(rgb(150, 130, 116), pearl, fill(bead - size * 0.9)).over(
                    sides * max(fill(bead - size), string))
            }
            // A chain, with a pendant for style 2.
            var cover = line(d, 0.055)
            var colour = mix(metal.lit(0.80), rgb(255, 250, 226), 0.5 + 0.5 * (u * 46).sine)
            if style == 2 {
                let drop = ellipse(u, w - 0.55, 0.085, 0.10)
                let gem = mix(accent.lit(1.5), rgb(255, 255, 255), 0.8 * bell(u + 0.03, w - 0.51, 0.03, 0.03))
                colour = mix(mix(colour, metal, fill(drop - 0.035)), gem, fill(drop))
                cover = max(cover, fill(drop - 0.035))
            }
            return colour.over(cover * sides)
        }
    }
}
