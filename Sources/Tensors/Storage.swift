import COneDNN
import Synchronization

/// The memory behind tensors: its own, taken from the pool and given back to it, or borrowed from an owner.
final class Storage: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let byteCount: Int
    let isBorrowed: Bool
    private let owner: (AnyObject & Sendable)?
    /// This memory reordered into layouts that oneDNN's primitives ask for, made once per layout while frozen.
    private let packings = Mutex<[Packing.Key: Packing]>([:])

    init(byteCount: Int) {
        self.byteCount = byteCount
        address = BufferPool.take(byteCount)
        isBorrowed = false
        owner = nil
    }

    init(borrowing bytes: UnsafeRawBufferPointer, owner: AnyObject & Sendable) {
        precondition(
            bytes.baseAddress.map { Int(bitPattern: $0) % 4 == 0 } ?? true, "borrowed memory must be aligned to four")
        address = UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 16)!)
        byteCount = bytes.count
        isBorrowed = true
        self.owner = owner
    }

    deinit {
        if !isBorrowed { BufferPool.giveBack(address, byteCount) }
    }

    var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: address, count: byteCount) }

    /// The packing for `key`, made by `make` the first time.
    func packing(_ key: Packing.Key, orMake make: () -> Packing) -> Packing {
        packings.withLock { known in
            if let packing = known[key] { return packing }
            let packing = make()
            known[key] = packing
            return packing
        }
    }

    /// Must follow every change of the memory's content.
    func forgetPackings() {
        packings.withLock { $0.removeAll() }
    }
}

/// Frozen weights in the layout a primitive prefers.
final class Packing: @unchecked Sendable {
    /// Which product the packing is for: the primitive's own description of the layout.
    typealias Key = UInt64

    let address: UnsafeMutableRawPointer
    let byteCount: Int

    init(byteCount: Int) {
        self.byteCount = byteCount
        address = BufferPool.take(byteCount)
    }

    deinit { BufferPool.giveBack(address, byteCount) }
}

/// Memory that is used again: a training step after the first takes nothing large from the system.
///
/// Blocks are kept by rounded size (four steps per power of two), aligned to 64 bytes, and never shrunk
/// while the process lives. Each has at least 64 bytes to spare, so a kernel may load its last sixteen
/// numbers whole. This is an allocator, the one piece of state that all tensors share.
package enum BufferPool {
    private struct Address: @unchecked Sendable { let pointer: UnsafeMutableRawPointer }
    private struct State: Sendable {
        var free: [Int: [Address]] = [:]
        var bytesFromSystem = 0
    }
    private static let state = Mutex(State())

    /// Bytes ever taken from the system.
    package static var bytesFromSystem: Int { state.withLock { $0.bytesFromSystem } }

    static func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let size = blockSize(byteCount)
        let reused = state.withLock { state -> Address? in
            if let address = state.free[size]?.popLast() { return address }
            state.bytesFromSystem += size
            return nil
        }
        return reused?.pointer ?? .allocate(byteCount: size, alignment: 64)
    }

    static func giveBack(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
        let address = Address(pointer: pointer)
        state.withLock { $0.free[blockSize(byteCount), default: []].append(address) }
    }

    static func blockSize(_ byteCount: Int) -> Int {
        let least = byteCount + 64
        let power = Int.bitWidth - (least - 1).leadingZeroBitCount   // 2^power >= least
        let step = max(64, (1 << power) / 8)   // a power of two in four: least lies above 2^(power−1)
        return (least + step - 1) / step * step
    }
}
