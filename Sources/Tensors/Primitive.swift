import CSynOneDNN

/// A oneDNN primitive prepared for its shapes, in use for as long as this value lives.
///
/// The shim keeps the primitives used last; see `PrimitiveCache`.
struct Primitive: ~Copyable {
    private let operation: OpaquePointer

    /// Takes what a shim call made. Shapes reach here checked, so a refusal is our own mistake.
    init(_ made: OpaquePointer?) {
        guard let made else { preconditionFailure(String(cString: syn_last_error())) }
        operation = made
    }

    deinit { syn_release(operation) }

    func run(
        _ first: UnsafeRawPointer, _ second: UnsafeRawPointer? = nil, _ third: UnsafeMutableRawPointer? = nil,
        into last: UnsafeMutableRawPointer
    ) {
        let done = syn_run(operation, first, second, third, last)
        precondition(done, String(cString: syn_last_error()))
    }

    /// Weights in the layout and type this primitive wants: kept with the weights while they are frozen, made
    /// anew for parameters, whose values move.
    func packed(_ weights: Tensor) -> Packing {
        if weights.wantsGradient { return pack(weights) }
        return weights.storage.packing(syn_packed_layout(operation)) { pack(weights) }
    }

    private func pack(_ weights: Tensor) -> Packing {
        let packing = emptyPacking()
        let plain = weights.detached.converted(to: weights.productType)
        let done = withExtendedLifetime(plain) { syn_pack(operation, plain.storage.address, packing.address) }
        precondition(done, String(cString: syn_last_error()))
        return packing
    }

    /// Room for a weights' gradient in this primitive's layout.
    func emptyPacking() -> Packing { Packing(byteCount: syn_packed_size(operation)) }

    func unpack(_ packing: Packing, into plain: Tensor) {
        let done = syn_unpack(operation, packing.address, plain.storage.address)
        precondition(done, String(cString: syn_last_error()))
    }
}

extension Tensor {
    /// The type in which this weight is multiplied: its own, or Float32 where the processor lacks BFloat16.
    var productType: ElementType {
        elementType == .bfloat16 && !syn_multiplies_bf16() ? .float32 : elementType
    }

    /// This value as a product with a weight takes it: rounded as the weight is, in the type of the product.
    ///
    /// Products of BFloat16 numbers are exact in Float32, so the result is the same number in either type,
    /// but for the order of the sums.
    func operand(of weight: Tensor) -> Tensor {
        detached.converted(to: weight.elementType).converted(to: weight.productType)
    }
}

/// The primitives kept ready, each for its shapes: bounded, so that inputs of ever new sizes do not fill memory.
package enum PrimitiveCache {
    /// How many are kept now.
    package static var count: Int { Int(syn_kept_operations()) }
    /// How many are kept at most; those unused for longest go first.
    package static var limit: Int { Int(syn_most_operations()) }
}

extension syn_view {
    /// A row-major view with the given strides, or with those of a contiguous array.
    init(_ dims: [Int], strides: [Int]? = nil, _ type: ElementType = .float32) {
        self.init()
        precondition(dims.count <= 5, "views have at most five axes")
        rank = Int32(dims.count)
        self.type = type == .bfloat16 ? SYN_BF16 : SYN_F32
        var running = 1
        var contiguous = [Int](repeating: 1, count: dims.count)
        for axis in dims.indices.reversed() {
            contiguous[axis] = running
            running *= dims[axis]
        }
        let strides = strides ?? contiguous
        func store(_ numbers: [Int], _ raw: UnsafeMutableRawBufferPointer) {
            for (axis, number) in numbers.enumerated() {
                raw.storeBytes(of: Int64(number), toByteOffset: axis * 8, as: Int64.self)
            }
        }
        withUnsafeMutableBytes(of: &self.dims) { store(dims, $0) }
        withUnsafeMutableBytes(of: &self.strides) { store(strides, $0) }
    }
}

/// What the processor and oneDNN offer; for `env` and for choosing a precision.
package enum Processor {
    /// Whether BFloat16 products run natively, by what oneDNN has here.
    package static var hasNativeBFloat16: Bool { syn_has_native_bf16() }

    /// oneDNN's version, as in "2.6.3".
    package static var oneDNNVersion: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        syn_version(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }
}
