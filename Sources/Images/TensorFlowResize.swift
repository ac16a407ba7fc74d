import SynTensors

extension Tensor {
    /// Bilinear resizing as TensorFlow 1 did it, before Inception: [batch, height, width, channels].
    ///
    /// Target pixel i looks at source position i · (source / target): corners not aligned, pixels without centres,
    /// no antialiasing. The order of operations is that of torch-fidelity's
    /// `interpolate_bilinear_2d_like_tensorflow1x`, in single precision. Gradients do not pass.
    package func resizedLikeTensorFlow1(height newHeight: Int, width newWidth: Int) -> Tensor {
        precondition(shape.count == 4, "\(shape) is not [batch, height, width, channels]")
        let (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
        let columns = Neighbours(from: width, to: newWidth)
        let rows = Neighbours(from: height, to: newHeight)
        return withFloats { source in
            Tensor(shape: [batch, newHeight, newWidth, channels]) { out in
                for b in 0..<batch {
                    interpolate(rows, columns, channels, to: b * newHeight, in: out) { row, column, c in
                        source[((b * height + row) * width + column) * channels + c]
                    }
                }
            }
        }
    }
}

extension Image {
    /// The same straight from the pixels of one picture: [1, height, width, 3]. A large picture is never held in
    /// floats.
    ///
    /// - Parameter number: what a pixel's value becomes before it is mixed with its neighbours'.
    package func resizedLikeTensorFlow1(
        height newHeight: Int, width newWidth: Int, number: (UInt8) -> Float = { Float($0) }
    ) -> Tensor {
        let numbers = (0...255).map { number(UInt8($0)) }
        let columns = Neighbours(from: width, to: newWidth)
        let rows = Neighbours(from: height, to: newHeight)
        let rowLength = 3 * width
        return pixels.withUnsafeBufferPointer { source in
            numbers.withUnsafeBufferPointer { numbers in
                Tensor(shape: [1, newHeight, newWidth, 3]) { out in
                    interpolate(rows, columns, 3, to: 0, in: out) { row, column, c in
                        numbers[Int(source[row * rowLength + 3 * column + c])]
                    }
                }
            }
        }
    }
}

/// Fills the rows of `out` from `first` on; `source` answers the number at a row, column and channel of the source.
@inline(__always)
private func interpolate(
    _ rows: Neighbours, _ columns: Neighbours, _ channels: Int, to first: Int,
    in out: UnsafeMutableBufferPointer<Float>,
    source: (_ row: Int, _ column: Int, _ channel: Int) -> Float
) {
    let newWidth = columns.low.count
    for y in rows.low.indices {
        let (above, below, dy) = (rows.low[y], rows.high[y], rows.fraction[y])
        for x in 0..<newWidth {
            let (left, right, dx) = (columns.low[x], columns.high[x], columns.fraction[x])
            let target = ((first + y) * newWidth + x) * channels
            for c in 0..<channels {
                let (topLeft, topRight) = (source(above, left, c), source(above, right, c))
                let (bottomLeft, bottomRight) = (source(below, left, c), source(below, right, c))
                let top = topLeft + (topRight - topLeft) * dx
                let bottom = bottomLeft + (bottomRight - bottomLeft) * dx
                out[target + c] = top + (bottom - top) * dy
            }
        }
    }
}

/// The two source positions each target position lies between, along one axis.
private struct Neighbours {
    let low: [Int]
    let high: [Int]
    let fraction: [Float]

    init(from source: Int, to target: Int) {
        let scale = Float(Double(source) / Double(target))
        let positions = (0..<target).map { Float($0) * scale }
        low = positions.map { min(Int($0), source - 1) }
        high = low.map { min($0 + 1, source - 1) }
        fraction = zip(positions, low).map { $0 - Float($1) }
    }
}
