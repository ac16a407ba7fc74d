import CSynKernels

extension Tensor {
    /// Layer norm over the last axis (Ba, Kiros and Hinton 2016): (x − mean)/√(variance + ε)·scale + shift. In Float32,
    /// the result rounded where `output` is BFloat16.
    package func layerNorm(
        scale: Tensor, shift: Tensor, epsilon: Float, output: ElementType = .float32
    ) -> Tensor {
        let width = size(-1)
        precondition(scale.count == width && shift.count == width, "scale \(scale.shape) does not fit \(shape)")
        let rows = count / max(width, 1)
        if let device = scale.device {
            precondition(!scale.wantsGradient && !shift.wantsGradient, "norms are not trained on devices")
            let input = moved(to: device)
            let x = input.detached
            let (out, statistics) = device.layerNorm(x, scale, shift, epsilon, output: output)
            return out.remembering(
                [input], backward: { g in [device.layerNormGradient(x, g, scale, statistics)] },
                onto: { g, base in device.layerNormGradient(x, g, scale, statistics, onto: base) })
        }
        let out = Tensor(uninitialised: shape, elementType: output)
        let statistics = Tensor(uninitialised: [rows, 2])   // mean, 1/deviation
        let (a, s, gamma, beta) = (constFloats, statistics.mutableFloats, scale.constFloats, shift.constFloats)
        let grain = max(1, elementGrain / 4 / max(width, 1))
        parallel(rows, grain: grain) { range in
            for row in range {
                let from = row * width
                if output == .bfloat16 {
                    kernels.layer_norm_bf16(
                        a + from, gamma, beta, out.mutableShorts + from, width, epsilon, s + 2 * row)
                } else {
                    kernels.layer_norm(a + from, gamma, beta, out.mutableFloats + from, width, epsilon, s + 2 * row)
                }
            }
        }
        let (x, g0) = (detached, scale.detached)
        let wants = (x: wantsGradient, scale: scale.wantsGradient, shift: shift.wantsGradient)
        return out.remembering(
            [self, scale, shift],
            backward: { g in
                var parts: [Tensor?] = [nil, nil, nil]
                let (a, s) = (x.constFloats, statistics.constFloats)
                let g = wants.scale || wants.shift ? g.converted(to: .float32) : g
                if wants.scale {
                    let normal = Tensor(uninitialised: x.shape)   // (x − mean)/deviation
                    let n = normal.mutableFloats
                    parallel(rows, grain: grain) { range in
                        for row in range {
                            let (mean, inverse) = (s[2 * row], s[2 * row + 1])
                            mapLanes(0..<width, a + row * width, n + row * width) { ($0 - mean) * inverse }
                        }
                    }
                    parts[1] = g.zipped(normal) { $0 * $1 }.columnSums(width)
                }
                if wants.shift { parts[2] = g.columnSums(width) }
                if wants.x {
                    let slope = Tensor(uninitialised: x.shape)
                    let (gamma, b) = (g0.constFloats, slope.mutableFloats)
                    parallel(rows, grain: grain) { range in
                        for row in range {
                            let from = row * width
                            if g.elementType == .bfloat16 {
                                kernels.layer_norm_gradient_bf16(
                                    a + from, g.constShorts + from, gamma, b + from, width, s + 2 * row)
                            } else {
                                kernels.layer_norm_gradient(
                                    a + from, g.constFloats + from, gamma, b + from, width, s + 2 * row)
                            }
                        }
                    }
                    parts[0] = slope
                }
                return parts
            })
    }

    /// Group norm (Wu and He 2018) of images [batch, height, width, channels]: each sample's channels are
    /// normalised in `groups` of neighbours, over all pixels; then scale and shift per channel.
    ///
    /// Frozen images may come and go in BFloat16; the statistics are of what came, in single precision at least.
    package func groupNorm(
        groups: Int, scale: Tensor, shift: Tensor, epsilon: Float, then activation: Activation = .identity,
        output: ElementType = .float32
    ) -> Tensor {
        let isTrained = wantsGradient || scale.wantsGradient || shift.wantsGradient
        if let device = scale.device {
            precondition(!isTrained, "group norms have no gradients on devices")
            let isFused = activation == .identity || activation == .silu
            return device.groupNorm(
                moved(to: device), groups: groups, scale, shift, epsilon, silu: activation == .silu,
                output: isFused ? output : .float32
            ).activated(isFused ? .identity : activation).converted(to: output)
        }
        guard isTrained else {
            return frozenGroupNorm(groups, scale, shift, epsilon, activation, output)
        }
        precondition(output == .float32, "training is in Float32")
        return normalised(samples: shape[0], groups: groups, scale, shift, epsilon).output.activated(activation)
    }

    /// Batch norm in training (Ioffe and Szegedy 2015): statistics of this batch, per channel. The variance
    /// is the biased one that normalises; running averages conventionally take n/(n−1) of it.
    package func batchNormTraining(
        scale: Tensor, shift: Tensor, epsilon: Float
    ) -> (output: Tensor, mean: Tensor, variance: Tensor) {
        // One sample whose groups are single channels: the same sums as group norm's.
        normalised(samples: 1, groups: size(-1), scale, shift, epsilon)
    }

    /// Batch norm with given statistics [channels]: what a frozen network does.
    package func batchNorm(scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor, epsilon: Float) -> Tensor {
        let factor = scale / (variance + epsilon).squareRoot()
        return self * factor + (shift - mean * factor)
    }

    private func normalised(
        samples: Int, groups: Int, _ scale: Tensor, _ shift: Tensor, _ epsilon: Float
    ) -> (output: Tensor, mean: Tensor, variance: Tensor) {
        let channels = size(-1)
        precondition(channels % groups == 0, "\(channels) channels do not make \(groups) groups")
        precondition(scale.count == channels && shift.count == channels, "scale \(scale.shape) does not fit \(shape)")
        let pixels = count / samples / channels
        let planes = ChannelPlanes(samples: samples, pixels: pixels, channels: channels, perGroup: channels / groups)
        let a = constFloats

        let means = planes.groupMeans(planes.sums { i, _ in a.lanes(i) })   // [samples, channels]
        let meanPointer = means.constFloats
        let variances = planes.groupMeans(
            planes.sums { i, plane in
                let d = a.lanes(i) - meanPointer.lanes(plane)
                return d * d
            })
        let inverses = variances.mapped { 1 / ($0 + epsilon).squareRoot() }
        let x = detached
        let out = planes.transformed(x, inverses, scale.detached, means, shift.detached)

        let wants = (x: wantsGradient, scale: scale.wantsGradient, shift: shift.wantsGradient)
        let gamma = scale.detached
        let output = out.reshaped(shape).remembering(
            [self, scale, shift],
            backward: { g in
                let (gradient, a, m, r) = (g.constFloats, x.constFloats, means.constFloats, inverses.constFloats)
                let plain = planes.sums { i, _ in gradient.lanes(i) }   // Σ g per plane
                let along = planes.sums { i, plane in   // Σ g·x̂ per plane
                    gradient.lanes(i) * (a.lanes(i) - m.lanes(plane)) * r.lanes(plane)
                }
                var parts: [Tensor?] = [nil, nil, nil]
                if wants.scale { parts[1] = along.columnSums(channels).reshaped(scale.shape) }
                if wants.shift { parts[2] = plain.columnSums(channels).reshaped(shift.shape) }
                if wants.x {
                    let meanPlain = planes.groupMeans(plain.broadcast(gamma) { $0 * $1 })
                    let meanAlong = planes.groupMeans(along.broadcast(gamma) { $0 * $1 })
                    parts[0] = planes.inputGradient(g, x, means, inverses, gamma, meanPlain, meanAlong)
                }
                return parts
            })
        return (output, means.reshaped([-1]), variances.reshaped([-1]))
    }
}

/// Channels-last images seen as planes: one per sample and channel. Sums over a plane's pixels are made
/// sixteen channels at a time, in double precision over runs of pixels.
///
/// With fewer than sixteen channels the lanes read on into the pool's spare bytes; those sums are dropped.
private struct ChannelPlanes {
    let samples, pixels, channels, perGroup: Int
    private var planes: Int { samples * channels }

    /// For every plane Σ f(element index, plane index) over its pixels: [samples, channels].
    @inline(__always)
    func sums(_ f: (_ element: Int, _ plane: Int) -> Simd) -> Tensor {
        let out = Tensor(uninitialised: [samples, channels])
        let o = out.mutableFloats
        let blocks = (channels + 15) / 16
        parallel(samples * blocks, grain: max(1, elementGrain / 16 / max(pixels, 1))) { range in
            for task in range {
                let (sample, block) = (task / blocks, task % blocks)
                // The last block is moved back inside.
                let first = min(block * 16, max(channels - 16, 0))
                var total = SIMD16<Double>(repeating: 0)
                var pixel = 0
                let base = sample * pixels * channels + first
                while pixel < pixels {
                    let end = min(pixel + 128, pixels)
                    var sum = Simd(repeating: 0)
                    while pixel < end {
                        sum += f(base + pixel * channels, sample * channels + first)
                        pixel += 1
                    }
                    total += SIMD16<Double>(sum)
                }
                let kept = min(16, channels)
                for lane in 0..<kept { o[sample * channels + first + lane] = Float(total[lane]) }
            }
        }
        return out
    }

    /// Each plane's sum replaced by the mean over its group's elements.
    func groupMeans(_ sums: Tensor) -> Tensor {
        let out = Tensor(uninitialised: [samples, channels])
        let (s, o) = (sums.constFloats, out.mutableFloats)
        for first in stride(from: 0, to: planes, by: perGroup) {
            var total = 0.0
            for plane in first..<first + perGroup { total += Double(s[plane]) }
            let mean = Float(total / Double(perGroup * pixels))
            for plane in first..<first + perGroup { o[plane] = mean }
        }
        return out
    }

    /// (x − mean)·inverse·scale + shift.
    func transformed(_ x: Tensor, _ inverses: Tensor, _ scale: Tensor, _ means: Tensor, _ shift: Tensor) -> Tensor {
        let factors = inverses.broadcast(scale) { $0 * $1 }   // [samples, channels]
        let offsets = (means.zipped(factors) { -$0 * $1 }).broadcast(shift) { $0 + $1 }
        let out = Tensor(uninitialised: x.shape)
        let (a, o, f, b) = (x.constFloats, out.mutableFloats, factors.constFloats, offsets.constFloats)
        parallel(samples * pixels, grain: max(1, elementGrain / channels)) { rows in
            for row in rows {
                let (line, to, plane) = (a + row * channels, o + row * channels, row / pixels * channels)
                mapLanes(0..<channels, line, f + plane, to) { $0 * $1 }
                mapLanes(0..<channels, to, b + plane, to) { $0 + $1 }
            }
        }
        return out
    }

    /// inverse · (g·scale − meanPlain − x̂·meanAlong).
    func inputGradient(
        _ g: Tensor, _ x: Tensor, _ means: Tensor, _ inverses: Tensor, _ scale: Tensor, _ meanPlain: Tensor,
        _ meanAlong: Tensor
    ) -> Tensor {
        // Written as g·A + x·B + C with factors per plane.
        let ofG = inverses.broadcast(scale) { $0 * $1 }
        let ofX = meanAlong.zipped(inverses) { -$0 * $1 * $1 }
        let rest = (means.zipped(ofX) { -$0 * $1 }).zipped(meanPlain.zipped(inverses) { $0 * $1 }) { $0 - $1 }
        let out = Tensor(uninitialised: x.shape)
        let (gradient, a, o) = (g.constFloats, x.constFloats, out.mutableFloats)
        let (p, q, r) = (ofG.constFloats, ofX.constFloats, rest.constFloats)
        parallel(samples * pixels, grain: max(1, elementGrain / 2 / channels)) { rows in
            for row in rows {
                let (from, plane) = (row * channels, row / pixels * channels)
                var i = 0
                while i &+ 16 <= channels {
                    let y = gradient.lanes(from + i) * p.lanes(plane + i) + a.lanes(from + i) * q.lanes(plane + i)
                    o.store(y + r.lanes(plane + i), from + i)
                    i &+= 16
                }
                while i < channels {
                    o[from + i] = gradient[from + i] * p[plane + i] + a[from + i] * q[plane + i] + r[plane + i]
                    i &+= 1
                }
            }
        }
        return out
    }
}
