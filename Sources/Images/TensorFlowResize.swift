import Tensors

extension Tensor {
    /// Bilinear resizing as TensorFlow 1 did it, before Inception: [batch, height, width, channels].
    ///
    /// Target pixel i looks at source position i · (source / target): corners not aligned, pixels without centres,
    /// no antialiasing. The order of operations is that of torch-fidelity's
    /// `interpolate_bilinear_2d_like_tensorflow1x`, in single precision. Gradients do not pass.
    public func resizedLikeTensorFlow1(height newHeight: Int, width newWidth: Int) -> Tensor {
        precondition(shape.count == 4, "\(shape) is not [batch, height, width, channels]")
        let (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
        let columns = Neighbours(from: width, to: newWidth)
        let rows = Neighbours(from: height, to: newHeight)
        return withFloats { source in
            Tensor(shape: [batch, newHeight, newWidth, channels]) { out in
                for b in 0..<batch {
                    for y in 0..<newHeight {
                        let above = (b * height + rows.low[y]) * width
                        let below = (b * height + rows.high[y]) * width
                        let dy = rows.fraction[y]
                        for x in 0..<newWidth {
                            let (left, right, dx) = (columns.low[x], columns.high[x], columns.fraction[x])
                            let target = ((b * newHeight + y) * newWidth + x) * channels
                            for c in 0..<channels {
                                let topLeft = source[(above + left) * channels + c]
                                let topRight = source[(above + right) * channels + c]
                                let bottomLeft = source[(below + left) * channels + c]
                                let bottomRight = source[(below + right) * channels + c]
                                let top = topLeft + (topRight - topLeft) * dx
                                let bottom = bottomLeft + (bottomRight - bottomLeft) * dx
                                out[target + c] = top + (bottom - top) * dy
                            }
                        }
                    }
                }
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
