import Synchronization

/// The memory behind tensors: its own, taken from the pool and given back to it, borrowed from an owner, or a device's.
final class Storage: @unchecked Sendable {
    let byteCount: Int
    /// Where the bytes are in a device's memory; nil where they are in the CPU's.
    let place: DevicePlace?
    /// The same numbers in BFloat16, where a device's kernel wrote both; set by who made them, before anybody else sees
    /// them.
    var rounded: Storage?
    /// The moments of what a device's kernel wrote, where it made them with the numbers; set as `rounded` is.
    var moments: DeviceMoments?
    private let hostAddress: UnsafeMutableRawPointer
    /// The pool's block that holds the bytes; none where they are borrowed.
    private let block: BufferPool.Block?
    private let owner: (AnyObject & Sendable)?
    /// This memory reordered into layouts that oneDNN's primitives ask for, made once per layout while frozen.
    private let packings = Mutex<[Packing.Key: Packing]>([:])
    /// Filters on a device in the order in which they are multiplied there, made once while frozen.
    private let turning = Mutex<Tensor?>(nil)

    init(byteCount: Int) {
        let block = BufferPool.shared.take(byteCount)
        self.byteCount = byteCount
        self.block = block
        hostAddress = block.address
        (owner, place) = (nil, nil)
    }

    init(borrowing bytes: UnsafeRawBufferPointer, owner: AnyObject & Sendable) {
        precondition(
            bytes.baseAddress.map { Int(bitPattern: $0) % 4 == 0 } ?? true, "borrowed memory must be aligned to four")
        hostAddress = UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 16)!)
        byteCount = bytes.count
        (block, place) = (nil, nil)
        self.owner = owner
    }

    /// Memory of a device.
    init(byteCount: Int, on device: any Device) {
        place = DevicePlace(device, byteCount)
        self.byteCount = byteCount
        hostAddress = UnsafeMutableRawPointer(bitPattern: 16)!
        (block, owner) = (nil, nil)
    }

    deinit {
        if let block { BufferPool.shared.giveBack(block) }
    }

    /// In the CPU's memory, where alone it may be read and written.
    var address: UnsafeMutableRawPointer {
        precondition(place == nil, "these numbers are on a device, where this operation is not")
        return hostAddress
    }

    var isBorrowed: Bool { owner != nil }

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

    /// The filters in the order of a device's products, made by `make` the first time.
    func turned(orMake make: () -> Tensor) -> Tensor {
        turning.withLock { known in
            if let known { return known }
            let made = make()
            known = made
            return made
        }
    }

    /// Must follow every change of the memory's content.
    func forgetPackings() {
        packings.withLock { $0.removeAll() }
        turning.withLock { $0 = nil }
    }
}

/// Frozen weights in the layout a primitive prefers.
final class Packing: @unchecked Sendable {
    /// Which product the packing is for: the primitive's own description of the layout.
    typealias Key = UInt64

    private let block: BufferPool.Block

    init(byteCount: Int) { block = BufferPool.shared.take(byteCount) }

    deinit { BufferPool.shared.giveBack(block) }

    var address: UnsafeMutableRawPointer { block.address }
}
