/// The mouth, and everything that grows around it.
extension FacePainter {
    func paintMouth() {
        let (shade, skin, v, has) = (shade, skin, v, has)
        let smile = has[.smiling]
        let open = has[.mouthSlightlyOpen]
        let big = has[.bigLips]
        let half = v.mouthWidth * (smile ? 1.24 : 1) * (big ? 1.03 : 0.98)
        let curve: Float = smile ? 0.120 : has[.young] ? 0.046 : 0.026
        let upper: Float = big ? 0.096 : 0.050
        let lower: Float = big ? 0.136 : 0.068
        let gap: Float = open ? (smile ? 0.125 : 0.082) : 0
        let stick = has[.wearingLipstick]
        let natural = mix(skin.tinted(0.88, 0.60, 0.58), rgb(186, 92, 88), has[.male] ? 0.10 : 0.20)
        let lip = stick ? v.lips : natural
        let seam = mix(lip.lit(0.38), rgb(70, 22, 24), 0.4)
        canvas.paint(Box(-0.55, 0.6, 0.40, 1.0), in: head) { u, w in
            let x = across(u) - v.turn * 0.03
            let t = x / half
            let t2 = t * t
            if t2 > 1.5 { return Paint(repeating: 0) }
            let arch = max(0, 1 - t2)
            let middle = v.mouthHeight - curve * (t2 - 0.35)
            let bow = 1 - 0.34 * bell((x / 0.05).squared) + 0.10 * bell(((abs(x) - 0.085) / 0.06).squared)
            let top = middle - upper * arch.squareRoot() * (0.35 + 0.65 * arch) * bow - gap * 0.22 * arch
            let inner = middle - gap * 0.22 * arch
            let outer = middle + gap * 0.78 * arch
            let bottom = outer + lower * arch.squareRoot() * (0.5 + 0.5 * arch)
            var out = Paint(repeating: 0)
            // Corners of a smile.
            let corner = bell(abs(x) - half - 0.012, w - v.mouthHeight + curve * 0.70, 0.022, 0.030)
            out = over(out, shade.lit(0.72), (smile ? 0.75 : 0.45) * corner)
            let lips = fill(max(top - w, w - bottom)) * rise(1.12, 0.98, t2)
            if lips > 0 {
                let roundness = rise(outer, bottom, w)
                var flesh = w < middle ? lip.lit(0.84) : lip.lit(1.08 - 0.22 * roundness)
                let gloss = bell(x - v.light * 0.04, w - outer - lower * 0.42, half * 0.34, lower * 0.24)
                flesh = mix(flesh, rgb(255, 236, 230), (stick ? 0.55 : 0.30) * gloss)
                out = over(out, flesh, lips * (stick ? 1 : 0.92))
            }
            if open {
                let hole = fill(max(inner - w, w - outer)) * rise(1.0, 0.86, t2)
                let teeth = fill(w - inner - (smile ? 0.74 : 0.42) * (outer - inner)) * rise(0.92, 0.60, t2)
                let white = mix(rgb(252, 249, 243), rgb(214, 200, 194), rise(0.2, 0.8, t2))
                out = over(out, mix(rgb(96, 26, 30), white, teeth * 0.97), hole)
            } else {
                out = over(out, seam, 0.88 * line(w - middle, 0.030) * rise(1.12, 0.94, t2))
            }
            return out
        }
    }

    /// Stubble, beard, goatee, moustache and sideburns.
    func paintBeard() {
        let bearded = !has[.noBeard]
        let shadow = has[.fiveOClockShadow]
        guard has[.male], bearded || shadow else { return }
        let (hairs, stubble, v, has) = (hairs, stubble, v, has)
        let full = bearded && !has[.goatee] && !has[.mustache] && !shadow
        let density: Float = full ? 0.94 : bearded ? (shadow ? 0.50 : 0.36) : 0.30
        let goatee = has[.goatee], mustache = has[.mustache] || full, sideburns = has[.sideburns] || full
        let fine = visible(period: 0.05)
        let grow: Float = full ? 0.055 : goatee ? 0.035 : 0
        let colour = full ? hairs : stubble
        canvas.paint(Box(-1.0, 1.0, -0.35, 1.25), in: head) { u, w in
            let outline = face(u, w)
            let x = across(u)
            let side = abs(x)
            let texture = 1 + 0.22 * fine * ((x * 9 + (w * 5).sine) * 14).sine + 0.06 * ((x * 3 + w) * 12).sine
            let body = hairs.lit(texture * (1.10 - 0.25 * rise(0.55, 1.05, w)))
            var out = Paint(repeating: 0)
            // Over jaw and upper lip; the cheek's line rises to the ears.
            let outer = max(0, side - 0.40)
            let edge = 0.53 - 1.5 * outer * outer.squareRoot() - 0.07 * bell((x / 0.15).squared)
            let jaw = fill(edge - w, soft: full ? 0.10 : 0.22) * fill(outline - (full ? grow : 0), soft: 0.03)
            out = over(out, full ? body : colour, density * jaw)
            if goatee {
                let chin = min(
                    ellipse(x, w - 0.935, 0.235, 0.150), max(abs(side - 0.275) - 0.055, abs(w - 0.76) - 0.16))
                out = over(out, body, 0.95 * fill(chin, soft: 0.05) * fill(outline - grow))
                out = over(out, body, 0.85 * fill(ellipse(x, w - v.mouthHeight - 0.17, 0.045, 0.06), soft: 0.03))
            }
            if mustache {
                let droop = w - v.mouthHeight + 0.118 - 1.1 * x * x + 0.03 * bell((x / 0.03).squared)
                let thick = 0.135 * max(0, 1 - (side / 0.335).squared).squareRoot()
                out = over(out, body.lit(0.92), 0.97 * fill(max(abs(droop) - thick * 0.5, side - 0.335)))
            }
            if sideburns {
                let strip = max(v.faceWidth - 0.155 - abs(u - v.turn * 0.05), w - 0.46 + 0.12 * side)
                out = over(out, body, 0.92 * fill(max(strip, -w - 0.3), soft: 0.04) * fill(outline))
            }
            return out
        }
    }
}
