import CSynKernels

extension Tensor {
    /// Softmax over the last axis, exponentials taken relative to each row's largest.
    package func softmax() -> Tensor {
        let width = size(-1)
        let out = softmaxed { _ in width }
        return out.remembering([self], backward: { g in [out.softmaxGradient(g)] })
    }

    /// Softmax over the first `length(row)` elements of each row of the last axis; the rest become 0.
    ///
    /// Causal and padding masks both hide the end of a row, so a length says all there is to say.
    func softmaxed(scale: Float = 1, length: (_ row: Int) -> Int) -> Tensor {
        let width = size(-1)
        let out = Tensor(uninitialised: shape)
        let (a, o) = (constFloats, out.mutableFloats)
        parallel(count / max(width, 1), grain: max(1, elementGrain / 8 / max(width, 1))) { rows in
            for row in rows {
                kernels.softmax(a + row * width, o + row * width, length(row), width, scale)
            }
        }
        return out
    }

    /// For probabilities p = softmax(scale · x) and the gradient g of p: scale · p · (g − Σ g·p).
    func softmaxGradient(_ gradient: Tensor, scale: Float = 1) -> Tensor {
        let width = size(-1)
        let out = Tensor(uninitialised: shape)
        let (p, g, o) = (constFloats, gradient.constFloats, out.mutableFloats)
        parallel(count / max(width, 1), grain: max(1, elementGrain / 4 / max(width, 1))) { rows in
            for row in rows {
                kernels.softmax_gradient(p + row * width, g + row * width, o + row * width, width, scale)
            }
        }
        return out
    }

    /// x − log Σ eˣ over the last axis.
    package func logSoftmax() -> Tensor {
        let width = size(-1)
        let out = Tensor(uninitialised: shape)
        let (a, o) = (constFloats, out.mutableFloats)
        parallel(count / max(width, 1), grain: max(1, elementGrain / 8 / max(width, 1))) { rows in
            for row in rows {
                let x = a + row * width
                let shift = kernels.log_sum_exp(x, width)
                mapLanes(0..<width, x, o + row * width) { $0 - shift }
            }
        }
        return out.remembering(
            [self],
            backward: { g in
                let back = Tensor(uninitialised: out.shape)
                let (y, gradient, b) = (out.constFloats, g.constFloats, back.mutableFloats)
                for row in 0..<out.count / max(width, 1) {
                    let (y, g) = (y + row * width, gradient + row * width)
                    let total = sumLanes(width, g) { $0 }
                    mapLanes(0..<width, y, g, b + row * width) { $1 - exponential($0) * total }
                }
                return [back]
            })
    }

    /// The mean cross-entropy in nats of logits [.., classes] against Int32 targets [..].
    ///
    /// Rows whose target is `ignored` do not count; with none left the loss is 0. The gradient is made with
    /// the loss, in one pass over the logits.
    package func crossEntropy(_ targets: Tensor, ignoring ignored: Int32? = nil) -> Tensor {
        let (rows, width) = (count / size(-1), size(-1))
        let ids = targets.integers
        precondition(ids.count == rows, "\(ids.count) targets for \(rows) rows of logits")
        if let device { return crossEntropy(targets, on: device, ignoring: ignored) }
        let kept = ids.reduce(0) { $0 + ($1 == ignored ? 0 : 1) }
        let losses = nats(ids, ignored)
        let loss = Tensor(kept == 0 ? 0 : Float(losses.reduce(0) { $0 + Double($1) } / Double(kept)))
        let x = detached
        return loss.remembering(
            [self],
            backward: { g in
                let back = Tensor(uninitialised: x.shape)
                let (a, b) = (x.constFloats, back.mutableFloats)
                let weight = kept == 0 ? 0 : g.item / Float(kept)
                parallel(rows, grain: max(1, elementGrain / 8 / width)) { range in
                    for row in range {
                        let (x, y) = (a + row * width, b + row * width)
                        if ids[row] == ignored {
                            y.update(repeating: 0, count: width)
                        } else {
                            let shift = kernels.log_sum_exp(x, width)
                            kernels.exponential(x, y, width, shift, weight)
                            y[Int(ids[row])] -= weight
                        }
                    }
                }
                return [back]
            })
    }

    /// The mean, taken by the CPU as without a device.
    private func crossEntropy(_ targets: Tensor, on device: any Device, ignoring ignored: Int32?) -> Tensor {
        precondition(ignored == nil, "no rows are ignored on devices")
        let (x, targets) = (detached, targets.moved(to: device))
        let (losses, sums) = device.crossEntropy(x, targets)
        let rows = losses.count
        return Tensor(Float(losses.floats.reduce(0) { $0 + Double($1) } / Double(max(rows, 1)))).remembering(
            [self],
            backward: { g in [device.crossEntropyGradient(x, targets, sums, g.item / Float(rows))] })
    }

    /// The cross-entropy in nats of every row, without a gradient: logits [.., classes] → [..].
    package func crossEntropyPerRow(_ targets: Tensor) -> Tensor {
        if let device {
            return device.crossEntropy(detached, targets.moved(to: device)).losses.onCPU
                .reshaped(Array(shape.dropLast()))
        }
        return Tensor(nats(targets.integers, nil), shape: Array(shape.dropLast()))
    }

    private func nats(_ ids: [Int32], _ ignored: Int32?) -> [Float] {
        let width = size(-1)
        var losses = [Float](repeating: 0, count: ids.count)
        let a = constFloats
        losses.withUnsafeMutableBufferPointer { losses in
            guard let losses = losses.baseAddress else { return }
            parallel(ids.count, grain: max(1, elementGrain / 8 / width)) { range in
                for row in range where ids[row] != ignored {
                    precondition(ids[row] >= 0 && ids[row] < width, "target \(ids[row]) is not one of \(width) classes")
                    let x = a + row * width
                    losses[row] = kernels.log_sum_exp(x, width) - x[Int(ids[row])]
                }
            }
        }
        return losses
    }
}
