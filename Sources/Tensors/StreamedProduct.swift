import CLanes

/// Products of few rows with weights that are read from memory once, as they lie.
///
/// A transformer that writes one token at a time multiplies each of its weights with as many rows as there are
/// sequences: what counts is how fast the weights come from memory. These products keep no packed copy of them, and
/// each output's sum is made in one order, whatever the number of rows and of threads: a sequence's result does not
/// depend on its neighbours, in any precision.
///
/// The kernels need a processor with AVX-512 and its BFloat16 and whole-number products; on others `linear` serves,
/// which promises less.
public enum StreamedProduct {
    public static var isAvailable: Bool { lanes_has_products() }
}

/// How far rounded weights are from the given ones: summed squares of the differences and of the weights.
public struct Int8Rounding: Sendable {
    public fileprivate(set) var difference = 0.0
    public fileprivate(set) var total = 0.0

    public init() {}

    /// The size of the differences as a share of the weights'.
    public var relative: Double { total > 0 ? (difference / total).squareRoot() : 0 }
}

extension Tensor {
    /// y = x·Wᵀ + b for frozen weights: x [.., in] Float32, weight [out, in], bias [out] → [.., out]. No gradients.
    ///
    /// - Parameters:
    ///   - weight: Float32; BFloat16, for which x is rounded to BFloat16 too; or Int8, for which x is rounded to 16-bit
    ///     whole numbers, each row by its own scale.
    ///   - scales: [out], what each row of Int8 weights is multiplied by.
    public func streamed(_ weight: Tensor, _ bias: Tensor? = nil, scales: Tensor? = nil) -> Tensor {
        let (outs, ins) = (weight.shape[0], weight.shape[1])
        precondition(weight.shape.count == 2 && size(-1) == ins, "weights \(weight.shape) do not fit inputs \(shape)")
        precondition((weight.elementType == .int8) == (scales != nil), "whole-number weights have scales, others none")
        guard StreamedProduct.isAvailable else { return detached.linear(weight.detached, bias?.detached).detached }
        let rows = count / max(ins, 1)
        let out = Tensor(uninitialised: shape.dropLast() + [outs])
        guard rows > 0, outs > 0 else { return out }
        let (y, shift) = (out.mutableFloats, bias.map(\.constFloats))
        let grain = max(1, elementGrain / max(1, ins * rows / 8))
        switch weight.elementType {
        case .float32:
            let (x, w) = (constFloats, weight.constFloats)
            parallel(outs, grain: grain) { lanes_product_f32(x, w, shift, y, rows, ins, outs, $0.lowerBound, $0.upperBound) }
        case .bfloat16:
            let rounded = detached.converted(to: .bfloat16)
            let (x, w) = (rounded.constShorts, weight.constShorts)
            parallel(outs, grain: grain) { lanes_product_bf16(x, w, shift, y, rows, ins, outs, $0.lowerBound, $0.upperBound) }
            withExtendedLifetime(rounded) {}
        case .int8:
            let rounded = RowsOfWholeNumbers(self, rows: rows, width: ins)
            let (x, sizes) = (rounded.numbers, rounded.scales.constFloats)
            let w = UnsafePointer(weight.storage.address.assumingMemoryBound(to: Int8.self))
            let weightSizes = scales.map(\.constFloats)
            parallel(outs, grain: grain) {
                lanes_product_int8(
                    x, sizes, w, weightSizes, shift, y, rows, ins, outs, $0.lowerBound, $0.upperBound)
            }
            withExtendedLifetime((rounded, scales)) {}
        case .int32: preconditionFailure("weights are not Int32")
        }
        withExtendedLifetime((self, weight, bias)) {}
        return out
    }

    /// These weights [out, in] as whole numbers −127...127 with a scale for each row, which the row's largest magnitude
    /// decides: the nearest ones.
    public func roundedToInt8(noting error: inout Int8Rounding) -> (weight: Tensor, scales: Tensor) {
        precondition(shape.count == 2, "weights have two axes, not \(shape)")
        let wide = detached.converted(to: .float32)
        let (outs, ins) = (shape[0], shape[1])
        let weight = Tensor(uninitialised: shape, elementType: .int8)
        let scales = Tensor(uninitialised: [outs])
        let sums = Tensor(uninitialised: [outs, 2])                                    // of squares, for each row
        let (a, s, e) = (wide.constFloats, scales.mutableFloats, sums.mutableFloats)
        let w = weight.storage.address.assumingMemoryBound(to: Int8.self)
        parallel(outs, grain: max(1, elementGrain / max(ins, 1))) { rows in
            for row in rows {
                s[row] = lanes_to_int8(a + row * ins, w + row * ins, ins)
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
    public func widened(scales: Tensor) -> Tensor {
        precondition(elementType == .int8 && scales.count == shape[0], "not whole numbers with a scale for each row")
        let w = storage.address.assumingMemoryBound(to: Int8.self)
        let width = shape[1]
        defer { withExtendedLifetime(self) {} }
        return Tensor(shape: shape) { values in
            let s = scales.constFloats
            for i in values.indices { values[i] = Float(w[i]) * s[i / width] }
        }
    }

    var constShorts: UnsafePointer<UInt16> { UnsafePointer(storage.address.assumingMemoryBound(to: UInt16.self)) }
    var mutableShorts: UnsafeMutablePointer<UInt16> { storage.address.assumingMemoryBound(to: UInt16.self) }
}

/// Rows of numbers rounded to 16 bits, each by its own scale.
private struct RowsOfWholeNumbers {
    private let storage: Storage
    let scales: Tensor   // [rows]

    init(_ x: Tensor, rows: Int, width: Int) {
        storage = Storage(byteCount: rows * width * 2)
        scales = Tensor(uninitialised: [rows])
        let to = storage.address.assumingMemoryBound(to: Int16.self)
        for row in 0..<rows {
            scales.mutableFloats[row] = lanes_to_int16(x.constFloats + row * width, to + row * width, width)
        }
    }

    var numbers: UnsafePointer<Int16> { UnsafePointer(storage.address.assumingMemoryBound(to: Int16.self)) }
}
