import CSynKernels

/// Frozen convolutions in Float32 as one product of many rows (implicit GEMM): a row is what the kernel sees of the
/// images for a pixel of the result, and is put together a few terms at a time when the product comes to it. Kernels of
/// one pixel take the images as they lie.
///
/// Images are multiplied together; no result depends on how many there are, nor on the threads.
struct ImplicitGEMM {
    private let weight: Tensor
    private let kernel: gemm_kernels

    /// Nothing where this class of processor has no such product. weight [out, in, height, width].
    init?(_ weight: Tensor) {
        guard let kernel = kernels.gemm?.pointee, kernel.takes_windows else { return nil }
        (self.weight, self.kernel) = (weight, kernel)
    }

    /// out = act(x convolved + bias): x [batch, height, width, in], out [batch, height', width', out], in Float32.
    func run(
        _ x: Tensor, _ bias: Tensor?, stride: Int, _ padding: Padding, _ activation: Activation, into out: Tensor
    ) {
        let (outs, terms) = (weight.shape[0], weight.count / max(weight.shape[0], 1))
        let isPixel = weight.shape[2] * weight.shape[3] == 1 && stride == 1 && padding == .zero
        let turned = weight.storage.packing(Self.key) { turnedWeight() }
        withUnsafePointer(to: convolution(x, weight, stride: stride, padding, into: out)) { windows in
            let product = gemm(
                type: KERNEL_F32, rows: out.count / max(outs, 1), units: terms, outs: outs, x: x.storage.address,
                windows: isPixel ? nil : windows, w: turned.address, rows_are_outs: false,
                end: kernel_epilogue(bias, activation, nil, into: out))
            kernel.multiply(product, long: 96)   // a panel's making is only copying here
        }
        withExtendedLifetime((x, turned, bias)) {}
    }

    /// Under which a weight keeps itself turned; "windows".
    private static let key: Packing.Key = 0x7769_6e64_6f77_7300

    /// [height, width, in, out], as windows and panels have it.
    private func turnedWeight() -> Packing {
        let (outs, ins, pixels) = (weight.shape[0], weight.shape[1], weight.shape[2] * weight.shape[3])
        let packing = Packing(byteCount: weight.count * 4)
        let plain = weight.detached.converted(to: .float32)
        let (w, turned) = (plain.constFloats, packing.address.assumingMemoryBound(to: Float.self))
        parallel(pixels * ins, grain: max(1, elementGrain / max(outs, 1))) { own in
            for row in own {
                let (pixel, channel) = (row / ins, row % ins)
                for out in 0..<outs { turned[row * outs + out] = w[(out * ins + channel) * pixels + pixel] }
            }
        }
        withExtendedLifetime(plain) {}
        return packing
    }
}
