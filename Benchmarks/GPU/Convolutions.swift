import Foundation
import SynCUDA
import SynTensors

/// How quick our kernels for convolutions are, each by itself, in the sizes of the published VQGAN's decoder.
struct Convolutions {
    let device: CUDADevice
    let findings: Findings

    /// Images [64, side, side, ins] and 3 × 3 filters to `outs` channels.
    private struct Shape {
        let side, ins, outs: Int
        var rows: Int { 64 * side * side }
        var operations: Double { 2 * Double(rows) * Double(9 * ins * outs) }
    }

    private static let shapes = [
        Shape(side: 256, ins: 128, outs: 128), Shape(side: 128, ins: 128, outs: 128),
        Shape(side: 64, ins: 256, outs: 256), Shape(side: 16, ins: 512, outs: 512),
    ]

    func run() throws {
        let kernels = [
            ("convolve_", "convolution"), ("convolve_wgmma_", "convolution_wgmma"),
            ("convolve_patches_", "convolution_patches_wgmma"),
        ]
        for shape in Self.shapes {
            for (name, file) in kernels where device.multipliesByWarpGroups || file == "convolution" {
                for ending in ["bf16_bf16", "bf16_f32"] {
                    let seconds = try time(name + ending, file, shape, isAdded: ending == "bf16_f32")
                    findings.note(
                        "convolve", "\(shape.side)² × \(shape.ins) → \(shape.outs), \(name)\(ending)",
                        shape.operations / seconds / 1e12, unit: "TFLOP/s")
                }
            }
        }
    }

    private func time(_ kernel: String, _ file: String, _ shape: Shape, isAdded: Bool) throws -> Double {
        let images = device.take(shape.rows * shape.ins * 2)
        let filters = device.take(9 * shape.ins * shape.outs * 2)
        let out = device.take(shape.rows * shape.outs * 4)
        let moments = isAdded ? device.take(shape.rows / 128 * 2 * shape.outs * 8) : nil
        defer { for case let block? in [images, filters, out, moments] { device.giveBack(block) } }
        // Equal numbers would be multiplied quicker: the clock falls with the bits that change.
        for block in [images, filters] { fill(block) }
        device.launch(
            DeviceKernel("fill_f32", in: "elementwise"), LaunchSize(blocks: 4096, threads: 256),
            [.address(out.address), .long(Int64(out.byteCount / 4)), .float(0)])
        func launch() {
            let (side, ins, outs) = (Int32(shape.side), Int32(shape.ins), Int32(shape.outs))
            let tiles = shape.rows / 128 * (shape.outs / 128)
            let operands: [KernelArgument] =
                [.address(images.address), .address(filters.address), .address(nil)]
                + [.address(isAdded ? out.address : nil), .address(out.address)]
                + (file == "convolution" ? [] : [.address(moments?.address)])
            if file == "convolution_patches_wgmma" {
                device.launch(
                    DeviceKernel(kernel, in: file),
                    LaunchSize(
                        blocks: min(tiles, device.multiprocessors), threads: 384,
                        sharedBytes: DeviceConvolution.patchesSharedBytes),
                    operands + [64, side, side, ins, 3, 3, 1, 1, side, side, 0, outs].map { .int($0) })
            } else {
                device.launch(
                    DeviceKernel(kernel, in: file),
                    LaunchSize(blocks: tiles, threads: 256, sharedBytes: 3 * (128 + 128) * 128 + 64),
                    operands
                        + [Int32(shape.rows), side, side, ins, 3, 3, 1, 1, 1, side, side, 0, outs].map { .int($0) })
            }
        }
        launch()
        let times = (0..<5).map { _ in device.seconds(of: launch) }
        try device.check()
        return times.sorted()[2]
    }

    /// With random numbers, every four megabytes the same.
    private func fill(_ block: DeviceBlock) {
        var stream = RandomStream(seed: 7, purpose: "convolutions")
        let numbers = Tensor.uniform([1 << 21], bound: 0.5, &stream).converted(to: .bfloat16)
        numbers.withBytes { bytes in
            for first in stride(from: 0, to: block.byteCount, by: bytes.count) {
                device.upload(
                    UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, block.byteCount - first)]),
                    to: block.address + UInt64(first))
            }
        }
    }
}
