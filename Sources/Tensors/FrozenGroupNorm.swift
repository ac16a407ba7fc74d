import CSynKernels

extension Tensor {
    /// Group norm without a backward pass: one reading for the statistics, one for the result with its activation.
    ///
    /// Sums are made over parts of 1024 pixels and joined in their order, in double precision, so that neither the
    /// batch nor the threads can change a bit.
    func frozenGroupNorm(
        _ groups: Int, _ scale: Tensor, _ shift: Tensor, _ epsilon: Float, _ activation: Activation,
        _ output: ElementType
    ) -> Tensor {
        let (samples, channels) = (shape[0], size(-1))
        precondition(channels % groups == 0, "\(channels) channels do not make \(groups) groups")
        precondition(scale.count == channels && shift.count == channels, "scale \(scale.shape) does not fit \(shape)")
        let parts = ImageParts(samples: samples, pixels: count / max(samples * channels, 1))
        let isFused = activation == .identity || activation == .silu
        let target: ElementType = isFused ? output : .float32
        let out = Tensor(uninitialised: shape, elementType: target)
        guard count > 0 else { return out.converted(to: output) }

        let table = moments(parts, channels)
        let factors = Tensor(uninitialised: [samples, channels])
        let offsets = Tensor(uninitialised: [samples, channels])
        let (f, b) = (factors.mutableFloats, offsets.mutableFloats)
        let (gamma, beta) = (scale.constFloats, shift.constFloats)
        let sums = table.address.assumingMemoryBound(to: Double.self)
        let perGroup = channels / groups
        let elements = Double(perGroup * parts.pixels)
        for sample in 0..<samples {
            for first in stride(from: 0, to: channels, by: perGroup) {
                var (sum, square) = (0.0, 0.0)
                for part in 0..<parts.perSample {
                    let row = sums + (sample * parts.perSample + part) * 2 * channels
                    for channel in first..<first + perGroup {
                        sum += row[channel]
                        square += row[channels + channel]
                    }
                }
                let mean = sum / elements
                let variance = square / elements - mean * mean
                let inverse = 1 / ((variance < 0 ? 0 : variance) + Double(epsilon)).squareRoot()
                for channel in first..<first + perGroup {
                    let factor = inverse * Double(gamma[channel])
                    f[sample * channels + channel] = Float(factor)
                    b[sample * channels + channel] = Float(Double(beta[channel]) - mean * factor)
                }
            }
        }

        let (x, y, from) = (storage.address, out.storage.address, elementType)
        parallel(parts.count, grain: parts.grain(channels)) { range in
            for part in range {
                let (pixels, plane) = (parts[part], part / parts.perSample * channels)
                let first = pixels.lowerBound * channels
                kernels.affine(
                    x + first * from.width, from.kernelType, y + first * target.width, target.kernelType, pixels.count,
                    channels,
                    f + plane, b + plane, activation == .silu)
            }
        }
        withExtendedLifetime((table, factors, offsets)) {}
        return isFused ? out : out.activated(activation).converted(to: output)
    }

    /// Σ x and Σ x² of every channel in every part: Float64 [parts, 2, channels].
    private func moments(_ parts: ImageParts, _ channels: Int) -> Storage {
        let bytes = 2 * channels * MemoryLayout<Double>.stride
        let table = Storage(byteCount: parts.count * bytes)
        let (x, type, sums) = (storage.address, elementType, table.address)
        parallel(parts.count, grain: parts.grain(channels)) { range in
            for part in range {
                let row = sums + part * bytes
                row.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
                let own = row.assumingMemoryBound(to: Double.self)
                let (pixels, pixel) = (parts[part], channels * type.width)
                kernels.moments(
                    x + pixels.lowerBound * pixel, type.kernelType, pixels.count, channels, own, own + channels)
            }
        }
        return table
    }
}

/// Images cut into parts of at most 1024 pixels, none of which belongs to two images.
private struct ImageParts {
    let samples, pixels: Int
    private let most = 1024

    init(samples: Int, pixels: Int) { (self.samples, self.pixels) = (samples, pixels) }

    var perSample: Int { (pixels + most - 1) / most }
    var count: Int { samples * perSample }

    /// The pixels of a part, counted over all images.
    subscript(_ part: Int) -> Range<Int> {
        let (sample, place) = part.quotientAndRemainder(dividingBy: perSample)
        return sample * pixels + place * most..<sample * pixels + min((place + 1) * most, pixels)
    }

    func grain(_ channels: Int) -> Int { max(1, elementGrain / (min(most, pixels) * channels)) }
}
