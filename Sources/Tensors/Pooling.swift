import CSynKernels

extension Tensor {
    /// The mean of each window, channels last, in the type of the images.
    ///
    /// With `countsPadding` the zeros around the image count as pixels, as PyTorch's default has it; without, each
    /// window is divided by its real pixels.
    package func averagePooled(size: Int, stride: Int, padding: Int = 0, countsPadding: Bool = true) -> Tensor {
        let pool = Pooling(shape, size: size, stride: stride, padding: padding)
        let channels = pool.channels
        let out = Tensor(uninitialised: pool.outShape, elementType: elementType)
        let (a, o, type) = (storage.address, out.storage.address, elementType)
        pool.forEachWindow { window in
            let factor = 1 / Float(countsPadding ? size * size : window.pixelCount)
            kernels.window_sum(
                a + window.firstPixel * channels * type.width, type.kernelType, window.rows.count, window.columns.count,
                pool.width * channels, channels, factor, o + window.number * channels * type.width)
        }
        let full = shape
        return out.remembering(
            [self],
            backward: { g in
                let back = Tensor.zeros(full)
                let (g, b) = (g.constFloats, back.mutableFloats)
                pool.forEachWindowInOrder { window in
                    let factor = 1 / Float(countsPadding ? size * size : window.pixelCount)
                    let from = g + window.number * channels
                    window.forEachPixel { pixel in
                        let to = b + pixel * channels
                        mapLanes(0..<channels, to, from, to) { $0 + $1 * factor }
                    }
                }
                return [back]
            })
    }

    /// The largest of each window, channels last, in the type of the images; padding never wins, and what is not a
    /// number always does.
    package func maxPooled(size: Int, stride: Int, padding: Int = 0) -> Tensor {
        let pool = Pooling(shape, size: size, stride: stride, padding: padding)
        let channels = pool.channels
        let out = Tensor(uninitialised: pool.outShape, elementType: elementType)
        let (a, o, type) = (storage.address, out.storage.address, elementType)
        pool.forEachWindow { window in
            kernels.window_largest(
                a + window.firstPixel * channels * type.width, type.kernelType, window.rows.count, window.columns.count,
                pool.width * channels, channels, o + window.number * channels * type.width)
        }
        let (x, y) = (detached, out)
        return out.remembering(
            [self],
            backward: { g in
                let back = Tensor.zeros(x.shape)
                let rest = Tensor(uninitialised: [pool.batch, channels])   // what a window has still to pass on
                let (a, y, g, b) = (x.constFloats, y.constFloats, g.constFloats, back.mutableFloats)
                let rests = rest.mutableFloats
                pool.forEachWindowInOrder { window in
                    let line = window.number * channels
                    let rest = rests + window.number / pool.windowsPerImage * channels
                    rest.update(from: g + line, count: channels)
                    // The first of equals takes all, as in PyTorch.
                    window.forEachPixel { pixel in
                        let place = pixel * channels
                        var channel = 0
                        while channel &+ 16 <= channels {
                            let isLargest = a.lanes(place + channel) .== y.lanes(line + channel)
                            let there = UnsafePointer(rest).lanes(channel)
                            let given = Simd(repeating: 0).replacing(with: there, where: isLargest)
                            b.store(UnsafePointer(b).lanes(place + channel) + given, place + channel)
                            rest.store(there.replacing(with: 0, where: isLargest), channel)
                            channel &+= 16
                        }
                        while channel < channels {
                            if a[place + channel] == y[line + channel] {
                                b[place + channel] += rest[channel]
                                rest[channel] = 0
                            }
                            channel &+= 1
                        }
                    }
                }
                return [back]
            })
    }
}

/// The windows of a pooling over images [batch, height, width, channels].
private struct Pooling {
    let batch, height, width, channels, size, stride, padding: Int
    let out: (height: Int, width: Int)

    init(_ shape: [Int], size: Int, stride: Int, padding: Int) {
        precondition(shape.count == 4, "\(shape) are not images")
        (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
        (self.size, self.stride, self.padding) = (size, stride, padding)
        out = Padding(padding).windows(height, width, (size, size), stride)
    }

    var outShape: [Int] { [batch, out.height, out.width, channels] }
    var windowsPerImage: Int { out.height * out.width }

    private func window(_ number: Int) -> Window {
        let (image, place) = number.quotientAndRemainder(dividingBy: windowsPerImage)
        let (top, left) = (place / out.width * stride - padding, place % out.width * stride - padding)
        return Window(
            number: number, rows: max(top, 0)..<min(top + size, height),
            columns: max(left, 0)..<min(left + size, width), firstRow: image * height, width: width)
    }

    @inline(__always)
    func forEachWindow(_ body: (Window) -> Void) {
        let grain = max(1, elementGrain / (size * size * channels))
        parallel(batch * windowsPerImage, grain: grain) { range in
            for number in range { body(window(number)) }
        }
    }

    /// Image by image, so that overlapping windows never meet on two threads.
    @inline(__always)
    func forEachWindowInOrder(_ body: (Window) -> Void) {
        let perImage = windowsPerImage
        parallel(batch, grain: max(1, elementGrain / (size * size * channels * perImage))) { images in
            for number in images.lowerBound * perImage..<images.upperBound * perImage { body(window(number)) }
        }
    }
}

/// One window of a pooling, less what lies outside the image.
private struct Window {
    let number: Int
    let rows, columns: Range<Int>
    /// Rows of all images before this one.
    let firstRow: Int
    let width: Int

    var pixelCount: Int { rows.count * columns.count }

    /// The number of the window's first pixel among those of all images.
    var firstPixel: Int { (firstRow + rows.lowerBound) * width + columns.lowerBound }

    /// The number of each pixel among those of all images, row by row.
    @inline(__always)
    func forEachPixel(_ body: (_ pixel: Int) -> Void) {
        for y in rows {
            for x in columns { body((firstRow + y) * width + x) }
        }
    }
}
