import Synchronization

/// The memory behind tensors: its own, taken from the pool and given back to it, or borrowed from an owner.
final class Storage: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let byteCount: Int
    /// The pool's block that holds the bytes; none where they are borrowed.
    private let block: BufferPool.Block?
    private let owner: (AnyObject & Sendable)?
    /// This memory reordered into layouts that oneDNN's primitives ask for, made once per layout while frozen.
    private let packings = Mutex<[Packing.Key: Packing]>([:])

    init(byteCount: Int) {
        let block = BufferPool.shared.take(byteCount)
        self.byteCount = byteCount
        self.block = block
        address = block.address
        owner = nil
    }

    init(borrowing bytes: UnsafeRawBufferPointer, owner: AnyObject & Sendable) {
        precondition(
            bytes.baseAddress.map { Int(bitPattern: $0) % 4 == 0 } ?? true, "borrowed memory must be aligned to four")
        address = UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 16)!)
        byteCount = bytes.count
        block = nil
        self.owner = owner
    }

    deinit {
        if let block { BufferPool.shared.giveBack(block) }
    }

    var isBorrowed: Bool { block == nil }

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

    private let block: BufferPool.Block

    init(byteCount: Int) { block = BufferPool.shared.take(byteCount) }

    deinit { BufferPool.shared.giveBack(block) }

    var address: UnsafeMutableRawPointer { block.address }
}
