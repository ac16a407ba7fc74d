import CSynCUDA
import Foundation
import SynTensors

/// Memory of the CPU that the GPU reads and writes by itself: numbers go through it in pieces, so that a copy can be
/// asked for without waiting for it.
///
/// Slots are used in turn. A slot that is left gets an event, and is waited for when its turn comes again.
package final class StagingRing {
    private struct Slot {
        let memory: UnsafeMutableRawPointer
        let event: UnsafeMutableRawPointer
        var isPending = false
    }

    package static let slotBytes = 8 << 20
    package static let slotCount = 4

    private let driver: cuda_driver
    private let stream: UnsafeMutableRawPointer
    private var slots: [Slot] = []
    /// The slot that is being filled, and how far.
    private var current: Int?
    private var used = 0
    /// The slot that was in use last.
    private var last = slotCount - 1

    package init(_ driver: cuda_driver, stream: UnsafeMutableRawPointer) {
        (self.driver, self.stream) = (driver, stream)
    }

    /// Asks for a copy to the device; the bytes are free to change when it returns.
    package func upload(_ bytes: UnsafeRawBufferPointer, to address: DeviceAddress) -> Int32 {
        var done = 0
        while done < bytes.count {
            if current == nil || used == Self.slotBytes {
                let status = turn()
                guard status == 0 else { return status }
            }
            guard let current, let from = bytes.baseAddress else { break }
            let count = min(bytes.count - done, Self.slotBytes - used)
            let place = slots[current].memory + used
            place.copyMemory(from: from + done, byteCount: count)
            let status = driver.copy_up(address + UInt64(done), place, count, stream)
            guard status == 0 else { return status }
            used = min(Self.slotBytes, (used + count + 255) / 256 * 256)
            done += count
        }
        return 0
    }

    /// Waits for all work before, then copies from the device; the next piece is on its way while one is copied.
    package func download(_ address: DeviceAddress, into bytes: UnsafeMutableRawBufferPointer) -> Int32 {
        var waiting: (slot: Int, range: Range<Int>)?
        var done = 0
        while done < bytes.count || waiting != nil {
            var next: (slot: Int, range: Range<Int>)?
            if done < bytes.count {
                var status = turn()
                guard status == 0, let slot = current else { return status }
                let count = min(bytes.count - done, Self.slotBytes)
                status = driver.copy_down(slots[slot].memory, address + UInt64(done), count, stream)
                if status == 0 { status = leave() }
                guard status == 0 else { return status }
                next = (slot, done..<done + count)
                done += count
            }
            if let (slot, range) = waiting, let to = bytes.baseAddress {
                let status = wait(slot)
                guard status == 0 else { return status }
                (to + range.lowerBound).copyMemory(from: slots[slot].memory, byteCount: range.count)
            }
            waiting = next
        }
        return 0
    }

    /// The stream must have been waited for.
    package func free() {
        for slot in slots {
            _ = driver.host_free(slot.memory)
            _ = driver.event_destroy(slot.event)
        }
        slots = []
        current = nil
    }
}

// MARK: - Slots

extension StagingRing {
    /// Goes on to the next slot, which nobody reads or writes any more.
    private func turn() -> Int32 {
        var status = slots.isEmpty ? make() : 0
        guard status == 0 else { return status }
        let next = ((current ?? last) + 1) % slots.count
        if current != nil { status = leave() }
        if status == 0 { status = wait(next) }
        guard status == 0 else { return status }
        current = next
        last = next
        used = 0
        return 0
    }

    /// Notes in the stream that all use of the current slot has been asked for.
    private func leave() -> Int32 {
        guard let slot = current else { return 0 }
        let status = driver.event_record(slots[slot].event, stream)
        guard status == 0 else { return status }
        slots[slot].isPending = true
        current = nil
        return 0
    }

    private func wait(_ slot: Int) -> Int32 {
        guard slots[slot].isPending else { return 0 }
        let status = driver.event_wait(slots[slot].event)
        if status == 0 { slots[slot].isPending = false }
        return status
    }

    private func make() -> Int32 {
        for _ in 0..<Self.slotCount {
            var (memory, event): (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) = (nil, nil)
            var status = driver.host_take(&memory, Self.slotBytes, 0)
            guard status == 0, let memory else { return status }
            status = driver.event_create(&event, UInt32(CUDA_EVENT_WITHOUT_TIME))
            guard status == 0, let event else {
                _ = driver.host_free(memory)
                return status
            }
            slots.append(Slot(memory: memory, event: event))
        }
        return 0
    }
}
