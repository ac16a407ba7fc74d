import CSynCUDA
import Foundation
import SynTensors

extension CUDADevice {
    package var memory: (free: Int, total: Int) {
        work((0, 0)) {
            var (free, total) = (0, 0)
            guard check(driver.memory_info(&free, &total), "asking for the memory") else { return (0, 0) }
            return (free + blocks.byteCount, total)
        }
    }

    package func take(_ byteCount: Int) -> DeviceBlock {
        let size = BlockCache.rounded(byteCount)
        let nothing = DeviceBlock(address: 0, byteCount: size)
        return work(nothing) {
            if let block = recording?.spare.take(size) { return block }
            guard let block = blocks.take(size) ?? allocate(size) else { return nothing }
            if let recording { owners[block.address] = RecordingReference(recording: recording) }
            return block
        }
    }

    package func giveBack(_ block: DeviceBlock) {
        guard block.address != 0 else { return }
        always {
            if let owner = owners[block.address]?.recording {
                owner.spare.put(block)
            } else if let recording {
                recording.kept.append(block)   // work that was noted may read it
            } else {
                blocks.put(block)
            }
        }
    }

    package func upload(_ bytes: UnsafeRawBufferPointer, to address: DeviceAddress) {
        guard !bytes.isEmpty else { return }
        work(()) {
            if recording != nil {
                noteUpload(bytes, to: address)
            } else {
                check(staging.upload(bytes, to: address), "copying \(bytes.count) bytes to the GPU")
            }
        }
    }

    package func download(_ address: DeviceAddress, into bytes: UnsafeMutableRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        let isDone = work(false) {
            guard recording == nil else {
                fail("numbers were asked for while work was only being noted; that is a mistake of this program")
                return false
            }
            return check(staging.download(address, into: bytes), "copying \(bytes.count) bytes from the GPU")
        }
        if !isDone { start.initializeMemory(as: UInt8.self, repeating: 0, count: bytes.count) }
    }

    package func finish() {
        work(()) { _ = check(driver.stream_wait(stream), "waiting for the GPU") }
    }

    /// Seconds that the GPU works on what `body` asks for; 0 where it fails.
    package func seconds(of body: () throws -> Void) rethrows -> Double {
        let start = work(nil) { event() }
        try body()
        let end = work(nil) { event() }
        return work(0) {
            guard let start, let end else { return 0 }
            defer { for event in [start, end] { _ = driver.event_destroy(event) } }
            var milliseconds: Float = 0
            guard check(driver.event_wait(end), "waiting for the GPU"),
                check(driver.event_elapsed(&milliseconds, start, end), "reading the GPU's clock")
            else { return 0 }
            return Double(milliseconds) / 1000
        }
    }
}

// MARK: - Blocks

extension CUDADevice {
    /// A block from the driver; nil and a failure where there is no memory even after all that is spare was freed.
    private func allocate(_ size: Int) -> DeviceBlock? {
        if let block = tryToAllocate(size) { return block.address == 0 ? nil : block }
        // What is spare may still be in use by work that was asked for.
        guard check(driver.stream_wait(stream), "waiting for the GPU") else { return nil }
        for block in blocks.removeAll() { check(driver.memory_free(block.address), "freeing memory") }
        guard failure == nil else { return nil }
        if let block = tryToAllocate(size) { return block.address == 0 ? nil : block }
        var (free, total) = (0, 0)
        _ = driver.memory_info(&free, &total)
        fail(
            driver.sentence(
                "taking \(Self.amount(size)) of memory, where \(Self.amount(free)) of \(Self.amount(total)) are free,",
                Int32(CUDA_OUT_OF_MEMORY)))
        return nil
    }

    /// nil where there is not enough memory; the address 0 where the driver fails for another reason.
    private func tryToAllocate(_ size: Int) -> DeviceBlock? {
        var address: DeviceAddress = 0
        let status = driver.memory_take(&address, size)
        if Int(status) == CUDA_OUT_OF_MEMORY { return nil }
        guard check(status, "taking \(Self.amount(size)) of memory") else {
            return DeviceBlock(address: 0, byteCount: size)
        }
        return DeviceBlock(address: address, byteCount: size)
    }

    /// A block for a moment, where there is one without freeing anything.
    package func takeQuietly(_ byteCount: Int) -> DeviceBlock? {
        let size = BlockCache.rounded(byteCount)
        if let block = blocks.take(size) { return block }
        var address: DeviceAddress = 0
        return driver.memory_take(&address, size) == 0 ? DeviceBlock(address: address, byteCount: size) : nil
    }

    /// An event in the stream, for its time.
    package func event() -> UnsafeMutableRawPointer? {
        var event: UnsafeMutableRawPointer?
        guard check(driver.event_create(&event, 0), "making an event"), let event else { return nil }
        guard check(driver.event_record(event, stream), "noting an event") else {
            _ = driver.event_destroy(event)
            return nil
        }
        return event
    }

    private static func amount(_ byteCount: Int) -> String {
        byteCount >= 1 << 30
            ? String(format: "%.1f GiB", Double(byteCount) / Double(1 << 30)) : "\(max(1, byteCount >> 20)) MiB"
    }
}
