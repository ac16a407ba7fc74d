import CSynFakeCUDA
import Foundation
import SynCUDA
import SynTensors
import TestSupport
import Testing

/// Tests on a GPU that is not there. Its state is the process's, so that they run one after another.
@Suite("A GPU that is not there", .serialized)
enum FakeGPU {
    /// A new machine of a kind, and its first GPU.
    static func open(
        _ index: Int = 0, cache: URL = URL(filePath: "/dev/null/none"),
        _ change: (inout fake_machine) -> Void = { _ in }
    ) throws -> CUDADevice {
        fake_reset()
        var machine = usual
        change(&machine)
        fake_set_machine(machine)
        return try CUDADevice(index, libraries, KernelCache(folder: cache), sources)
    }

    static let usual = fake_machine(
        version: 13000, deviceCount: 1, major: 9, minor: 0, totalBytes: 80 << 30, othersBytes: 0)

    static var libraries: CUDALibraries {
        CUDALibraries(driver: fake_driver().pointee, compiler: fake_compiler().pointee, blas: fake_blas().pointee)
    }

    static let sources = KernelSources(headers: ["device.h": "// nothing"]) { name in
        switch name {
        case "elementwise": "void to_bf16(); void add_f32();"
        case "any": "void mixed(); void nothing();"
        case "wrong": "void oops();"
        default: nil
        }
    }

    static let nothing = DeviceKernel("nothing", in: "any")
}

extension CUDADevice {
    /// A block with these numbers.
    func upload(_ numbers: [Float]) -> DeviceBlock {
        let block = take(4 * numbers.count)
        numbers.withUnsafeBytes { upload($0, to: block.address) }
        return block
    }

    func numbers(_ block: DeviceBlock, _ count: Int) -> [Float] {
        var numbers = [Float](repeating: .nan, count: count)
        numbers.withUnsafeMutableBytes { download(block.address, into: $0) }
        return numbers
    }
}
