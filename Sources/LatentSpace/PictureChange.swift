import SynImages
import SynTensors

/// Ways in which Amumo changes one picture over many steps; its formulas, and Pillow's bytes.
package enum PictureChange: String, CaseIterable, Sendable {
    case rotate, noise, blur
    case shiftAcross = "shift-x"
    case shiftDown = "shift-y"

    /// What a step is measured in.
    package var unit: String {
        switch self {
        case .rotate: "degrees"
        case .noise: "share of noise"
        case .blur: "radius in pixels"
        case .shiftAcross, .shiftDown: "pixels"
        }
    }

    /// How far each step goes on a picture of this size: n numbers.
    package func amounts(steps n: Int, width: Int, height: Int) -> [Double] {
        (0..<n).map { i in
            let (i, n) = (Double(i), Double(n))
            func across(_ length: Int) -> Double { n > 1 ? Double(length) * (2 * i / (n - 1) - 1) : 0 }
            return switch self {
            case .rotate: 360 / n * i
            case .noise: i / n
            case .blur: Double(width) / 8 / n * i
            case .shiftAcross: across(width)
            case .shiftDown: across(height)
            }
        }
    }

    /// The changed picture. Noise is drawn from a stream of its own for each step.
    package func changed(_ picture: Image, by amount: Double, step: Int, seed: UInt64) -> Image {
        switch self {
        case .rotate: return picture.rotated(by: amount)
        case .blur: return picture.gaussianBlurred(radius: amount)
        case .shiftAcross: return picture.shifted(x: amount, y: 0)
        case .shiftDown: return picture.shifted(x: 0, y: amount)
        case .noise:
            var stream = RandomStream(seed: seed, purpose: "noise of a picture", index: step)
            return Image(
                width: picture.width, height: picture.height,
                pixels: picture.pixels.map { pixel in
                    let noise = Double(stream.below(256))
                    return UInt8(min(max((1 - amount) * Double(pixel) + amount * noise, 0), 255))
                })
        }
    }

    /// The step of the unchanged picture, or the nearest to it.
    package func start(_ amounts: [Double]) -> Int {
        amounts.indices.min { abs(amounts[$0]) < abs(amounts[$1]) } ?? 0
    }
}
