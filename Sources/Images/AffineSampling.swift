import Foundation

extension Image {
    /// Turned about its middle, anticlockwise; the nearest pixel is taken and what comes from outside is black.
    ///
    /// Bytes as Pillow's `rotate(angle)`: quarter turns of squares and half turns move whole pixels, everything else
    /// samples with 16 binary places.
    ///
    /// - Parameter degrees: any finite number.
    package func rotated(by degrees: Double) -> Image {
        let angle = degrees.truncatingRemainder(dividingBy: 360) + (degrees < 0 ? 360 : 0)
        switch angle {
        case 0, 360: return self
        case 180: return moved { (width - 1 - $0, height - 1 - $1) }
        case 90 where width == height: return moved { (width - 1 - $1, $0) }
        case 270 where width == height: return moved { ($1, height - 1 - $0) }
        default: break
        }
        func rounded(_ value: Double) -> Double { (value * 1e15).rounded(.toNearestOrEven) / 1e15 }
        let turn = -angle * .pi / 180
        let (cosine, sine) = (rounded(cos(turn)), rounded(sin(turn)))
        let (x, y) = (Double(width) / 2, Double(height) / 2)
        return sampled(
            (cosine, sine, cosine * -x + sine * -y + x), (-sine, cosine, -sine * -x + cosine * -y + y))
    }

    /// The picture seen from further right (`x`) and further down (`y`), in pixels of any fraction; what comes from
    /// outside is black. Bytes as Pillow's `transform` with AFFINE (1, 0, x, 0, 1, y).
    package func shifted(x: Double, y: Double) -> Image {
        func source(_ place: Int, _ shift: Double) -> Int {
            let place = Double(place) + 0.5 + shift
            return place < 0 ? -1 : Int(min(place, 1e9))
        }
        let (columns, rows) = ((0..<width).map { source($0, x) }, (0..<height).map { source($0, y) })
        return moved { (columns[$0], rows[$1]) }
    }

    /// Pixels from elsewhere, black where that is outside.
    private func moved(_ source: (_ x: Int, _ y: Int) -> (x: Int, y: Int)) -> Image {
        Image(width: width, height: height) { canvas in
            for y in 0..<height {
                for x in 0..<width {
                    let (fromX, fromY) = source(x, y)
                    guard (0..<width).contains(fromX), (0..<height).contains(fromY) else { continue }
                    let (to, from) = (3 * (y * width + x), 3 * (fromY * width + fromX))
                    for channel in 0..<3 { canvas[to + channel] = pixels[from + channel] }
                }
            }
        }
    }

    /// The source of (x, y) is row·(x + ½, y + ½, 1), in fixed point.
    private func sampled(_ across: (Double, Double, Double), _ down: (Double, Double, Double)) -> Image {
        func fixed(_ value: Double) -> Int { Int((value * 65536 + 0.5).rounded(.down)) }
        let (a, b, d, e) = (fixed(across.0), fixed(across.1), fixed(down.0), fixed(down.1))
        let (c, f) = (
            fixed(across.2 + across.0 * 0.5 + across.1 * 0.5), fixed(down.2 + down.0 * 0.5 + down.1 * 0.5)
        )
        return moved { x, y in ((c + a * x + b * y) >> 16, (f + d * x + e * y) >> 16) }
    }
}
