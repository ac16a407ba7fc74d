import CSynKernels

/// Frozen 3×3 convolutions of stride 1 in Float32 by Winograd's short products, F(4×4, 3×3) (Lavin and Gray 2016), with
/// our own kernels: 36 products for 16 pixels instead of 144. For processors for which oneDNN has none, that is, those
/// without AVX-512.
///
/// Pieces of all images are multiplied together; no result depends on how many there are, nor on the threads.
struct WinogradConvolution {
    private let weight: Tensor
    private let gemm: gemm_kernels
    private var outs: Int { weight.shape[0] }
    private var ins: Int { weight.shape[1] }

    /// Nothing where this class of processor has no product of many rows. weight [out, in, 3, 3], both numbers of
    /// channels multiples of sixteen.
    init?(_ weight: Tensor) {
        guard let gemm = kernels.gemm?.pointee else { return nil }
        (self.weight, self.gemm) = (weight, gemm)
    }

    /// out = x convolved + bias: x [batch, height, width, in], out [batch, height', width', out], in Float32.
    func run(_ x: Tensor, _ bias: Tensor?, _ padding: Padding, relu: Bool, into out: Tensor) {
        let shape = convolution(x, weight, stride: 1, padding, into: out)
        let pieces = out.shape[0] * ((out.shape[1] + 3) / 4) * ((out.shape[2] + 3) / 4)
        let most = max(64, (128 << 10) / max(ins, outs))   // planes of 19 MB at most, but for very many channels
        let block = min(pieces, most)
        let (taken, products) = (Tensor(uninitialised: [36, block, ins]), Tensor(uninitialised: [36, block, outs]))
        let (v, m) = (taken.mutableFloats, products.mutableFloats)
        let planes = weight.storage.packing(Self.key) { planesOfWeight() }
        let u = planes.address.assumingMemoryBound(to: Float.self)
        for from in stride(from: 0, to: pieces, by: block) {
            let rows = min(block, pieces - from)
            withUnsafePointer(to: shape) { shape in
                parallel(rows, grain: max(1, elementGrain / (36 * ins))) { own in
                    kernels.winograd_take(
                        shape, x.constFloats, from + own.lowerBound, from + own.upperBound, v + own.lowerBound * ins,
                        rows * ins)
                }
                multiply(v, u, rows: rows, into: m)
                parallel(rows, grain: max(1, elementGrain / (36 * outs))) { own in
                    kernels.winograd_give(
                        shape, m + own.lowerBound * outs, rows * outs, from + own.lowerBound, from + own.upperBound,
                        bias?.constFloats, relu, out.mutableFloats)
                }
            }
        }
        withExtendedLifetime((taken, products, planes)) {}
    }

    /// 36 products, v [36, rows, in] with the weights' planes u [36, in, out] into m [36, rows, out].
    private func multiply(
        _ v: UnsafePointer<Float>, _ u: UnsafePointer<Float>, rows: Int, into m: UnsafeMutablePointer<Float>
    ) {
        let panels = (outs + gemm.columns - 1) / gemm.columns
        parallelDynamic(36 * panels, room: gemm.room(rows, ins)) { item, room in
            let plane = item / panels
            let end = kernel_epilogue(
                bias: nil, activation: KERNEL_IDENTITY, addend: nil, y: m + plane * rows * outs, type: KERNEL_F32)
            var product = CSynKernels.gemm(
                type: KERNEL_F32, rows: rows, units: ins, outs: outs, x: v + plane * rows * ins,
                windows: nil, w: u + plane * outs * ins, rows_are_outs: false, end: end)
            gemm.run(&product, item % panels, panels, 0, rows, room)
        }
    }

    // MARK: - The weights

    /// Under which a weight keeps its planes; "winograd".
    private static let key: Packing.Key = 0x7769_6e6f_6772_6164

    /// [6, 3]: a kernel's row as values at the points 0, ±a, ±b and infinity, each divided by the product of its
    /// distances from the others; the points are those of `CKernels/simd/Winograd.h`.
    private static let values: [[Double]] = {
        let (a, b) = (0.625, 1.5)
        let finite = [0, a, -a, b, -b]
        return finite.map { point in
            let distances = finite.filter { $0 != point }.reduce(1) { $0 * (point - $1) }
            return [1 / distances, point / distances, point * point / distances]
        } + [[0, 0, 1]]
    }()

    /// The weights at the points, [36, in, out], as panels have them, computed in double precision.
    private func planesOfWeight() -> Packing {
        let packing = Packing(byteCount: 36 * outs * ins * 4)
        let plain = weight.detached.converted(to: .float32)
        let (w, u) = (plain.constFloats, packing.address.assumingMemoryBound(to: Float.self))
        let (values, size) = (Self.values, outs * ins)
        parallel(size, grain: 256) { own in
            var rows = [Double](repeating: 0, count: 18)   // [6, 3]
            for at in own {   // input after input, all outputs of one
                let kernel = w + 9 * (at % outs * ins + at / outs)
                for i in 0..<6 {
                    for column in 0..<3 {
                        rows[3 * i + column] = (0..<3).reduce(0) {
                            $0 + values[i][$1] * Double(kernel[3 * $1 + column])
                        }
                    }
                }
                for i in 0..<6 {
                    for j in 0..<6 {
                        let value = (0..<3).reduce(0) { $0 + rows[3 * i + $1] * values[j][$1] }
                        u[(6 * i + j) * size + at] = Float(value)
                    }
                }
            }
        }
        withExtendedLifetime(plain) {}
        return packing
    }
}
