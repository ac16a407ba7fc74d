extension Image {
    /// Blurred by a Gaussian's stand-in: three running means along each axis, edges repeated (Gwosdek et al. 2011,
    /// "Theoretical foundations of Gaussian convolution by extended box filtering"). Bytes as Pillow's
    /// `GaussianBlur(radius)`.
    ///
    /// - Parameter radius: the Gaussian's deviation in pixels, 0 or more.
    package func gaussianBlurred(radius: Double) -> Image {
        guard radius > 0 else { return self }
        let passes = 3
        let variance = Float(radius) * Float(radius) / Float(passes)
        let length = (12.0 * Double(variance) + 1.0).squareRoot()
        let whole = Float(((Double(Float(length)) - 1.0) / 2.0).rounded(.down))
        var part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance)
        part /= 6 * (variance - (whole + 1) * (whole + 1))
        let box = whole + part
        var bytes = pixels
        for _ in 0..<passes {
            Self.average(&bytes, lines: height, length: width, lineStep: 3 * width, step: 3, radius: box)
        }
        for _ in 0..<passes {
            Self.average(&bytes, lines: width, length: height, lineStep: 3, step: 3 * width, radius: box)
        }
        return Image(width: width, height: height, pixels: bytes)
    }

    /// One running mean along every line: whole neighbours alike, the two outermost by what is left of the radius,
    /// with 24 binary places.
    private static func average(
        _ bytes: inout [UInt8], lines: Int, length: Int, lineStep: Int, step: Int, radius: Float
    ) {
        let reach = Int(radius)
        let inner = UInt32(Float(1 << 24) / (radius * 2 + 1))
        let outer = (UInt32(1 << 24) - UInt32(2 * reach + 1) * inner) / 2
        var line = [UInt32](repeating: 0, count: length)
        for start in (0..<lines).flatMap({ line in (0..<3).map { line * lineStep + $0 } }) {
            for i in 0..<length { line[i] = UInt32(bytes[start + i * step]) }
            func at(_ i: Int) -> UInt32 { line[min(max(i, 0), length - 1)] }
            var sum = (-reach...reach).reduce(UInt32(0)) { $0 + at($1) }
            for i in 0..<length {
                let blended = sum &* inner &+ (at(i - reach - 1) &+ at(i + reach + 1)) &* outer
                bytes[start + i * step] = UInt8(truncatingIfNeeded: (blended &+ 1 << 23) >> 24)
                sum = sum &+ at(i + reach + 1) &- at(i - reach)
            }
        }
    }
}
