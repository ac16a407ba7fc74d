/// A colour with red, green, blue in 0...1 and how much of it covers what lies below.
typealias Paint = SIMD4<Float>

/// Where a layer lives: a turned, scaled and shifted system of coordinates over the picture.
///
/// u points right and v down. A head's origin is between the eyes; its unit is half a head's height.
struct Frame {
    /// Origin and unit in pictures (0...1), rotation in radians.
    let x: Float, y: Float, unit: Float
    let cosine: Float, sine: Float

    init(x: Float, y: Float, unit: Float, tilt: Float) {
        (self.x, self.y, self.unit) = (x, y, unit)
        (cosine, sine) = (tilt.cosine, tilt.sine)
    }
}

/// A rectangle of a frame: outside of it a layer does not look at pixels.
struct Box {
    var left: Float, right: Float, top: Float, bottom: Float

    init(_ left: Float, _ right: Float, _ top: Float, _ bottom: Float) {
        (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
    }

    static let everything = Box(-100, 100, -100, 100)
}

/// A square of colours that layers are painted on, one after the other. Owns its memory.
struct Canvas: ~Copyable {
    let size: Int
    private let pixels: UnsafeMutablePointer<Paint>   // [size, size]

    init(size: Int) {
        precondition(size > 0, "A canvas needs at least one pixel.")
        self.size = size
        pixels = .allocate(capacity: size * size)
        pixels.initialize(repeating: Paint(repeating: 0), count: size * size)
    }

    deinit { pixels.deallocate() }

    /// Blends a layer over what is there: `shade` gives colour and coverage (w) at a place of the frame.
    @inline(__always)
    func paint(_ box: Box, in frame: Frame, _ shade: (_ u: Float, _ v: Float) -> Paint) {
        let n = Float(size)
        let corners = [
            (box.left, box.top), (box.right, box.top), (box.left, box.bottom), (box.right, box.bottom),
        ]
        var low = SIMD2<Float>(repeating: .infinity)
        var high = SIMD2<Float>(repeating: -.infinity)
        for (u, v) in corners {
            let place = SIMD2(
                (frame.x + (u * frame.cosine - v * frame.sine) * frame.unit) * n,
                (frame.y + (u * frame.sine + v * frame.cosine) * frame.unit) * n)
            low = pointwiseMin(low, place)
            high = pointwiseMax(high, place)
        }
        let firstColumn = max(0, Int(max(low.x, 0)) - 1)
        let lastColumn = min(size, Int(max(0, min(high.x, n))) + 2)
        let firstRow = max(0, Int(max(low.y, 0)) - 1)
        let lastRow = min(size, Int(max(0, min(high.y, n))) + 2)
        guard firstRow < lastRow, firstColumn < lastColumn else { return }
        let step = 1 / (n * frame.unit)
        for row in firstRow..<lastRow {
            let dy = ((Float(row) + 0.5) / n - frame.y) / frame.unit
            let line = pixels + row * size
            for column in firstColumn..<lastColumn {
                let dx = ((Float(column) + 0.5) * step) - frame.x / frame.unit
                let colour = shade(
                    dx * frame.cosine + dy * frame.sine, dy * frame.cosine - dx * frame.sine)
                let cover = colour.w
                if cover > 0.002 {
                    line[column] += (colour - line[column]) * cover
                }
            }
        }
    }

    /// Rounded to bytes, three a pixel, rows from the top.
    func bytes() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size * size * 3) { bytes, count in
            for k in 0..<size * size {
                let inRange = pixels[k].clamped(lowerBound: Paint(repeating: 0), upperBound: Paint(repeating: 1))
                let rounded = (inRange * 255).rounded(.toNearestOrAwayFromZero)
                bytes[3 * k] = UInt8(rounded.x)
                bytes[3 * k + 1] = UInt8(rounded.y)
                bytes[3 * k + 2] = UInt8(rounded.z)
            }
            count = size * size * 3
        }
    }
}
