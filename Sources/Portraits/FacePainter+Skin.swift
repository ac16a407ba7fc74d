/// Ears, the face with its light, age and make-up, and the nose.
extension FacePainter {
    func paintEars() {
        let (skin, shade, v) = (skin, shade, v)
        for side: Float in [-1, 1] {
            // The ear on the side the face turns to hides behind the cheek.
            let place = side * (v.faceWidth + 0.035 - max(0, side * v.turn) * 0.35) - v.turn * 0.12
            canvas.paint(Box(place - 0.2, place + 0.2, -0.3, 0.5), in: head) { u, w in
                let d = ellipse(u - place - side * 0.03 * (0.1 - w), w - 0.10, 0.115, 0.24)
                let inner = bell(u - place - side * 0.01, w - 0.10, 0.055, 0.12)
                return mix(skin.tinted(1, 0.94, 0.92), shade, 0.16 + 0.55 * inner).over(fill(d))
            }
        }
    }

    func paintSkin() {
        let (skin, shade, glow, v, has) = (skin, shade, glow, v, has)
        let scale = 1 / (1 + v.light * v.light * 0.35 + 0.28).squareRoot()
        let (lx, ly, lz) = (v.light * 0.62 * scale, -0.46 * scale, 0.92 * scale)
        let rosy: Float = has[.rosyCheeks] ? 0.74 : has[.heavyMakeup] ? 0.30 : has[.male] ? 0.06 : 0.13
        let blush = mix(rgb(236, 96, 100), skin.tinted(1, 0.5, 0.5), 0.4)
        let bones: Float = has[.highCheekbones] ? 1 : 0
        let smile: Float = has[.smiling] ? 1 : 0
        let age: Float = has[.young] ? 0 : 1
        let chubby: Float = has[.chubby] ? 1 : 0
        let bald = has[.bald]
        canvas.paint(Box(-1, 1, -1.05, 1.15), in: head) { u, w in
            let d = face(u, w)
            let cover = fill(d)
            if cover <= 0 { return Paint(repeating: 0) }
            let x = across(u)
            let side = abs(x)
            // Light on an egg.
            let (nx, ny) = (u / (v.faceWidth * 1.02), w * 0.80)
            let nz = max(0.04, 1 - nx * nx - ny * ny).squareRoot()
            let lambert = nx * lx + ny * ly + nz * lz
            var colour = mix(shade, skin, rise(-0.25, 0.72, lambert))
            colour = mix(colour, glow, 0.62 * rise(0.62, 1.02, lambert))
            // Shadow below the hair line, of eye sockets, below the lips.
            if !bald { colour = mix(colour, shade, 0.42 * rise(-0.42, -0.80, w + 0.25 * side)) }
            colour = mix(colour, shade, 0.30 * bell(side - 0.27, w + 0.075, 0.16, 0.10))
            colour = mix(colour, shade, 0.30 * bell(x, w - v.mouthHeight - 0.165, 0.14, 0.035))
            colour = mix(colour, glow, 0.22 * bell(x, w - 0.90, 0.12, 0.07))
            // Cheeks.
            let rise2 = 0.05 * smile
            colour = mix(colour, glow, (0.22 + 0.50 * bones) * bell(side - 0.43, w - 0.20 + rise2, 0.13, 0.075))
            let hollow = bell(side - 0.47, w - 0.47 + 0.5 * (side - 0.47), 0.11, 0.10)
            colour = mix(colour, shade, bones * 0.50 * hollow)
            colour = mix(colour, blush, rosy * bell(side - 0.42, w - 0.29 + rise2, 0.135, 0.105))
            colour = mix(colour, glow, chubby * 0.35 * bell(side - 0.44, w - 0.42, 0.15, 0.14))
            // Folds from the nose to the mouth's corners: deep with age, shallow in a smile.
            let fold = side - 0.215 - 0.34 * (w - 0.36) - smile * 0.05
            let folds = bell((fold / 0.028).squared) * rise(0.32, 0.40, w) * rise(0.70, 0.56, w)
            colour = mix(colour, shade, (0.62 * age + 0.36 * smile) * folds.unit)
            if age > 0 {
                // Furrows on the forehead, lines at the mouth.
                let arc = w + 0.05 * bell((side - 0.25) / 0.2 * ((side - 0.25) / 0.2))
                let furrow = bell(((arc + 0.46) / 0.020).squared) + bell(((arc + 0.36) / 0.020).squared)
                colour = mix(colour, shade, 0.50 * min(1, furrow) * rise(0.44, 0.30, side))
                colour = mix(colour, shade, 0.36 * bell(side - 0.34, w - 0.77, 0.028, 0.075))
                colour = mix(colour, shade, 0.20 * bell(side - 0.40, w - 0.68, 0.12, 0.12))
            }
            return colour.over(cover)
        }
    }

    func paintNose() {
        let (shade, glow, v) = (shade, glow, v)
        let big = has[.bigNose]
        let pointy = has[.pointyNose]
        let wide: Float = (big ? 0.175 : 0.112) * (pointy ? 0.68 : 1) * (has[.male] ? 1.06 : 0.96)
        let base = v.noseLength + (big ? 0.035 : 0) + (pointy ? 0.048 : 0)
        let tip: Float = pointy ? 0.045 : big ? 0.10 : 0.068
        let dark = mix(shade.lit(0.62), rgb(92, 36, 32), 0.3)
        let away: Float = v.light > 0 ? -1 : 1
        let strength: Float = 0.34 + 0.2 * abs(v.light) + (pointy ? 0.24 : 0) + (big ? 0.1 : 0)
        canvas.paint(Box(-0.45, 0.45, -0.32, 0.62), in: head) { u, w in
            let down = rise(-0.15, base, w)
            let x = across(u) - v.turn * 0.10 * down
            let side = abs(x)
            // One side in shade; its edge sharpens towards the tip.
            let ridge = mix(0.055, wide * 0.80, down * down)
            let flank =
                bell(((x * away - ridge - 0.01) / (pointy ? 0.042 : 0.05)).squared) * rise(-0.30, 0.10, w)
                * rise(base + 0.06, base - 0.03, w)
            var dim = strength * flank
            // Wings and underside.
            let wing = ((side - wide * 0.74).squared + (w - base + 0.035).squared).squareRoot() - wide * 0.36
            let wings = bell((wing / 0.022).squared) * rise(wide * 0.62, wide * 0.95, side)
            dim = max(dim, (big ? 0.78 : 0.62) * wings)
            let droop = pointy ? 0.75 * (0.09 - min(side, 0.09)) : 0.12 * (wide - min(side, wide))
            let under = bell(((w - base - droop) / 0.030).squared) * rise(wide * 1.10, wide * 0.72, side)
            dim = max(dim, (pointy ? 0.72 : 0.68) * under)
            let hole = bell(side - wide * 0.50, w - base - 0.004, 0.030, 0.014) * 0.85
            let shine = max(
                (pointy ? 0.85 : 0.5) * bell(x + away * 0.012, w - base + 0.095, tip * 0.55, tip * 0.6),
                0.30 * bell((x / 0.030).squared) * rise(-0.30, -0.05, w) * rise(base, base - 0.16, w))
            if dim < 0.004 && shine < 0.004 && hole < 0.004 { return Paint(repeating: 0) }
            let cover = max(dim, max(hole, shine * (1 - dim)))
            var colour = mix(shade.lit(0.92), dark, hole / max(cover, 0.01))
            colour = mix(colour, glow.lit(1.03), (shine * (1 - dim) * (1 - hole) / max(cover, 0.01)).unit)
            return colour.over(cover)
        }
    }
}
