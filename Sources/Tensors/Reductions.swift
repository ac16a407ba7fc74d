extension Tensor {
    /// The sum of all elements, in double precision over parts of 4096: a tensor without axes.
    package func sum() -> Tensor {
        let a = constFloats
        var total = 0.0
        var start = 0
        while start < count {
            let length = min(4096, count - start)
            total += Double(sumLanes(length, a + start) { $0 })
            start += length
        }
        let full = shape
        return Tensor(Float(total)).remembering([self], backward: { g in [Tensor.full(full, g.item)] })
    }

    package func mean() -> Tensor { sum() * (1 / Float(count)) }

    /// The sums along one axis, which disappears.
    package func sum(axis: Int) -> Tensor {
        let axis = axis < 0 ? shape.count + axis : axis
        let (outer, inner) = around(axis)
        let length = shape[axis]
        var outShape = shape
        outShape.remove(at: axis)
        let out = Tensor(uninitialised: outShape)
        let (a, o) = (constFloats, out.mutableFloats)
        if inner == 1 {
            parallel(outer, grain: max(1, elementGrain / max(length, 1))) { rows in
                for row in rows { o[row] = sumLanes(length, a + row * length) { $0 } }
            }
        } else {
            parallel(outer, grain: max(1, elementGrain / max(length * inner, 1))) { rows in
                for row in rows {
                    let to = o + row * inner
                    to.update(repeating: 0, count: inner)
                    for i in 0..<length { mapLanes(0..<inner, to, a + (row * length + i) * inner, to) { $0 + $1 } }
                }
            }
        }
        let full = shape
        return out.remembering(
            [self],
            backward: { g in
                let back = Tensor(uninitialised: full)
                let (gradient, b) = (g.constFloats, back.mutableFloats)
                for row in 0..<outer {
                    for i in 0..<length {
                        (b + (row * length + i) * inner).update(from: gradient + row * inner, count: inner)
                    }
                }
                return [back]
            })
    }

    package func mean(axis: Int) -> Tensor { sum(axis: axis) * (1 / Float(size(axis))) }

    /// The place of the largest element along the last axis, the first one among equals. What is not a number is larger
    /// than any, as in PyTorch.
    package func argmax() -> Tensor {
        let width = size(-1)
        if let device { return device.argmax(detached) }
        let a = constFloats
        let places = (0..<count / width).map { row -> Int32 in
            var best = 0
            for i in 1..<max(width, 1) where !(a[row * width + i] <= a[row * width + best]) {
                if a[row * width + best].isNaN { break }
                best = i
            }
            return Int32(best)
        }
        return Tensor(places, shape: Array(shape.dropLast()))
    }

    /// Each vector of the last axis divided by its Euclidean length (at least 10⁻¹²).
    package func l2Normalised() -> Tensor {
        let width = size(-1)
        let out = Tensor(uninitialised: shape)
        let (a, o) = (constFloats, out.mutableFloats)
        let rows = count / width
        let inverse = Tensor(uninitialised: [rows])
        let scale = inverse.mutableFloats
        for row in 0..<rows {
            let line = a + row * width
            scale[row] = 1 / max(sumLanes(width, line) { $0 * $0 }.squareRoot(), 1e-12)
            let factor = scale[row]
            mapLanes(0..<width, line, o + row * width) { $0 * factor }
        }
        return out.remembering(
            [self],
            backward: { g in
                let back = Tensor(uninitialised: out.shape)
                let (y, gradient, b, scale) = (out.constFloats, g.constFloats, back.mutableFloats, inverse.constFloats)
                for row in 0..<rows {
                    let (line, slope) = (y + row * width, gradient + row * width)
                    let along = sumLanes(width, line, slope) { $0 * $1 }
                    let factor = scale[row]
                    mapLanes(0..<width, line, slope, b + row * width) { ($1 - $0 * along) * factor }
                }
                return [back]
            })
    }
}
