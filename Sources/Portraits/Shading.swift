import Foundation

/// The small functions that shading is made of. Inputs are Floats of any size; nothing traps.

extension Float {
    var cosine: Float { cos(self) }
    var sine: Float { sin(self) }

    /// This number, brought into 0...1.
    @inline(__always) var unit: Float { Swift.min(Swift.max(self, 0), 1) }

    @inline(__always) var squared: Float { self * self }
}

/// From 0 at `low` to 1 at `high`, level at both ends.
@inline(__always)
func rise(_ low: Float, _ high: Float, _ x: Float) -> Float {
    let t = ((x - low) / (high - low)).unit
    return t * t * (3 - 2 * t)
}

@inline(__always)
func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

@inline(__always)
func mix(_ a: Paint, _ b: Paint, _ t: Float) -> Paint { a + (b - a) * t }

/// A bell: nearly exp(−x²/2), but exactly 0 beyond |x| = 2.83; the argument is x².
@inline(__always)
func bell(_ squared: Float) -> Float {
    let t = max(0, 1 - squared * 0.125)
    let t2 = t * t
    return t2 * t2
}

/// A bell over a place: centre and radii in the frame's unit.
@inline(__always)
func bell(_ u: Float, _ v: Float, _ width: Float, _ height: Float) -> Float {
    bell((u / width).squared + (v / height).squared)
}

/// Distance from an ellipse around the origin, negative inside (first order, good near the edge).
@inline(__always)
func ellipse(_ u: Float, _ v: Float, _ a: Float, _ b: Float) -> Float {
    let (x, y) = (u / a, v / b)
    let k0 = (x * x + y * y).squareRoot()
    let k1 = ((x / a).squared + (y / b).squared).squareRoot()
    return k1 < 1e-6 ? -min(a, b) : k0 * (k0 - 1) / k1
}

/// Distance from a box with round corners around the origin, negative inside.
@inline(__always)
func roundedBox(_ u: Float, _ v: Float, _ a: Float, _ b: Float, _ radius: Float) -> Float {
    let (x, y) = (abs(u) - a + radius, abs(v) - b + radius)
    let outside = (max(x, 0).squared + max(y, 0).squared).squareRoot()
    return outside + min(max(x, y), 0) - radius
}

/// Distance from a straight stroke between two places.
@inline(__always)
func stroke(_ u: Float, _ v: Float, _ u0: Float, _ v0: Float, _ u1: Float, _ v1: Float) -> Float {
    let (dx, dy) = (u1 - u0, v1 - v0)
    let t = (((u - u0) * dx + (v - v0) * dy) / (dx * dx + dy * dy)).unit
    return ((u - u0 - dx * t).squared + (v - v0 - dy * t).squared).squareRoot()
}

/// A colour with full coverage from 8-bit components.
func rgb(_ red: Int, _ green: Int, _ blue: Int) -> Paint {
    Paint(Float(red) / 255, Float(green) / 255, Float(blue) / 255, 1)
}

extension Paint {
    /// The same colour with another coverage.
    @inline(__always) func over(_ coverage: Float) -> Paint { Paint(x, y, z, coverage) }

    /// Brighter or darker, coverage kept.
    @inline(__always) func lit(_ factor: Float) -> Paint { Paint(x * factor, y * factor, z * factor, w) }

    /// Component-wise product, for shadows with a hue; coverage kept.
    @inline(__always) func tinted(_ red: Float, _ green: Float, _ blue: Float) -> Paint {
        Paint(x * red, y * green, z * blue, w)
    }

    @inline(__always) var luminance: Float { 0.299 * x + 0.587 * y + 0.114 * z }
}
