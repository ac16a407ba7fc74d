import Foundation
import SynCUDA
import SynTensors
import Testing

/// The machine's own GPU, once for all tests.
private let opened = Result { try CUDADevice.open() }
private let absence: Comment = "no GPU"
private var isThere: Bool { if case .success = opened { true } else { false } }

@Suite("The GPU of this machine", .serialized, .enabled(if: isThere, absence))
struct RealGPUTests {
    private func device() throws -> CUDADevice {
        let device = try opened.get()
        try #require(device.failure == nil)
        return device
    }

    @Test("multiplies whatever lies turned, with bias and addend")
    func products() throws {
        let device = try device()
        for trial in ProductCase.all {
            if !device.multiplies(trial.product) {
                // Only matrices of BFloat16 whose rows do not begin at four bytes may be refused.
                #expect(trial.product.type == .bfloat16 && trial.product.rows == 7, "\(trial.testDescription)")
                continue
            }
            let error = trial.error(on: device)
            #expect(error <= trial.tolerance, "\(trial.testDescription): \(error) \(device.failure ?? "")")
            if device.failure != nil { return }
        }
    }

    /// The sizes of the image transformer and its heads, with few rows; sums in Double on the CPU are slow.
    @Test("multiplies the sizes of the models", arguments: [(1, 4992, 1664), (16, 1024, 1664), (3, 1664, 6656)])
    func sizes(_ rows: Int, _ outs: Int, _ inner: Int) throws {
        let device = try device()
        for (type, outType) in [
            (ElementType.float32, ElementType.float32), (.bfloat16, .bfloat16), (.bfloat16, .float32),
        ] {
            var trial = ProductCase(rows, outs, inner, type, outType)
            (trial.hasBias, trial.product.rightIsTurned) = (true, true)
            let error = trial.error(on: device)
            #expect(error <= trial.tolerance, "\(trial.testDescription): \(error)")
        }
        #expect(device.failure == nil)
    }

    @Test("tells the fastest algorithm without touching what it will write")
    func timed() throws {
        let device = try device()
        device.operationsToTime = 0
        defer { device.operationsToTime = 10e9 }
        var trial = ProductCase(33, 64, 96, .bfloat16, .float32)
        (trial.hasBias, trial.hasAddend, trial.isInPlace) = (true, true, true)
        #expect(trial.error(on: device) <= trial.tolerance && device.failure == nil)
    }

    @Test("copies there and back, however large")
    func copies() throws {
        let device = try device()
        var numbers = (0..<(10 << 20) + 77).map { Float($0 % 8191) }
        let block = device.take(4 * numbers.count)
        numbers.withUnsafeBytes { device.upload($0, to: block.address) }
        let expected = numbers
        for i in numbers.indices { numbers[i] = -1 }
        #expect(device.numbers(block, expected.count) == expected && device.failure == nil)
        device.giveBack(block)
    }

    @Test("repeats what was noted, by a graph from the second time on")
    func recording() throws {
        let device = try device()
        let (out, summand) = (device.upload([10, 20]), device.upload([1, 2]))
        let one = device.upload([1, 0, 0, 1])
        var product = DeviceProduct(rows: 1, outs: 2, inner: 2, type: .float32, outType: .float32)
        product.hasAddend = true
        let recording = device.record {
            let sum = device.take(8)
            device.launch(
                DeviceKernel("add_f32", in: "elementwise"), LaunchSize(blocks: 1, threads: 256),
                [.address(out.address), .address(summand.address), .address(sum.address), .long(2), .long(2)])
            // out = sum + summand · 1
            device.multiply(
                product, left: summand.address, right: one.address, bias: nil, addend: sum.address, into: out.address)
            device.giveBack(sum)
        }
        #expect(device.numbers(out, 2) == [10, 20])
        for i in 1...5 {
            recording.replay()
            #expect(device.numbers(out, 2) == [10 + 2 * Float(i), 20 + 4 * Float(i)])
        }
        #expect(device.failure == nil && device.graphRefusal == nil)
        #expect((recording as? CUDARecording)?.isGraph == true)
    }

    @Test("kernels of ours load, and its clock runs")
    func kernels() throws {
        let device = try device()
        let block = device.take(256 << 20)
        let fill = DeviceKernel("fill_f32", in: "elementwise")
        let size = LaunchSize(blocks: 4096, threads: 256)
        let arguments: [KernelArgument] = [.address(block.address), .long(64 << 20), .float(3)]
        device.launch(fill, size, arguments)
        let seconds = device.seconds { device.launch(fill, size, arguments) }
        #expect(seconds > 1e-6 && seconds < 1)
        #expect(device.numbers(block, 3) == [3, 3, 3] && device.failure == nil)
        device.giveBack(block)
        #expect(device.memory.total > 1 << 30 && device.memory.free <= device.memory.total)
    }
}
