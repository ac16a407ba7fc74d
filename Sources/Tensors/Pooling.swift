extension Tensor {
    /// The mean of each window, channels last. With `countsPadding` the zeros around the image count as
    /// pixels, as PyTorch's default has it; without, each window is divided by its real pixels.
    public func averagePooled(size: Int, stride: Int, padding: Int = 0, countsPadding: Bool = true) -> Tensor {
        let pool = Windows(shape, size: size, stride: stride, padding: padding)
        let channels = pool.channels
        let out = Tensor(uninitialised: pool.outShape)
        let (a, o) = (constFloats, out.mutableFloats)
        pool.forEachWindow { window, pixels in
            let to = o + window * channels
            to.update(repeating: 0, count: channels)
            for pixel in pixels { mapLanes(0..<channels, to, a + pixel * channels, to) { $0 + $1 } }
            let factor = 1 / Float(countsPadding ? size * size : pixels.count)
            mapLanes(0..<channels, to, to) { $0 * factor }
        }
        let full = shape
        return out.remembering([self], backward: { g in
            let back = Tensor.zeros(full)
            let (g, b) = (g.constFloats, back.mutableFloats)
            pool.forEachWindowInOrder { window, pixels in
                let factor = 1 / Float(countsPadding ? size * size : pixels.count)
                for pixel in pixels {
                    let to = b + pixel * channels
                    mapLanes(0..<channels, to, g + window * channels, to) { $0 + $1 * factor }
                }
            }
            return [back]
        })
    }

    /// The largest of each window, channels last; padding never wins.
    public func maxPooled(size: Int, stride: Int, padding: Int = 0) -> Tensor {
        let pool = Windows(shape, size: size, stride: stride, padding: padding)
        let channels = pool.channels
        let out = Tensor(uninitialised: pool.outShape)
        let (a, o) = (constFloats, out.mutableFloats)
        pool.forEachWindow { window, pixels in
            let to = o + window * channels
            to.update(repeating: -.infinity, count: channels)
            for pixel in pixels {
                mapLanes(0..<channels, to, a + pixel * channels, to) { $0.replacing(with: $1, where: $1 .> $0) }
            }
        }
        let x = detached
        return out.remembering([self], backward: { g in
            let back = Tensor.zeros(x.shape)
            let (a, y, g, b) = (x.constFloats, out.constFloats, g.constFloats, back.mutableFloats)
            pool.forEachWindowInOrder { window, pixels in
                for channel in 0..<channels {
                    let largest = y[window * channels + channel]
                    // The first of equals, as PyTorch.
                    if let winner = pixels.first(where: { a[$0 * channels + channel] == largest }) {
                        b[winner * channels + channel] += g[window * channels + channel]
                    }
                }
            }
            return [back]
        })
    }
}

/// The windows of a pooling over images [batch, height, width, channels] and the pixels inside each.
private struct Windows {
    let batch, height, width, channels, size, stride, padding: Int
    let out: (height: Int, width: Int)

    init(_ shape: [Int], size: Int, stride: Int, padding: Int) {
        precondition(shape.count == 4, "\(shape) are not images")
        (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
        (self.size, self.stride, self.padding) = (size, stride, padding)
        out = Padding(padding).windows(height, width, (size, size), stride)
    }

    var outShape: [Int] { [batch, out.height, out.width, channels] }

    /// Pixel numbers of a window, row by row, without those outside the image.
    private func pixels(of window: Int) -> [Int] {
        let (image, place) = (window / (out.height * out.width), window % (out.height * out.width))
        let (top, left) = (place / out.width * stride - padding, place % out.width * stride - padding)
        var found: [Int] = []
        found.reserveCapacity(size * size)
        for y in max(top, 0)..<min(top + size, height) {
            for x in max(left, 0)..<min(left + size, width) { found.append((image * height + y) * width + x) }
        }
        return found
    }

    func forEachWindow(_ body: (_ window: Int, _ pixels: [Int]) -> Void) {
        let grain = max(1, elementGrain / (size * size * channels))
        parallel(batch * out.height * out.width, grain: grain) { range in
            for window in range { body(window, pixels(of: window)) }
        }
    }

    /// Image by image, so that overlapping windows never meet on two threads.
    func forEachWindowInOrder(_ body: (_ window: Int, _ pixels: [Int]) -> Void) {
        let perImage = out.height * out.width
        parallel(batch, grain: 1) { images in
            for window in images.lowerBound * perImage..<images.upperBound * perImage {
                body(window, pixels(of: window))
            }
        }
    }
}
