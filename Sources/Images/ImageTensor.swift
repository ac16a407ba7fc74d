import SynTensors

/// What black and white are as numbers.
package enum PixelRange: Sendable {
    /// 0...1: value / 255
    case unit
    /// −1...1: value / 127.5 − 1
    case signed
    /// 0...255
    case byte

    /// The number for each of the 256 values; rounded once, from double precision, as NumPy does.
    var table: [Float] {
        (0..<256).map { value in
            switch self {
            case .unit: Float(Double(value) / 255)
            case .signed: Float(Double(value) / 127.5 - 1)
            case .byte: Float(value)
            }
        }
    }

    /// The 8-bit value of a number: scaled to 0...255 in single precision, clipped, truncated. NaN becomes 0.
    func byte(_ x: Float) -> UInt8 {
        let scaled =
            switch self {
            case .unit: x * 255
            case .signed: (x + 1) / 2 * 255
            case .byte: x
            }
        return scaled > 0 ? (scaled < 255 ? UInt8(scaled) : 255) : 0
    }
}

extension Tensor {
    /// One image as numbers: [1, height, width, 3], Float32.
    package init(_ image: Image, range: PixelRange) {
        self.init(stacking: [image], tables: [[Float]](repeating: range.table, count: 3))
    }

    /// Images of one size as one batch: [batch, height, width, 3], Float32.
    package init(_ images: [Image], range: PixelRange) throws {
        try Image.requireOneSize(images)
        self.init(stacking: images, tables: [[Float]](repeating: range.table, count: 3))
    }

    /// Images of one size, each channel through its own table of 256 numbers.
    init(stacking images: [Image], tables: [[Float]]) {
        let first = images[0]
        let size = first.pixels.count
        self.init(shape: [images.count, first.height, first.width, 3]) { out in
            for (index, image) in images.enumerated() {
                for c in 0..<3 {
                    tables[c].withUnsafeBufferPointer { table in
                        image.pixels.withUnsafeBufferPointer { pixels in
                            for i in stride(from: c, to: size, by: 3) {
                                out[index * size + i] = table[Int(pixels[i])]
                            }
                        }
                    }
                }
            }
        }
    }
}

extension Image {
    /// The images of a batch [batch, height, width, 3], with the published rounding: clipped, then truncated.
    ///
    /// Truncating is what the research code does; an image that became a tensor and comes back may lose one step
    /// of brightness where the numbers fell just short.
    package static func images(from batch: Tensor, range: PixelRange) -> [Image] {
        let shape = batch.shape
        precondition(shape.count == 4 && shape[3] == 3, "\(shape) is not [batch, height, width, 3]")
        let size = shape[1] * shape[2] * 3
        return batch.withFloats { numbers in
            (0..<shape[0]).map { index in
                Image(width: shape[2], height: shape[1]) { canvas in
                    for i in 0..<size { canvas[i] = range.byte(numbers[index * size + i]) }
                }
            }
        }
    }

    static func requireOneSize(_ images: [Image]) throws {
        guard let first = images.first else { throw ImageError(.damaged, "A batch needs at least one image.") }
        for (index, image) in images.enumerated() where image.width != first.width || image.height != first.height {
            throw ImageError(
                .damaged,
                "Images of one batch must have one size: image 1 is \(first.width)×\(first.height), "
                    + "image \(index + 1) is \(image.width)×\(image.height). Resize or crop them first.")
        }
    }
}
