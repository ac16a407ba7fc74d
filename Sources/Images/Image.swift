/// A picture in memory: 8-bit RGB, rows from the top, `pixels[3 * (y * width + x) + channel]`.
///
/// There is no alpha, no colour profile and no orientation: what those say in a file is dropped when it is read.
package struct Image: Sendable, Equatable {
    package let width: Int
    package let height: Int
    package let pixels: [UInt8]   // [height, width, 3]

    /// Red, green, blue.
    package typealias Color = SIMD3<UInt8>

    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "an image of \(width)×\(height) has no pixels")
        precondition(
            pixels.count == width * height * 3, "\(pixels.count) bytes do not make \(width)×\(height) RGB pixels")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// One colour everywhere.
    package init(width: Int, height: Int, color: Color) {
        self.init(width: width, height: height) { canvas in
            for i in stride(from: 0, to: canvas.count, by: 3) {
                for c in 0..<3 { canvas[i + c] = color[c] }
            }
        }
    }

    /// Pixels written by the closure into zeroed (black) memory.
    package init(width: Int, height: Int, drawing draw: (UnsafeMutableBufferPointer<UInt8>) throws -> Void) rethrows {
        let count = width * height * 3
        let pixels = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let canvas = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
            canvas.initialize(repeating: 0)
            try draw(canvas)
            initialized = count
        }
        self.init(width: width, height: height, pixels: pixels)
    }

    package subscript(x: Int, y: Int) -> Color {
        let i = 3 * (y * width + x)
        return Color(pixels[i], pixels[i + 1], pixels[i + 2])
    }
}

// MARK: - Cropping

extension Image {
    /// The rectangle whose top left pixel is (`left`, `top`). What lies outside the image is black.
    package func cropped(left: Int, top: Int, width newWidth: Int, height newHeight: Int) -> Image {
        let columns = max(0, left)..<max(max(0, left), min(width, left + newWidth))
        let rows = max(0, top)..<max(max(0, top), min(height, top + newHeight))
        return Image(width: newWidth, height: newHeight) { canvas in
            guard !columns.isEmpty else { return }
            for y in rows {
                let target = 3 * ((y - top) * newWidth + columns.lowerBound - left)
                let source = 3 * (y * width + columns.lowerBound)
                for i in 0..<3 * columns.count { canvas[target + i] = pixels[source + i] }
            }
        }
    }

    /// The middle, with a black border where the image is smaller than asked.
    ///
    /// The first row is (height − newHeight)/2, which may be negative; columns likewise. An odd difference is rounded
    /// down, the rule of `transformers.image_transforms.center_crop` and of taming's data set, or as told: torchvision
    /// rounds to the nearest even number.
    package func centerCropped(
        width newWidth: Int, height newHeight: Int, rounding rule: FloatingPointRoundingRule = .down
    ) -> Image {
        func start(_ length: Int, _ wanted: Int) -> Int { Int((Double(length - wanted) / 2).rounded(rule)) }
        return cropped(
            left: start(width, newWidth), top: start(height, newHeight), width: newWidth, height: newHeight)
    }
}
