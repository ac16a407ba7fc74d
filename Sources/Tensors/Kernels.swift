import CSynKernels

/// Our own kernels for the processor at hand, each as `Kernels.h` describes it. What is nil this class of processor
/// does not have.
nonisolated(unsafe) let kernels = kernels_here().pointee   // never changes

/// Classes of processors that our kernels are made for, from the one that all belong to upwards.
package enum ProcessorClass: String, CaseIterable, Sendable, Comparable {
    case generic, neon, neonbf16, avx2, avx512, avx512bf16, amx

    /// The class of this process: the best that the processor has and `SYNESTHESIA_ISA` allows.
    package static let here = ProcessorClass(kernels.level)

    /// Whether precision `auto` means bf16 here: a measured choice for each class of processor, see `Kernels.h`.
    package static var prefersBFloat16: Bool { kernels_prefer_bf16() }

    /// Whether `SYNESTHESIA_ISA` names a class that is the best to be used.
    package static var isLimited: Bool { kernels_are_limited() }

    /// The classes that this processor can run, from the least to the best.
    package static let available = allCases.filter { $0.table != nil }

    /// What `SYNESTHESIA_ISA` says where that is no class, or one that this processor does not have.
    package static var unknownLimit: String? { kernels_unknown_limit().map { String(cString: $0) } }

    /// The class's kernels, if this processor can run them.
    var table: kernel_table? { kernels_of_class(level)?.pointee }

    private init(_ level: kernel_class) { self = Self.allCases.first { $0.level == level } ?? .generic }

    private var level: kernel_class {
        switch self {
        case .generic: KERNELS_GENERIC
        case .neon: KERNELS_NEON
        case .neonbf16: KERNELS_NEONBF16
        case .avx2: KERNELS_AVX2
        case .avx512: KERNELS_AVX512
        case .avx512bf16: KERNELS_AVX512BF16
        case .amx: KERNELS_AMX
        }
    }

    package static func < (a: Self, b: Self) -> Bool { a.level.rawValue < b.level.rawValue }
}

extension ElementType {
    /// The type of fractions as our kernels call it.
    var kernelType: kernel_type {
        precondition(self == .float32 || self == .bfloat16, "kernels of fractions have no whole numbers")
        return self == .bfloat16 ? KERNEL_BF16 : KERNEL_F32
    }
}

extension convolution {
    /// weight [out, in, height, width] on x [batch, height, width, in] into out [batch, height', width', out].
    init(_ x: Tensor, _ weight: Tensor, stride: Int, _ padding: Padding, into out: Tensor) {
        self.init(
            height: x.shape[1], width: x.shape[2], channels: x.shape[3], top: padding.top, left: padding.left,
            kernel_height: weight.shape[2], kernel_width: weight.shape[3], stride: stride, out_height: out.shape[1],
            out_width: out.shape[2], outs: out.shape[3])
    }
}

extension gemm_kernels {
    /// A product on all threads. Few panels for many threads: the rows are dealt out in parts too, each of `long` rows
    /// or more, which is long against a panel's making.
    func multiply(_ product: gemm, long: Int) {
        let panels = (product.outs + columns - 1) / columns
        let threads = Threads.count
        let parts = max(1, min(4 * threads / panels, product.rows / long))
        let step = (product.rows + parts - 1) / parts
        withUnsafePointer(to: product) { product in
            parallelDynamic(panels * parts, room: room(step, product.pointee.units)) { item, room in
                let from = item % parts * step
                run(
                    product, item / parts, (item + threads) / parts, from, min(from + step, product.pointee.rows), room)
            }
        }
    }
}

extension Activation {
    /// As the ends of our own products call it, where they have it.
    var ofKernels: kernel_activation? {
        switch self {
        case .identity: KERNEL_IDENTITY
        case .relu: KERNEL_RELU
        case .gelu: KERNEL_GELU
        case .quickGELU: KERNEL_QUICK_GELU
        default: nil
        }
    }
}

extension kernel_epilogue {
    /// y = act(sums + bias) + addend, in the numbers of `out`. The kernels must have the activation.
    init(_ bias: Tensor?, _ activation: Activation, _ addend: Tensor?, into out: Tensor) {
        self.init(
            bias: bias.map { UnsafePointer($0.constFloats) }, activation: activation.ofKernels ?? KERNEL_IDENTITY,
            addend: addend.map { UnsafePointer($0.constFloats) }, y: out.storage.address,
            type: out.elementType.kernelType)
    }
}
