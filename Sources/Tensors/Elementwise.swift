import CSynKernels
import Foundation

/// Elements a thread should have at least before a second one is worth waking.
let elementGrain = 1 << 15

extension Tensor {
    /// A new tensor of this shape, f of every element.
    @inline(__always)
    func mapped(_ f: (Simd) -> Simd) -> Tensor {
        let out = Tensor(uninitialised: shape)
        let (a, o) = (constFloats, out.mutableFloats)
        parallel(count, grain: elementGrain) { mapLanes($0, a, o, f) }
        return out
    }

    /// A new tensor of this shape, f of the elements of this and another of the same count.
    @inline(__always)
    func zipped(_ other: Tensor, _ f: (Simd, Simd) -> Simd) -> Tensor {
        precondition(count == other.count, "shapes \(shape) and \(other.shape) do not go together")
        let out = Tensor(uninitialised: shape)
        let (a, b, o) = (constFloats, other.constFloats, out.mutableFloats)
        parallel(count, grain: elementGrain) { mapLanes($0, a, b, o, f) }
        return out
    }

    /// f(a, b) where `other`'s shape is this one's, a suffix of it (repeated over the leading axes), or one element.
    @inline(__always)
    func broadcast(_ other: Tensor, _ f: (Simd, Simd) -> Simd) -> Tensor {
        if other.shape == shape { return zipped(other, f) }
        if other.count == 1 {
            let b = Simd(repeating: other.constFloats[0])
            return mapped { f($0, b) }
        }
        let period = periodOf(other)
        let out = Tensor(uninitialised: shape)
        let (a, b, o) = (constFloats, other.constFloats, out.mutableFloats)
        parallel(count / period, grain: max(1, elementGrain / period)) { rows in
            for row in rows { mapLanes(0..<period, a + row * period, b, o + row * period, f) }
        }
        return out
    }

    private func periodOf(_ other: Tensor) -> Int {
        let trimmed = Array(other.shape.drop { $0 == 1 })
        precondition(
            trimmed.count <= shape.count && Array(shape.suffix(trimmed.count)) == trimmed,
            "shape \(other.shape) is not a suffix of \(shape)")
        return other.count
    }

    /// The sum over the leading axes that `broadcast` repeated: the gradient of its right operand.
    func summed(to shape: [Int]) -> Tensor {
        if shape == self.shape { return self }
        if device != nil { return onCPU.summed(to: shape) }
        let period = shape.reduce(1, *)
        if period == 1 { return sum().reshaped(shape) }
        return columnSums(period).reshaped(shape)
    }

    /// Sums of the columns of this tensor seen as [count / columns, columns].
    func columnSums(_ columns: Int) -> Tensor {
        let out = Tensor.zeros([columns])
        let (a, o) = (constFloats, out.mutableFloats)
        let rows = count / columns
        parallel(columns, grain: max(64, elementGrain / max(rows, 1))) { range in
            for row in 0..<rows {
                let line = a + row * columns
                mapLanes(range, o, line, o) { $0 + $1 }
            }
        }
        return out
    }

    /// Sum without a past, for gradients that meet.
    func adding(_ other: Tensor) -> Tensor { commonDevice(self, other)?.sum(self, other) ?? zipped(other) { $0 + $1 } }
    func scaled(by factor: Float) -> Tensor { device?.scaled(self, by: factor) ?? mapped { $0 * factor } }

    /// The product number by number, without a past; on a device of equal shapes.
    private func plain(times other: Tensor) -> Tensor {
        commonDevice(self, other)?.multiplied(self, other) ?? broadcast(other) { $0 * $1 }
    }

    private func plain(sum other: Tensor) -> Tensor {
        commonDevice(self, other)?.sum(self, other) ?? broadcast(other) { $0 + $1 }
    }
}

// MARK: - Arithmetic

extension Tensor {
    package static func + (a: Tensor, b: Tensor) -> Tensor {
        a.plain(sum: b).remembering(
            [a, b],
            backward: { g in
                [g, b.wantsGradient ? g.summed(to: b.shape) : nil]
            })
    }

    package static func - (a: Tensor, b: Tensor) -> Tensor {
        a.broadcast(b) { $0 - $1 }.remembering(
            [a, b],
            backward: { g in
                [g, b.wantsGradient ? g.summed(to: b.shape).scaled(by: -1) : nil]
            })
    }

    package static func * (a: Tensor, b: Tensor) -> Tensor {
        // A factor is kept for the other one's gradient only.
        let (ofA, ofB) = (a.wantsGradient ? b.detached : nil, b.wantsGradient ? a.detached : nil)
        let shape = b.shape
        return a.plain(times: b).remembering(
            [a, b],
            backward: { g in [ofA.map { g.plain(times: $0) }, ofB.map { g.plain(times: $0).summed(to: shape) }] })
    }

    package static func / (a: Tensor, b: Tensor) -> Tensor {
        let (divisor, av) = (b.detached, b.wantsGradient ? a.detached : nil)
        let wantsA = a.wantsGradient
        return a.broadcast(b) { $0 / $1 }.remembering(
            [a, b],
            backward: { g in
                [
                    wantsA ? g.broadcast(divisor) { $0 / $1 } : nil,
                    av.map {
                        g.zipped($0) { -$0 * $1 }.broadcast(divisor) { $0 / ($1 * $1) }.summed(to: divisor.shape)
                    },
                ]
            })
    }

    package static func * (a: Tensor, factor: Float) -> Tensor {
        a.detached.scaled(by: factor).remembering([a], backward: { g in [g.scaled(by: factor)] })
    }

    package static func * (factor: Float, a: Tensor) -> Tensor { a * factor }
    package static func / (a: Tensor, divisor: Float) -> Tensor { a * (1 / divisor) }

    package static func + (a: Tensor, number: Float) -> Tensor {
        a.mapped { $0 + number }.remembering([a], backward: { g in [g] })
    }

    package static func - (a: Tensor, number: Float) -> Tensor { a + -number }
    package static prefix func - (a: Tensor) -> Tensor { a * -1 }
}

// MARK: - Functions

extension Tensor {
    /// y = f(x), with the slope dy/dx from x and y.
    @inline(__always)
    private func function(_ f: (Simd) -> Simd, slope: @escaping (_ x: Simd, _ y: Simd) -> Simd) -> Tensor {
        let x = detached
        let y = mapped(f)
        return y.remembering([self], backward: { g in [g.zipped(x.zipped(y, slope)) { $0 * $1 }] })
    }

    package func exp() -> Tensor { function(exponential) { _, y in y } }

    /// The natural logarithm.
    package func log() -> Tensor { function({ each($0, Foundation.log) }) { x, _ in 1 / x } }

    package func squareRoot() -> Tensor { function({ $0.squareRoot() }) { _, y in 0.5 / y } }

    package func squared() -> Tensor { function({ $0 * $0 }) { x, _ in 2 * x } }

    /// |x|; its slope at 0 is 0.
    package func absolute() -> Tensor {
        function({ $0.replacing(with: -$0, where: $0 .< 0) }) { x, _ in
            Simd(repeating: 0).replacing(with: 1, where: x .> 0).replacing(with: -1, where: x .< 0)
        }
    }

    package func tanh() -> Tensor { activated(.tanh) }
    package func sigmoid() -> Tensor { activated(.sigmoid) }

    /// The largest of each element and `floor`; the slope below it is 0.
    package func clamped(from floor: Float) -> Tensor {
        function({ $0.replacing(with: floor, where: $0 .< floor) }) { x, _ in
            Simd(repeating: 1).replacing(with: 0, where: x .< floor)
        }
    }

    /// The elements as another type: BFloat16 rounds to nearest, ties to even. The gradient of
    /// Float32 numbers is Float32, whatever it came as.
    package func converted(to type: ElementType) -> Tensor {
        if type == elementType { return self }
        let isWide = elementType == .float32
        let backward: GradientNode.Backward = { g in [isWide ? g.converted(to: .float32) : g] }
        if type == .bfloat16, let rounded = storage.rounded {
            return Tensor(storage: rounded, shape: shape, elementType: type)
                .remembering([self], backward: backward)
        }
        if let device { return device.converted(detached, to: type).remembering([self], backward: backward) }
        let out = Tensor(uninitialised: shape, elementType: type)
        precondition(elementType != .int32 && type != .int32, "no conversion from \(elementType) to \(type)")
        let (from, to) = (storage.address, out.storage.address)
        let (source, target) = (elementType, type)
        parallel(count, grain: elementGrain) { range in
            let first = range.lowerBound
            kernels.convert(
                from + first * source.width, source.kernelType, to + first * target.width, target.kernelType,
                range.count)
        }
        return out.remembering([self], backward: backward)
    }
}

@inline(__always)
private func each(_ x: Simd, _ f: (Float) -> Float) -> Simd {
    var y = x
    for lane in 0..<16 { y[lane] = f(x[lane]) }
    return y
}
