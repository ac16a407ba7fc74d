import SynTensors

/// Blocks of a device's memory that were given back, kept for the next who takes one of that size.
package struct BlockCache {
    private var blocks: [Int: [DeviceAddress]] = [:]
    private(set) var byteCount = 0

    /// What is taken for so many bytes: steps of 512 bytes, from a megabyte on of two.
    package static func rounded(_ byteCount: Int) -> Int {
        let step = byteCount < 1 << 20 ? 512 : 2 << 20
        return max(step, (byteCount + step - 1) / step * step)
    }

    /// A block of that rounded size or, where there is none, the smallest that wastes at most a quarter of it.
    package mutating func take(_ size: Int) -> DeviceBlock? {
        if let address = blocks[size]?.popLast() {
            byteCount -= size
            return DeviceBlock(address: address, byteCount: size)
        }
        let larger = blocks.lazy.filter { $0.key > size && $0.key <= size + size / 4 && !$0.value.isEmpty }
        guard let size = larger.map(\.key).min(), let address = blocks[size]?.popLast() else { return nil }
        byteCount -= size
        return DeviceBlock(address: address, byteCount: size)
    }

    package mutating func put(_ block: DeviceBlock) {
        blocks[block.byteCount, default: []].append(block.address)
        byteCount += block.byteCount
    }

    /// All that was kept; nothing is any more.
    package mutating func removeAll() -> [DeviceBlock] {
        defer { self = BlockCache() }
        return blocks.flatMap { size, addresses in
            addresses.map { DeviceBlock(address: $0, byteCount: size) }
        }
    }
}
