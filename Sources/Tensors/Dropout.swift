/// Which elements of a tensor drop out in training (Srivastava et al. 2014): a bit for each, so that what a gradient
/// has to remember is a thirty-second of the values.
struct DropoutMask: Sendable {
    let shape: [Int]
    /// What eight elements are multiplied by, for each of their 256 patterns: 0, or 1 / (1 − rate).
    private let factors: [SIMD8<Float>]
    /// Eight elements a byte, the lowest bit first; set where an element stays.
    private let bytes: Storage

    /// Each element drops out with probability `rate`; `stream` moves on by one number an element.
    init(_ shape: [Int], _ rate: Float, _ stream: inout RandomStream) {
        precondition(rate < 1, "a dropout rate is below one")
        self.shape = shape
        let count = shape.reduce(1, *)
        factors = (0..<256).map { pattern in
            var lanes = SIMD8<Float>(repeating: 0)
            for lane in 0..<8 where pattern >> lane & 1 == 1 { lanes[lane] = 1 / (1 - rate) }
            return lanes
        }
        let groups = (count + 15) / 16
        bytes = Storage(byteCount: max(1, 2 * groups))
        // uniform() < rate, by the whole numbers that it is made of.
        let bound = UInt64((rate * 0x1p24).rounded(.up))
        let (out, start) = (bytes.address.assumingMemoryBound(to: UInt8.self), stream)
        parallel(2 * groups, grain: elementGrain / 32) { range in
            var own = start
            own.skip(8 * range.lowerBound)
            for place in range {
                var pattern: UInt8 = 0
                for lane in 0..<8 { pattern |= (own.next() >> 40 < bound ? 0 : 1) << UInt8(lane) }
                out[place] = pattern
            }
        }
        stream.skip(count)
    }

    /// x where it stays, divided by 1 − rate, and 0 elsewhere; a gradient goes back the same way.
    func applied(to x: Tensor) -> Tensor {
        precondition(x.shape == shape, "dropout made for \(shape) is not for \(x.shape)")
        let out = Tensor(uninitialised: shape)
        let (a, o, count) = (x.constFloats, out.mutableFloats, x.count)
        let bits = bytes.address.assumingMemoryBound(to: UInt8.self)
        factors.withUnsafeBufferPointer { factors in
            parallel((count + 15) / 16, grain: elementGrain / 16) { groups in
                for group in groups {
                    let lanes = Simd(
                        lowHalf: factors[Int(bits[2 * group])], highHalf: factors[Int(bits[2 * group + 1])])
                    let i = 16 * group
                    if i + 16 <= count {
                        o.store(a.lanes(i) * lanes, i)
                    } else {
                        o.store(a.lanes(i, end: count, filling: 0) * lanes, i, end: count)
                    }
                }
            }
        }
        return out
    }
}

extension Tensor {
    /// Each element 0 with probability `rate`, otherwise divided by 1 − rate.
    package func dropout(_ rate: Float, _ stream: inout RandomStream) -> Tensor {
        guard rate > 0 else { return self }
        let mask = DropoutMask(shape, rate, &stream)
        if let device { return self * mask.applied(to: .full(shape, 1)).moved(to: device) }
        return mask.applied(to: detached).remembering([self], backward: { g in [mask.applied(to: g)] })
    }
}

/// Random silence in training: one step's random stream and how much of it is silenced.
///
/// A training step makes one from its own random stream and passes it to the model; a model without one has no
/// dropout. The stream moves on with every use, so one object serves one step on one thread.
package final class Dropout {
    package let rate: Float
    /// Of the shares that attention gives, everywhere.
    package let attentionRate: Float
    private var stream: RandomStream

    /// - Parameters:
    ///   - rate: of every place of a model whose settings name none; 0 ≤ rate < 1.
    ///   - attentionRate: of the shares that attention gives; 0 ≤ rate < 1.
    package init(_ rate: Float, attention attentionRate: Float = 0, _ stream: RandomStream) {
        (self.rate, self.attentionRate) = (rate, attentionRate)
        self.stream = stream
    }

    /// For a model whose settings name the rate of every place.
    package convenience init(_ stream: RandomStream) { self.init(0, stream) }

    package func callAsFunction(_ x: Tensor) -> Tensor { self(x, rate: rate) }

    /// At a place whose rate the model's settings name.
    package func callAsFunction(_ x: Tensor, rate: Float) -> Tensor { x.dropout(rate, &stream) }

    /// What shares of attention are multiplied by; nil where none drops out.
    func ofAttention(_ shape: [Int]) -> DropoutMask? {
        attentionRate > 0 ? DropoutMask(shape, attentionRate, &stream) : nil
    }
}
