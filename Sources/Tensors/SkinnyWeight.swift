import CSynKernels

/// Weights of products of few rows, packed in the order in which they are read from memory, once for each product.
///
/// A transformer that writes one token at a time multiplies each of its weights with as many rows as there are
/// sequences: what counts is how fast the weights come from memory. Thirty-two outputs' weights lie side by side, in
/// the order in which they are multiplied, so that a few streams from memory bring all, whatever the number of rows.
///
/// The kernels need a processor with AVX2 or more; on others the weights stay as they are and `linear` serves, which
/// promises less. Without products of BFloat16 numbers the weights are read in their own type all the same and widened
/// in registers: half or a quarter of the bytes.
package struct SkinnyWeight: Sendable {
    package let outs, ins: Int
    /// Of the numbers: Float32, BFloat16 or Int8.
    package let elementType: ElementType
    let panels: Tensor?   // [panels, units, columns·terms]
    let plain: Tensor?   // [out, in], where there are no kernels, and on devices
    let scales: Tensor?   // [out]

    /// Whether this processor has the kernels.
    package static var isAvailable: Bool { kernels.skinny_gemm != nil }

    /// - Parameters:
    ///   - weight: [out, in], frozen. Not kept where the kernels are.
    ///   - scales: [out], what each row of Int8 weights is multiplied by.
    package init(_ weight: Tensor, scales: Tensor? = nil) {
        precondition(weight.shape.count == 2, "weights have two axes, not \(weight.shape)")
        precondition((weight.elementType == .int8) == (scales != nil), "whole-number weights have scales, others none")
        (outs, ins, elementType) = (weight.shape[0], weight.shape[1], weight.elementType)
        guard let kernel = kernels.skinny_gemm?.pointee, weight.device == nil else {
            plain = scales.map { weight.widened(scales: $0) } ?? weight.detached
            (panels, self.scales) = (nil, nil)
            return
        }
        (plain, self.scales) = (nil, scales)
        panels = Self.packed(weight.detached, kernel)
    }

    /// Panels [panels, units, columns·terms] of weights [out, in].
    private static func packed(_ weight: Tensor, _ kernel: skinny_gemm_kernels) -> Tensor {
        let (outs, ins, elementType) = (weight.shape[0], weight.shape[1], weight.elementType)
        let (terms, units) = (elementType.terms, (ins + elementType.terms - 1) / elementType.terms)
        let width = terms * elementType.width
        let rows = ins % terms == 0 ? weight : weight.withZeroColumn
        let (columns, count) = (kernel.columns, (outs + kernel.columns - 1) / kernel.columns)
        let packed = Tensor(uninitialised: [count, units, columns * terms], elementType: elementType)
        parallel(count, grain: 1) {
            kernel.pack(
                rows.storage.address, outs, units, width, $0.lowerBound, $0.upperBound, packed.storage.address)
        }
        withExtendedLifetime(rows) {}
        return packed.heldInCommon()
    }
}

extension ElementType {
    /// How many terms of a sum the kernels take at a time.
    var terms: Int { self == .float32 ? 1 : 2 }

    /// Of a product's weights, as our kernels call it.
    var ofWeights: kernel_type {
        switch self {
        case .float32: KERNEL_F32
        case .bfloat16: KERNEL_BF16
        case .int8: KERNEL_INT8
        case .int32: preconditionFailure("weights are not Int32")
        }
    }
}

extension Tensor {
    /// These rows with a zero at the end of each.
    var withZeroColumn: Tensor {
        let (rows, bytes) = (shape[0], shape[1] * elementType.width)
        let out = Tensor(uninitialised: [rows, shape[1] + 1], elementType: elementType)
        for row in 0..<rows {
            let place = out.storage.address + row * (bytes + elementType.width)
            place.copyMemory(from: storage.address + row * bytes, byteCount: bytes)
            (place + bytes).initializeMemory(as: UInt8.self, repeating: 0, count: elementType.width)
        }
        return out
    }
}
