import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Memory that is used again: a training step after the first takes nothing large from the system.
///
/// Blocks come in classes of size, four to each power of two, and are never given back to the system. Where
/// none of the fitting class is free, a free block up to half as large again serves instead, so that shapes
/// which vary from step to step share their memory; the block keeps its own size. Steps that repeat settle
/// after the first pass or very few. Each block is aligned to 64 bytes and has at least 64 bytes to spare, so
/// that a kernel may load its last sixteen numbers whole.
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
        var free: [Int: [Block]] = [:]
        var bytesFromSystem = 0
    }
    private let state = Mutex(State())

    package init() {}

    /// Bytes ever taken from the system.
    package var bytesFromSystem: Int { state.withLock { $0.bytesFromSystem } }

    /// A block with room for so many bytes and 64 more. Its content is whatever was there.
    package func take(_ byteCount: Int) -> Block {
        let least = Self.blockSize(byteCount + 64)
        let reused = state.withLock { state -> Block? in
            var size = least
            while size <= least + least / 2 {
                if let block = state.free[size]?.popLast() { return block }
                size = Self.blockSize(size + 1)
            }
            state.bytesFromSystem += least
            return nil
        }
        return reused ?? Block(address: Self.allocate(least), size: least)
    }

    package func giveBack(_ block: Block) {
        state.withLock { $0.free[block.size, default: []].append(block) }
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
