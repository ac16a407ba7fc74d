import CSynEmulatedKernels
import SynTensors
import Synchronization

/// A device that is none: our kernels for devices compiled for the CPU, every thread of a block a fiber, and matrix
/// products by the CPU's own. What is written above `Device` runs here as it would there, slowly.
///
/// Memory is filled with what is no number before it is handed out, and is really given back, so that a number that
/// nobody wrote, or a block that is used too long, does not stay hidden.
package final class EmulatedDevice: Device, @unchecked Sendable {
    package let name = "an emulated device"
    package let multipliesByWarpGroups: Bool
    /// Few, so that blocks that stay have more than one tile.
    package let multiprocessors = 2
    private let state: Mutex<State>

    private struct State {
        var failure: String?
        var used = 0
        var peak = 0
        let size: Int
        var recording: EmulatedRecording?
        var launches: [String: Int] = [:]
    }

    /// - Parameter byteCount: how much memory it has.
    package init(byteCount: Int = 8 << 30, multipliesByWarpGroups: Bool = true) {
        state = Mutex(State(size: byteCount))
        self.multipliesByWarpGroups = multipliesByWarpGroups
    }

    package var failure: String? { state.withLock { $0.failure } }
    package var memory: (free: Int, total: Int) { state.withLock { ($0.size - $0.used, $0.size) } }
    /// Bytes that are taken now, and the most there were at one time.
    package var used: Int { state.withLock { $0.used } }
    package var peak: Int { state.withLock { $0.peak } }
    /// How often each kernel was launched or noted.
    package var launches: [String: Int] { state.withLock { $0.launches } }

    /// As a device that is lost.
    package func fail(_ sentence: String) { state.withLock { $0.failure = $0.failure ?? sentence } }

    package func take(_ byteCount: Int) -> DeviceBlock {
        let size = max(256, (byteCount + 255) / 256 * 256)
        let fits = state.withLock { state in
            guard state.failure == nil, state.used + size <= state.size else {
                state.failure = state.failure ?? "the memory of an emulated device is full"
                return false
            }
            state.used += size
            state.peak = max(state.peak, state.used)
            return true
        }
        guard fits else { return DeviceBlock(address: 0, byteCount: 0) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 256)
        memory.initializeMemory(as: UInt8.self, repeating: 0xff, count: size)
        return DeviceBlock(address: UInt64(UInt(bitPattern: memory)), byteCount: size)
    }

    package func giveBack(_ block: DeviceBlock) {
        let isKept = state.withLock { state in
            state.recording?.blocks.append(block)
            return state.recording != nil
        }
        if !isKept { free(block) }
    }

    fileprivate func free(_ block: DeviceBlock) {
        guard block.byteCount > 0 else { return }
        state.withLock { $0.used -= block.byteCount }
        pointer(block.address).deallocate()
    }

    package func upload(_ bytes: UnsafeRawBufferPointer, to address: DeviceAddress) {
        guard failure == nil, let from = bytes.baseAddress else { return }
        pointer(address).copyMemory(from: from, byteCount: bytes.count)
    }

    package func download(_ address: DeviceAddress, into bytes: UnsafeMutableRawBufferPointer) {
        guard let to = bytes.baseAddress else { return }
        guard failure == nil else {
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
            return
        }
        to.copyMemory(from: pointer(address), byteCount: bytes.count)
    }

    package func launch(_ kernel: DeviceKernel, _ size: LaunchSize, _ arguments: [KernelArgument]) {
        state.withLock { $0.launches[kernel.function, default: 0] += 1 }
        run { self.compute(kernel, size, arguments) }
    }

    private func compute(_ kernel: DeviceKernel, _ size: LaunchSize, _ arguments: [KernelArgument]) {
        var slots = [UInt64](repeating: 0, count: arguments.count)
        slots.withUnsafeMutableBytes { bytes in
            for (place, argument) in arguments.enumerated() {
                let at = place * 8
                switch argument {
                case .address(let address): bytes.storeBytes(of: address ?? 0, toByteOffset: at, as: UInt64.self)
                case .held(let address, _): bytes.storeBytes(of: address, toByteOffset: at, as: UInt64.self)
                case .int(let number): bytes.storeBytes(of: number, toByteOffset: at, as: Int32.self)
                case .long(let number): bytes.storeBytes(of: number, toByteOffset: at, as: Int64.self)
                case .float(let number): bytes.storeBytes(of: number, toByteOffset: at, as: Float.self)
                case .double(let number): bytes.storeBytes(of: number, toByteOffset: at, as: Double.self)
                }
            }
            let start = bytes.baseAddress
            var places: [UnsafeMutableRawPointer?] = arguments.indices.map { start?.advanced(by: 8 * $0) }
            let answer = emulated_launch(
                kernel.function, Int32(kernel.headSize), UInt32(size.blocks.x), UInt32(size.blocks.y),
                UInt32(size.blocks.z), UInt32(size.threads), size.sharedBytes, &places)
            if answer != 0 { fail("there is no kernel \(kernel.function) for heads of \(kernel.headSize)") }
        }
    }

    package func multiply(
        _ product: DeviceProduct, left: DeviceAddress, right: DeviceAddress, bias: DeviceAddress?,
        addend: DeviceAddress?, into out: DeviceAddress
    ) {
        precondition(product.hasBias == (bias != nil) && product.hasAddend == (addend != nil))
        run {
            for index in 0..<product.count {
                func place(_ start: DeviceAddress, _ rows: Int, _ columns: Int, _ type: ElementType) -> DeviceAddress {
                    start + UInt64(index * rows * columns * type.width)
                }
                let p = product
                let a = self.matrix(
                    place(left, p.rows, p.inner, p.type), p.rows, p.inner, p.type, isTurned: p.leftIsTurned)
                let b = self.matrix(
                    place(right, p.inner, p.outs, p.type), p.inner, p.outs, p.type, isTurned: p.rightIsTurned)
                var sums = a.matmul(b)
                if let bias { sums = sums + self.matrix(bias, 1, p.outs, .float32).reshaped([p.outs]) }
                if let addend {
                    sums = sums + self.matrix(place(addend, p.rows, p.outs, p.outType), p.rows, p.outs, p.outType)
                }
                sums.converted(to: p.outType).withBytes { self.upload($0, to: place(out, p.rows, p.outs, p.outType)) }
            }
        }
    }

    /// A Float32 copy [rows, columns] of what lies at an address.
    private func matrix(
        _ address: DeviceAddress, _ rows: Int, _ columns: Int, _ type: ElementType, isTurned: Bool = false
    ) -> Tensor {
        let shape = isTurned ? [columns, rows] : [rows, columns]
        let bytes = UnsafeRawBufferPointer(start: pointer(address), count: rows * columns * type.width)
        let stored = Tensor(borrowing: bytes, shape: shape, elementType: type, owner: self).converted(to: .float32)
        return isTurned ? stored.transposed(axes: [1, 0]) : stored + 0
    }

    package func finish() {}

    package func record(_ body: () throws -> Void) rethrows -> any DeviceRecording {
        let recording = EmulatedRecording(self)
        state.withLock { $0.recording = recording }
        defer { state.withLock { $0.recording = nil } }
        try body()
        return recording
    }

    /// Does work now, or notes it.
    private func run(_ work: @escaping @Sendable () -> Void) {
        let isNoted = state.withLock { state in
            state.recording?.work.append(work)
            return state.recording != nil || state.failure != nil
        }
        if !isNoted { work() }
    }

    private func pointer(_ address: DeviceAddress) -> UnsafeMutableRawPointer {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: UInt(address)) else {
            preconditionFailure("address 0 of an emulated device")
        }
        return pointer
    }
}

/// Work noted on an emulated device.
final class EmulatedRecording: DeviceRecording, @unchecked Sendable {
    fileprivate var work: [@Sendable () -> Void] = []
    fileprivate var blocks: [DeviceBlock] = []
    private let device: EmulatedDevice

    fileprivate init(_ device: EmulatedDevice) { self.device = device }

    func replay() {
        guard device.failure == nil else { return }
        for step in work { step() }
    }

    deinit { for block in blocks { device.free(block) } }
}
