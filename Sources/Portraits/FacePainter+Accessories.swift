/// Hats and earrings.
extension FacePainter {
    func paintHat() {
        let v = v
        let (cloth, accent) = (mix(v.accent, v.cloth2, 0.35), v.cloth)
        let style = v.hat
        let fine = visible(period: 0.08)
        let wide = v.faceWidth + 0.17
        canvas.paint(Box(-1.6, 1.6, -1.6, 0.0), in: head) { u, w in
            let x = u - v.turn * 0.05
            let m = x / wide
            let round = 1.14 - 0.42 * rise(0.1, 1.0, abs(m - 0.3 * v.light))
            var out = Paint(repeating: 0)
            switch style {
            case 0:   // A knitted cap with a rolled edge.
                let dome = max(ellipse(x, w + 0.46, wide, 0.86), w + 0.44 + 0.10 * m * m)
                let knit = 1 + 0.10 * fine * (m * 60).sine + 0.05 * (m * 18).sine
                out = over(out, cloth.lit(round * knit), fill(dome))
                let roll = roundedBox(x, w + 0.50 + 0.10 * m * m, wide + 0.03, 0.13, 0.11)
                let ribs = 1 + 0.12 * (m * 26).sine
                out = over(out, cloth.lit(round * ribs * 1.12 - 0.25 * rise(-0.08, 0.12, w + 0.50)), fill(roll))
            case 1:   // A brimmed hat with a band.
                let crown = max(ellipse(x, w + 0.62, wide * 0.86, 0.76), w + 0.44)
                out = over(out, cloth.lit(round * (0.92 + 0.2 * rise(-0.4, -1.3, w))), fill(crown))
                let band = max(abs(w + 0.66 - 0.06 * m * m) - 0.085, ellipse(x, w + 0.62, wide * 0.86, 0.76))
                out = over(out, accent.lit(round * 0.9), fill(band))
                let brim = ellipse(x, w + 0.47 - 0.05 * m * m, wide * 1.50, 0.145)
                out = over(out, cloth.lit((1.18 - 0.40 * rise(-0.62, -0.36, w)) * (1 - 0.15 * abs(m))), fill(brim))
            default:   // A cap with a visor.
                let dome = max(ellipse(x, w + 0.46, wide * 0.99, 0.80), w + 0.42)
                let seam = fill(abs(abs(m) - 0.34 * (1 - (w + 1.25).squared * 0.4)) - 0.012) * 0.3
                out = over(out, mix(cloth.lit(round), cloth.lit(0.6), seam), fill(dome))
                let visor = ellipse(x - v.turn * 0.35, w + 0.43 - 0.10 * m * m, wide * 0.84, 0.155)
                out = over(out, accent.lit(1.12 - 0.42 * rise(-0.55, -0.28, w)), fill(visor))
            }
            return out
        }
    }

    func paintEarrings() {
        let (v, style, metal, pixel) = (v, v.earring, v.metal, pixel)
        for side: Float in [-1, 1] {
            let hidden = max(0, side * v.turn)
            let place = side * (v.faceWidth + 0.045 - hidden * 0.35) - v.turn * 0.12
            canvas.paint(Box(place - 0.3, place + 0.3, 0.1, 0.95), in: head) { u, w in
                let (x, y) = (u - place, w - 0.36)
                let bright = mix(metal, rgb(255, 252, 236), 0.9 * bell(x - 0.03 * v.light - 0.02, y - 0.06, 0.05, 0.06))
                switch style {
                case 0:   // A hoop.
                    let hoop = ellipse(x, y - 0.155, 0.125, 0.155)
                    return mix(metal.lit(0.72), rgb(255, 246, 206), rise(0.10, -0.10, x + y - 0.155)).over(
                        line(hoop, max(0.05, pixel * 0.95)))
                case 1:   // A pearl.
                    return mix(rgb(255, 253, 247), rgb(190, 176, 170), rise(0.0, 0.16, y + 0.3 * x)).over(
                        fill(ellipse(x, y - 0.05, 0.098, 0.098)))
                default:   // A drop.
                    let stone = ellipse(x, y - 0.20 - 0.3 * abs(x), 0.082, 0.15)
                    let stud = fill(ellipse(x, y - 0.01, 0.05, 0.05))
                    let gem = mix(v.accent.lit(1.7), bright, bell(x + 0.02, y - 0.15, 0.05, 0.07))
                    return over(bright.over(stud), gem, fill(stone))
                }
            }
        }
    }
}
