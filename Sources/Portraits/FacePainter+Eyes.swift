/// Eyes with lids, lashes, shadow and bags; eyebrows; glasses.
extension FacePainter {
    func paintEyes() {
        let (shade, glow, v, has) = (shade, glow, v, has)
        let narrow = has[.narrowEyes]
        let smile: Float = has[.smiling] ? 1 : 0
        let top: Float = narrow ? 0.052 : has[.young] ? 0.122 : 0.106
        let low: Float = (narrow ? 0.036 : 0.074) * (1 - 0.22 * smile)
        let half: Float = 0.186
        let painted = has[.heavyMakeup]
        let lash: Float = painted ? 0.072 : has[.male] ? 0.042 : 0.056
        let lid = mix(shade.lit(0.35), rgb(28, 18, 18), painted ? 0.9 : 0.55)
        let bags = has[.bagsUnderEyes]
        let old = !has[.young]
        let ring = v.iris.lit(0.45)
        let bag = mix(shade, rgb(120, 78, 92), 0.30).lit(0.95)
        for side: Float in [-1, 1] {
            let middle = side * v.eyeDistance
            let reach = v.turn * 0.24
            canvas.paint(Box(middle + reach - 0.45, middle + reach + 0.45, -0.32, 0.36), in: head) { u, w in
                let e = side * (across(u) - middle) / v.eyeSize   // outwards
                let y = (w + v.eyeSlant * e) / v.eyeSize
                let t = e / half
                let arch = max(0, 1 - t * t)
                let upper = -top * arch * (1 + 0.18 * t)
                let lower = low * arch * (1 + 0.22 * t)
                let inside = fill(max(max(upper - y, y - lower), abs(e) - half) * v.eyeSize)
                var out = Paint(repeating: 0)

                // Soft things on the skin around the eye, strongest first.
                if painted {
                    let powder = 0.80 * bell(e - 0.03, y + top + 0.055, 0.17, 0.062)
                    out = over(out, v.eyeshadow, powder)
                }
                let crease = bell(((y - upper + 0.062) / 0.020).squared) * rise(1.12, 0.85, abs(t))
                out = over(out, shade.lit(0.80), 0.55 * crease)
                if bags {
                    let sag = y - low - 0.105 + 0.055 * t * t
                    out = over(out, bag, 0.78 * bell((sag / 0.030).squared) * rise(1.05, 0.6, abs(t)))
                    out = over(out, glow, 0.40 * bell(((sag + 0.062) / 0.024).squared) * rise(0.9, 0.5, abs(t)))
                }
                if old {
                    let feet = min(abs(y - 0.35 * (e - 0.20)), abs(y + 0.05 + 0.2 * (e - 0.20)))
                    let crow = bell((feet / 0.018).squared) * rise(0.20, 0.25, e) * rise(0.38, 0.31, e)
                    out = over(out, shade.lit(0.9), 0.6 * crow)
                }
                // The eyeball: white, iris, pupil, light.
                if inside > 0 {
                    let gaze = side * v.gaze * 0.022 + side * v.turn * 0.05
                    let (ix, iy) = (e - gaze, y + 0.012)
                    let r = (ix * ix + iy * iy).squareRoot()
                    let dim = 0.75 * rise(0.07, -0.01, y - upper) + 0.35 * t * t
                    var ball = mix(rgb(250, 247, 243), rgb(206, 192, 190), dim)
                    let shine = v.iris.lit(1.0 + 0.75 * rise(-0.04, 0.10, iy))
                    let eye = mix(mix(shine, ring, rise(0.062, 0.098, r)), rgb(16, 12, 14), fill(r - 0.046))
                    ball = mix(ball, eye, fill((r - 0.104) * v.eyeSize))
                    let spark = ((e - gaze - side * v.light * 0.05).squared + (y + 0.050).squared).squareRoot()
                    ball = mix(ball, rgb(255, 255, 255), 0.95 * fill((spark - 0.030) * v.eyeSize))
                    out = over(out, ball, inside)
                }
                // Upper lashes, with a tail outwards; the lower rim.
                let wing = painted ? 0.30 : 0.22
                let tail = upper - max(0, e - 0.13) * (painted ? 0.55 : 0.28)
                let ends = rise(-half - 0.02, -half + 0.05, e) * rise(Float(wing), Float(wing) - 0.05, e)
                out = over(out, lid, 0.96 * ends * line((y - tail + lash * 0.25) * v.eyeSize, lash * (0.72 + 0.5 * t)))
                let rim = line((y - lower - 0.006) * v.eyeSize, painted ? 0.034 : 0.020) * rise(1.0, 0.75, abs(t))
                out = over(out, mix(lid, shade, painted ? 0.1 : 0.5), (painted ? 0.85 : 0.55) * rim)
                return out
            }
        }
    }

    /// One translucent colour over another, both with their own coverage.
    @inline(__always)
    func over(_ below: Paint, _ colour: Paint, _ coverage: Float) -> Paint {
        if coverage <= 0.002 { return below }
        let total = coverage + below.w * (1 - coverage)
        return mix(below, colour, coverage / total).over(total)
    }

    func paintBrows() {
        let arched = has[.archedEyebrows]
        let bushy = has[.bushyEyebrows]
        let thick: Float = bushy ? 0.135 : has[.male] ? 0.072 : 0.056
        let arch: Float = arched ? 0.115 : 0.030
        let height = -0.235 - v.browHeight - (arched ? 0.012 : 0) + (bushy ? 0.012 : 0)
        let v = v
        let colour = mix(hairs.lit(0.9), rgb(40, 28, 24), bushy ? 0.30 : 0.16)
        let fine = visible(period: 0.03)
        for side: Float in [-1, 1] {
            let middle = side * (v.eyeDistance + 0.01)
            let reach = v.turn * 0.24
            canvas.paint(Box(middle + reach - 0.42, middle + reach + 0.42, -0.56, 0.0), in: head) { u, w in
                let e = side * (across(u) - middle)
                let peak: Float = arched ? 0.075 : 0.04
                let bend = e < peak ? (e - peak) / (arched ? 0.33 : 0.30) : (e - peak) / (arched ? 0.19 : 0.17)
                let y = w - height + arch * (1 - bend * bend) - (arched ? 0.055 : 0.015) + v.eyeSlant * e
                let taper = rise(0.27, 0.08, e) * 0.72 + 0.28
                let width = thick * taper
                let ends = rise(-0.25, -0.155, e) * rise(0.275, 0.235, e)
                let hair = 1 - 0.30 * fine * (0.5 + 0.5 * ((e * 1.1 + y * 0.9) * 200).sine)
                return colour.over(0.92 * ends * hair * line(y, width))
            }
        }
    }

    func paintGlasses() {
        let v = v
        let style = v.glasses
        let frames = [rgb(28, 26, 30), rgb(96, 54, 30), mix(v.metal, rgb(50, 44, 40), 0.68)]
        let frame = frames[style]
        let thick: Float = style == 2 ? 0.050 : 0.074
        let (a, b): (Float, Float) = style == 0 ? (0.265, 0.20) : style == 1 ? (0.25, 0.225) : (0.255, 0.205)
        let round: Float = style == 0 ? 0.09 : 0.2
        canvas.paint(Box(-1.05, 1.05, -0.36, 0.4), in: head) { u, w in
            let x = across(u)
            let side = abs(x)
            let lens = roundedBox(side - v.eyeDistance - 0.005, w - 0.015, a, b, round)
            var cover = line(lens, thick)
            let bridge = line(w + 0.035 + 0.03 * (1 - (side / 0.08).squared), thick * 0.85) * fill(side - 0.085)
            cover = max(cover, bridge)
            let arm = line(w + 0.045, thick * 0.9) * fill(v.eyeDistance + a - side) * fill(abs(u) - v.faceWidth - 0.02)
            cover = max(cover, arm)
            // Glass: a faint cool film with a slanting reflection.
            let glass = fill(lens)
            let reflection = 0.30 * fill(abs(x * 0.8 + w - 0.02 - (x > 0 ? 0.16 : -0.34)) - 0.035, soft: 0.05)
            return over(Paint(0.92, 0.97, 1, glass * (0.06 + reflection)), frame, cover)
        }
    }
}
