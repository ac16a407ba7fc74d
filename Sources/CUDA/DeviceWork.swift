import CSynCUDA
import SynTensors

/// One thing that is asked of the GPU, ready to be asked again: everything it needs is compiled, loaded and chosen.
package enum DeviceWork {
    case launch(KernelStore.Loaded, DeviceKernel, LaunchSize, words: [UInt64])
    case product(ProductPlans.Plan, DeviceProduct, cuda_product)
    /// From memory of the CPU that stays as it is.
    case copy(from: UnsafeMutableRawPointer, to: DeviceAddress, byteCount: Int)

    /// "attention_bf16 (257, 16, 64 blocks of 128 threads)"
    package var words: String {
        switch self {
        case .launch(_, let kernel, let size, _):
            "\(kernel.function) (\(size.blocks.x), \(size.blocks.y), \(size.blocks.z) blocks of"
                + " \(size.threads) threads)"
        case .product(_, let product, _): "multiplying \(product.words)"
        case .copy(_, _, let byteCount): "copying \(byteCount) bytes to the GPU"
        }
    }
}

extension KernelArgument {
    /// The argument in the first bytes of a word, as the processor (little-endian, as every one that has CUDA) lays it.
    package var word: UInt64 {
        switch self {
        case .address(let address): address ?? 0
        case .held(let address, _): address
        case .int(let number): UInt64(UInt32(bitPattern: number))
        case .long(let number): UInt64(bitPattern: number)
        case .float(let number): UInt64(number.bitPattern)
        case .double(let number): number.bitPattern
        }
    }
}

extension DeviceProduct {
    /// "[16448, 1664] · [1664, 6656] of BFloat16"
    package var words: String {
        let kind = type == .bfloat16 ? "BFloat16" : "Float32"
        return "[\(rows), \(inner)] · [\(inner), \(outs)] of \(kind)"
    }

    package var operations: Double { 2 * Double(count) * Double(rows) * Double(outs) * Double(inner) }
}
