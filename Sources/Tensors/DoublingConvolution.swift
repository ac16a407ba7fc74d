/// The kernels of a 3×3 convolution with a border of one zero that follows a nearest doubling of its images.
///
/// Of the nine doubled pixels that one of the result sees, only four are different: (dy, dx) in the corner of a square
/// of two, it sees a 2×2 neighbourhood of the image as it was, with the sums of the weights that fell on each pixel.
/// That is four products for nine. For frozen weights.
package struct DoublingKernels: Sendable {
    /// For each corner of a square, row by row: [out, in, 2, 2].
    let corners: [Tensor]

    /// From weights [out, in, 3, 3] in Float32, kept in `type`: sums are rounded once.
    package init(_ weight: Tensor, as type: ElementType) {
        precondition(weight.shape.count == 4 && Array(weight.shape[2...]) == [3, 3], "\(weight.shape) is not 3×3")
        let values = weight.floats
        // Which of the three taps fall on the first and the second pixel.
        let taps = [[[0], [1, 2]], [[0, 1], [2]]]
        corners = taps.flatMap { rows in
            taps.map { columns in
                Tensor(shape: [weight.shape[0], weight.shape[1], 2, 2]) { sums in
                    for i in sums.indices {
                        let (pair, y, x) = (i / 4, i / 2 % 2, i % 2)
                        sums[i] = 0
                        for row in rows[y] {
                            for column in columns[x] { sums[i] += values[pair * 9 + row * 3 + column] }
                        }
                    }
                }.converted(to: type)
            }
        }
    }
}

extension Tensor {
    /// `upsampledNearest(by: 2)` and then a 3×3 convolution that keeps the size, in four convolutions of the image as
    /// it is: [batch, height, width, in] → [batch, 2·height, 2·width, out]. No gradients.
    package func doubledAndConvolved(
        _ kernels: DoublingKernels, _ bias: Tensor?, output: ElementType = .float32
    ) -> Tensor {
        precondition(!wantsGradient, "a doubling convolution is for frozen networks")
        let (batch, height, width) = (shape[0], shape[1], shape[2])
        let narrow = kernels.corners.first.map { operand(of: $0) } ?? self
        let corners = kernels.corners.enumerated().map { place, kernel in
            let (dy, dx) = (place / 2, place % 2)
            return narrow.convolved(
                kernel, bias, padding: Padding(top: 1 - dy, left: 1 - dx, bottom: dy, right: dx), output: output)
        }   // four of [batch, height, width, out]
        let channels = corners[0].size(3)
        let out = Tensor(uninitialised: [batch, 2 * height, 2 * width, channels], elementType: output)
        let (bytes, to, from) = (channels * output.width, out.storage.address, corners.map(\.storage.address))
        parallel(2 * batch * height, grain: max(1, elementGrain / (2 * width * channels))) { rows in
            for row in rows {
                for x in 0..<2 * width {
                    (to + (row * 2 * width + x) * bytes).copyMemory(
                        from: from[row % 2 * 2 + x % 2] + (row / 2 * width + x / 2) * bytes, byteCount: bytes)
                }
            }
        }
        withExtendedLifetime(corners) {}
        return out
    }

    /// The same for weights [out, in, 3, 3] on a device, which reads each pixel where it is needed.
    package func doubledAndConvolved(
        onDevice weight: Tensor, _ bias: Tensor?, output: ElementType = .float32
    ) -> Tensor {
        guard let device = weight.device else { preconditionFailure("these weights are not on a device") }
        precondition(!wantsGradient && !weight.wantsGradient, "a doubling convolution is for frozen networks")
        return device.convolved(
            moved(to: device), weight, bias, stride: 1, padding: Padding(1), doubled: true, output: output)
    }
}
