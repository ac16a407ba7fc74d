/// Sixteen numbers at once: how our own element-wise kernels are written. The compiler splits them into
/// whatever registers the processor has.
typealias Simd = SIMD16<Float>

extension UnsafePointer<Float> {
    @inline(__always) func lanes(_ i: Int) -> Simd {
        UnsafeRawPointer(self + i).loadUnaligned(as: Simd.self)
    }

    /// The last lanes of an array, filled up where it ends.
    @inline(__always) func lanes(_ i: Int, end: Int, filling: Float) -> Simd {
        var lanes = Simd(repeating: filling)
        for lane in 0..<(end - i) { lanes[lane] = self[i + lane] }
        return lanes
    }
}

extension UnsafeMutablePointer<Float> {
    @inline(__always) func store(_ lanes: Simd, _ i: Int) {
        UnsafeMutableRawPointer(self + i).storeBytes(of: lanes, as: Simd.self)
    }

    @inline(__always) func store(_ lanes: Simd, _ i: Int, end: Int) {
        for lane in 0..<(end - i) { self[i + lane] = lanes[lane] }
    }
}

/// out[i] = f(a[i]) for a range of elements.
@inline(__always)
func mapLanes(
    _ range: Range<Int>, _ a: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
    _ f: (Simd) -> Simd
) {
    var i = range.lowerBound
    while i &+ 16 <= range.upperBound {
        out.store(f(a.lanes(i)), i)
        i &+= 16
    }
    if i < range.upperBound {
        out.store(f(a.lanes(i, end: range.upperBound, filling: 1)), i, end: range.upperBound)
    }
}

/// out[i] = f(a[i], b[i]) for a range of elements.
@inline(__always)
func mapLanes(
    _ range: Range<Int>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ out: UnsafeMutablePointer<Float>, _ f: (Simd, Simd) -> Simd
) {
    let end = range.upperBound
    var i = range.lowerBound
    while i &+ 16 <= end {
        out.store(f(a.lanes(i), b.lanes(i)), i)
        i &+= 16
    }
    if i < end { out.store(f(a.lanes(i, end: end, filling: 1), b.lanes(i, end: end, filling: 1)), i, end: end) }
}

/// Σ f(a[i]) over count elements.
@inline(__always)
func sumLanes(_ count: Int, _ a: UnsafePointer<Float>, _ f: (Simd) -> Simd) -> Float {
    var sum = Simd(repeating: 0)
    var i = 0
    while i &+ 16 <= count {
        sum += f(a.lanes(i))
        i &+= 16
    }
    var total = sum.sum()
    while i < count {
        total += f(Simd(repeating: a[i]))[0]
        i &+= 1
    }
    return total
}

/// Σ f(a[i], b[i]) over count elements.
@inline(__always)
func sumLanes(
    _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ f: (Simd, Simd) -> Simd
) -> Float {
    var sum = Simd(repeating: 0)
    var i = 0
    while i &+ 16 <= count {
        sum += f(a.lanes(i), b.lanes(i))
        i &+= 16
    }
    var total = sum.sum()
    while i < count {
        total += f(Simd(repeating: a[i]), Simd(repeating: b[i]))[0]
        i &+= 1
    }
    return total
}

/// eˣ within 2 units in the last place; 0 below −87.3, never infinite; what is not a number stays so.
///
/// Range reduction by ln 2 in two parts, then the Taylor polynomial of degree seven on |r| ≤ ln 2 / 2.
@inline(__always)
func exponential(_ x: Simd) -> Simd {
    let clamped = x.clamped(
        lowerBound: Simd(repeating: -87.3), upperBound: Simd(repeating: 88.3))
    // Adding 1.5 · 2²³ leaves the nearest integer in the low bits: rounding without a function call.
    let magic: Float = 12_582_912
    let shifted = clamped * 1.442695040888963 + magic
    let n = shifted - magic
    let r = (clamped - n * 0.693359375) - n * -2.12194440e-4
    var p = Simd(repeating: 1.0 / 5040)
    p = p * r + 1.0 / 720
    p = p * r + 1.0 / 120
    p = p * r + 1.0 / 24
    p = p * r + 1.0 / 6
    p = p * r + 0.5
    p = p * r + 1
    p = p * r + 1
    let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &- (0x4b40_0000 - 127)
    let scale = unsafeBitCast(exponent &<< 23, to: Simd.self)
    return (p * scale).replacing(with: 0, where: x .< -87.3).replacing(with: x, where: x .!= x)
}
