import CSynKernels
import CSynOneDNN

/// Products of many rows with large weights by our own kernel, which brings sixty-four columns of the weights at
/// a time into the processor's order: nothing is packed beforehand, the weights stay in memory once and serve both
/// directions. Sums are in Float32, each in one order, whatever the number of rows and of threads.
///
/// Where the processor multiplies no BFloat16 numbers they are widened when the weights are brought into order, so that
/// a product costs what one of Float32 does and its weights half the memory. oneDNN serves on processors without AVX2
/// or NEON and on those with AVX-512 alone, for small Float32 weights, and for sums of an odd number of BFloat16 terms.
struct PackedGEMM {
    private let weight: Tensor
    private let kernel: gemm_kernels

    /// Nothing where the kernel does not serve. `inner`: how many terms each sum has.
    init?(_ weight: Tensor, inner: Int) {
        guard let kernel = kernels.gemm?.pointee, inner > 0 else { return nil }
        switch weight.elementType {
        case .bfloat16: guard inner % 2 == 0 else { return nil }
        case .float32: guard weight.shape.allSatisfy({ $0 >= 256 }) else { return nil }
        case .int32, .int8: return nil
        }
        (self.weight, self.kernel) = (weight, kernel)
    }

    /// out = addend + act(x·wᵀ + bias), or x·w where the weight's rows are not the outputs.
    ///
    /// x [.., inner] in the weights' type, out and addend [.., outs], out in either type of number, addend and bias in
    /// Float32.
    func run(
        _ x: Tensor, rowsAreOuts: Bool, _ bias: Tensor? = nil, _ activation: Activation = .identity,
        _ addend: Tensor? = nil, into out: Tensor
    ) {
        let (outs, inner) = (out.size(-1), x.size(-1))
        let (rows, units) = (x.count / inner, inner / weight.elementType.terms)
        let product = gemm(
            type: weight.elementType.kernelType, rows: rows, units: units, outs: outs, x: x.storage.address,
            windows: nil, w: weight.storage.address, rows_are_outs: rowsAreOuts,
            end: kernel_epilogue(bias, activation, addend, into: out))
        kernel.multiply(product, long: 192)
        withExtendedLifetime((x, weight, bias, addend)) {}
    }
}
