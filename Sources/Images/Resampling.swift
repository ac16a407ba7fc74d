import Foundation

/// A way to weigh neighbours when an image changes its size; those of Pillow, by Pillow's names.
package enum ResampleFilter: String, Sendable, CaseIterable {
    case box, bilinear, hamming, bicubic, lanczos

    /// Pillow's number, as `preprocessor_config.json` has it. Nearest neighbour (0) is not offered.
    package init?(pillowCode: Int) {
        switch pillowCode {
        case 1: self = .lanczos
        case 2: self = .bilinear
        case 3: self = .bicubic
        case 4: self = .box
        case 5: self = .hamming
        default: return nil
        }
    }

    /// Half the filter's width in source pixels, when nothing shrinks.
    var support: Double {
        switch self {
        case .box: 0.5
        case .bilinear, .hamming: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    func weight(at distance: Double) -> Double {
        let x = abs(distance)
        switch self {
        case .box:
            return distance > -0.5 && distance <= 0.5 ? 1 : 0
        case .bilinear:
            return x < 1 ? 1 - x : 0
        case .hamming:
            if x == 0 { return 1 }
            if x >= 1 { return 0 }
            let t = x * .pi
            // Pillow has these two constants in single precision, and the last bit depends on it.
            return sin(t) / t * (Double(Float(0.54)) + Double(Float(0.46)) * cos(t))
        case .bicubic:
            let a = -0.5
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
        case .lanczos:
            return distance >= -3 && distance < 3 ? Self.sinc(distance) * Self.sinc(distance / 3) : 0
        }
    }

    private static func sinc(_ x: Double) -> Double {
        if x == 0 { return 1 }
        let t = x * .pi
        return sin(t) / t
    }
}

extension Image {
    /// The image at another size, bit for bit as Pillow's `Image.resize` makes it.
    ///
    /// Two passes, each rounded to 8 bits; when the image shrinks, the filter widens with it (antialiasing).
    /// Weights are whole multiples of 2⁻²². Pillow 13 makes the rows first where the height shrinks by more than
    /// twice what the width loses, and else the columns (a rule found by trying; older versions always begin
    /// with the columns, and there such images differ in single steps).
    package func resized(width newWidth: Int, height newHeight: Int, filter: ResampleFilter) -> Image {
        precondition(newWidth > 0 && newHeight > 0, "an image cannot become \(newWidth)×\(newHeight)")
        let columns = newWidth == width ? nil : Taps(from: width, to: newWidth, filter)
        let rows = newHeight == height ? nil : Taps(from: height, to: newHeight, filter)
        let rowsFirst = newHeight < height && height - newHeight > 2 * (width - newWidth)
        return rowsFirst
            ? resampledRows(rows).resampledColumns(columns) : resampledColumns(columns).resampledRows(rows)
    }

    private func resampledColumns(_ taps: Taps?) -> Image {
        guard let taps else { return self }
        let newWidth = taps.starts.count
        return Image(width: newWidth, height: height) { canvas in
            pixels.withUnsafeBufferPointer { source in
                taps.weights.withUnsafeBufferPointer { weights in
                    for y in 0..<height {
                        for x in 0..<newWidth {
                            var at = 3 * (y * width + taps.starts[x])
                            var red = Taps.half, green = Taps.half, blue = Taps.half
                            for k in x * taps.width..<x * taps.width + taps.counts[x] {
                                let weight = weights[k]
                                red &+= Int32(source[at]) &* weight
                                green &+= Int32(source[at + 1]) &* weight
                                blue &+= Int32(source[at + 2]) &* weight
                                at += 3
                            }
                            let target = 3 * (y * newWidth + x)
                            canvas[target] = Taps.byte(red)
                            canvas[target + 1] = Taps.byte(green)
                            canvas[target + 2] = Taps.byte(blue)
                        }
                    }
                }
            }
        }
    }

    private func resampledRows(_ taps: Taps?) -> Image {
        guard let taps else { return self }
        let newHeight = taps.starts.count
        let row = 3 * width
        return Image(width: width, height: newHeight) { canvas in
            pixels.withUnsafeBufferPointer { source in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: row) { sums in
                    for y in 0..<newHeight {
                        sums.initialize(repeating: Taps.half)
                        for k in 0..<taps.counts[y] {
                            let weight = taps.weights[y * taps.width + k]
                            let start = (taps.starts[y] + k) * row
                            for i in 0..<row { sums[i] &+= Int32(source[start + i]) &* weight }
                        }
                        for i in 0..<row { canvas[y * row + i] = Taps.byte(sums[i]) }
                    }
                }
            }
        }
    }
}

/// Which source pixels make each target pixel of one axis, and how much each counts.
private struct Taps {
    static let bits: Int32 = 32 - 8 - 2
    static let half: Int32 = 1 << (bits - 1)

    let width: Int
    var starts: [Int] = []
    var counts: [Int] = []
    var weights: [Int32]   // [target, width], in units of 2^-bits

    init(from source: Int, to target: Int, _ filter: ResampleFilter) {
        let scale = Double(source) / Double(target)
        let stretch = max(scale, 1)
        let support = filter.support * stretch
        width = Int(support.rounded(.up)) * 2 + 1
        weights = [Int32](repeating: 0, count: target * width)
        var exact = [Double](repeating: 0, count: width)
        for i in 0..<target {
            let center = (Double(i) + 0.5) * scale
            let start = max(Int(center - support + 0.5), 0)
            let count = min(Int(center + support + 0.5), source) - start
            var sum = 0.0
            for k in 0..<count {
                exact[k] = filter.weight(at: (Double(k + start) - center + 0.5) * (1 / stretch))
                sum += exact[k]
            }
            for k in 0..<count {
                let share = (sum != 0 ? exact[k] / sum : exact[k]) * Double(1 << Self.bits)
                weights[i * width + k] = Int32(share < 0 ? share - 0.5 : share + 0.5)
            }
            starts.append(start)
            counts.append(count)
        }
    }

    static func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, sum >> bits))) }
}
