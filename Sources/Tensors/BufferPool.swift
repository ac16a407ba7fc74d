import Synchronization

/// Memory that is used again: a training step after the first takes nothing large from the system.
///
/// Small blocks come in classes of size, four to each power of two; where none of the fitting class is free, a free
/// block up to half as large again serves instead and keeps its own size. Large ones are cut from stretches of memory
/// and joined again (`BlockArena`). Nothing is ever given back to the system. Steps that repeat settle after the first
/// pass or very few. Each block is aligned to 64 bytes and has at least 64 bytes to spare, so that a kernel may load
/// its last sixteen numbers whole.
///
/// An allocator is the one piece of state that all tensors share; safe from every thread.
package final class BufferPool: Sendable {
    package static let shared = BufferPool()

    package struct Block: @unchecked Sendable {
        package let address: UnsafeMutableRawPointer
        /// Bytes there are, the spare ones among them.
        package let size: Int
        fileprivate let isCut: Bool
    }

    private struct State {
        /// Small blocks of each size.
        var free: [Int: [Block]] = [:]
        var bytesInSmallBlocks = 0
        var large = BlockArena()
    }
    /// From here on blocks are cut to measure.
    private static let largeBlock = 64 << 10
    private let state = Mutex(State())

    package init() {}

    /// Bytes ever taken from the system.
    package var bytesFromSystem: Int { state.withLock { $0.bytesInSmallBlocks + $0.large.bytesFromSystem } }

    /// A block with room for so many bytes and 64 more. Its content is whatever was there.
    package func take(_ byteCount: Int) -> Block {
        let least = Self.blockSize(byteCount + 64)
        guard least < Self.largeBlock else {
            let size = (byteCount + 127) / 64 * 64
            return Block(address: state.withLock { $0.large.take(size) }, size: size, isCut: true)
        }
        let reused = state.withLock { state -> Block? in
            var size = least
            while size <= least + least / 2 {
                if let block = state.free[size]?.popLast() { return block }
                size = Self.blockSize(size + 1)
            }
            state.bytesInSmallBlocks += least
            return nil
        }
        return reused ?? Block(address: .allocate(byteCount: least, alignment: 64), size: least, isCut: false)
    }

    package func giveBack(_ block: Block) {
        state.withLock {
            if block.isCut {
                $0.large.giveBack(block.address, block.size)
            } else {
                $0.free[block.size, default: []].append(block)
            }
        }
    }

    /// The smallest class of at least so many bytes.
    private static func blockSize(_ least: Int) -> Int {
        let power = Int.bitWidth - (least - 1).leadingZeroBitCount   // 2^power >= least > 2^(power − 1)
        let step = max(64, (1 << power) / 8)
        return (least + step - 1) / step * step
    }
}
