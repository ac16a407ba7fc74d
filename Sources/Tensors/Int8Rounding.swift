import CSynKernels

/// How far rounded weights are from the given ones: summed squares of the differences and of the weights.
package struct Int8Rounding: Sendable {
    package fileprivate(set) var difference = 0.0
    package fileprivate(set) var total = 0.0

    package init() {}

    /// The size of the differences as a share of the weights'.
    package var relative: Double { total > 0 ? (difference / total).squareRoot() : 0 }
}

extension Tensor {
    /// These weights [out, in] as whole numbers −127...127 with a scale for each row, which the row's largest magnitude
    /// decides: the nearest ones.
    package func roundedToInt8(noting error: inout Int8Rounding) -> (weight: Tensor, scales: Tensor) {
        precondition(shape.count == 2, "weights have two axes, not \(shape)")
        let wide = detached.converted(to: .float32)
        let (outs, ins) = (shape[0], shape[1])
        let weight = Tensor(uninitialised: shape, elementType: .int8)
        let scales = Tensor(uninitialised: [outs])
        let sums = Tensor(uninitialised: [outs, 2])   // of squares, for each row
        let (a, s, e) = (wide.constFloats, scales.mutableFloats, sums.mutableFloats)
        let w = weight.storage.address.assumingMemoryBound(to: Int8.self)
        parallel(outs, grain: max(1, elementGrain / max(ins, 1))) { rows in
            for row in rows {
                s[row] = kernels.to_int8(a + row * ins, w + row * ins, ins)
                var (difference, total): (Float, Float) = (0, 0)
                for i in row * ins..<(row + 1) * ins {
                    let miss = a[i] - Float(w[i]) * s[row]
                    difference += miss * miss
                    total += a[i] * a[i]
                }
                (e[2 * row], e[2 * row + 1]) = (difference, total)
            }
        }
        for row in 0..<outs {
            error.difference += Double(e[2 * row])
            error.total += Double(e[2 * row + 1])
        }
        withExtendedLifetime((wide, sums)) {}
        return (weight, scales)
    }

    /// Int8 weights and their scales as Float32 numbers again.
    package func widened(scales: Tensor) -> Tensor {
        precondition(elementType == .int8 && scales.count == shape[0], "not whole numbers with a scale for each row")
        let w = storage.address.assumingMemoryBound(to: Int8.self)
        let width = shape[1]
        defer { withExtendedLifetime(self) {} }
        return Tensor(shape: shape) { values in
            let s = scales.constFloats
            for i in values.indices { values[i] = Float(w[i]) * s[i / width] }
        }
    }
}
