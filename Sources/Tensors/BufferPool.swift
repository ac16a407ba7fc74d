import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Memory that is used again: a training step after the first takes nothing large from the system.
///
/// Blocks come in classes of size, four to each power of two, and their addresses are never given back to the
/// system. Where none of the fitting class is free, a free block up to half as large again serves instead (a
/// quarter, of very large ones), so that shapes which vary from step to step share their memory; the block keeps
/// its own size. Steps that repeat settle after the first pass or very few. Each block is aligned to 64 bytes
/// and has at least 64 bytes to spare, so that a kernel may load its last sixteen numbers whole.
///
/// When new memory is needed although large blocks of other sizes are free, as many bytes of these lose their
/// pages, which the system has then for others; the process does not need more memory at once than it uses.
///
/// An allocator is the one piece of state that all tensors share; safe from every thread.
package final class BufferPool: Sendable {
    package static let shared = BufferPool()

    package struct Block: @unchecked Sendable {
        package let address: UnsafeMutableRawPointer
        /// Bytes there are, the spare ones among them.
        package let size: Int
    }

    private struct State {
        /// Blocks of each size; those that lost their pages first.
        var free: [Int: [Block]] = [:]
        /// How many of the first blocks of each size have no pages.
        var empty: [Int: Int] = [:]
        var bytesFromSystem = 0

        mutating func pop(_ size: Int) -> Block? {
            guard let block = free[size]?.popLast() else { return nil }
            if let count = free[size]?.count, empty[size, default: 0] > count { empty[size] = count }
            return block
        }

        /// Takes the pages of free blocks, the largest first, until `wanted` bytes are the system's again.
        mutating func dropPages(_ wanted: Int) {
            var left = wanted
            for size in free.keys.filter({ $0 >= BufferPool.largeBlock }).sorted(by: >) {
                while left > 0, let blocks = free[size], case let place = empty[size, default: 0], place < blocks.count
                {
                    BufferPool.forgetContent(blocks[place])
                    empty[size] = place + 1
                    left -= size
                }
            }
        }
    }
    private static let largeBlock = 1 << 20
    private static let veryLargeBlock = 16 << 20
    private let state = Mutex(State())

    package init() {}

    /// Bytes ever taken from the system.
    package var bytesFromSystem: Int { state.withLock { $0.bytesFromSystem } }

    /// A block with room for so many bytes and 64 more. Its content is whatever was there.
    package func take(_ byteCount: Int) -> Block {
        let least = Self.blockSize(byteCount + 64)
        let reused = state.withLock { state -> Block? in
            var size = least
            while size <= least + least / (least < Self.veryLargeBlock ? 2 : 4) {
                if let block = state.pop(size) { return block }
                size = Self.blockSize(size + 1)
            }
            state.bytesFromSystem += least
            state.dropPages(least)
            return nil
        }
        return reused ?? Block(address: Self.allocate(least), size: least)
    }

    package func giveBack(_ block: Block) {
        state.withLock { $0.free[block.size, default: []].append(block) }
    }

    /// The block's content is lost and its pages are the system's until it is written again; where the system has no
    /// such way, nothing happens.
    private static func forgetContent(_ block: Block) {
        #if canImport(Glibc)
            let page = Int(sysconf(Int32(_SC_PAGESIZE)))
            let start = (Int(bitPattern: block.address) + page - 1) / page * page
            let end = (Int(bitPattern: block.address) + block.size) / page * page
            if end > start { madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_DONTNEED) }
        #endif
    }

    /// Large blocks ask the system for large pages: weights that are read once for every token would otherwise miss the
    /// processor's table of pages at every four kibibytes.
    private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let largePage = 2 << 20
        guard byteCount >= 2 * largePage else { return .allocate(byteCount: byteCount, alignment: 64) }
        let address = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: largePage)
        #if canImport(Glibc)
            madvise(address, byteCount, MADV_HUGEPAGE)   // a wish: what it answers changes nothing
        #endif
        return address
    }

    /// The smallest class of at least so many bytes.
    private static func blockSize(_ least: Int) -> Int {
        let power = Int.bitWidth - (least - 1).leadingZeroBitCount   // 2^power >= least > 2^(power − 1)
        let step = max(64, (1 << power) / 8)
        return (least + step - 1) / step * step
    }
}
