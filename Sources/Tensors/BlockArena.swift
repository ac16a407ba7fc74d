#if canImport(Glibc)
    import Glibc
#endif

/// Large blocks of memory, cut from stretches of addresses and joined again with their free neighbours.
///
/// A block is cut from the smallest gap that holds it. So shapes that vary from step to step share what one step
/// needs, whichever sizes it is cut into. New stretches are asked for right below the last one, to be one with it, and
/// only for what the gap at its end lacks. Addresses are never given back to the system, but when new memory is needed
/// although there are gaps, as many bytes of these lose their pages.
///
/// Not safe from several threads; the pool holds it under its lock.
struct BlockArena {
    private struct Gap {
        let start: Int
        var size: Int
        /// Whether the system has its pages.
        var isEmpty: Bool
        var end: Int { start + size }
    }

    /// By address; neighbours never touch.
    private var gaps: [Gap] = []
    /// Where the last stretch begins; more is asked for right below it.
    private var lowest: Int?
    /// Bytes ever taken from the system.
    private(set) var bytesFromSystem = 0

    private static let largePage = 2 << 20

    /// A block of `size` bytes, a multiple of 64; its content is whatever was there.
    mutating func take(_ size: Int) -> UnsafeMutableRawPointer {
        if let place = smallestGap(of: size) { return cut(size, from: place) }
        grow(by: size)
        guard let place = smallestGap(of: size) else { preconditionFailure("the new stretch holds what it is for") }
        return cut(size, from: place)
    }

    mutating func giveBack(_ address: UnsafeMutableRawPointer, _ size: Int) {
        join(Gap(start: Int(bitPattern: address), size: size, isEmpty: false))
    }

    private func smallestGap(of size: Int) -> Int? {
        var found: Int?
        var least = Int.max
        for place in gaps.indices where gaps[place].size >= size && gaps[place].size < least {
            (found, least) = (place, gaps[place].size)
        }
        return found
    }

    /// The upper end of a gap: what is left stays near the place of growth.
    private mutating func cut(_ size: Int, from place: Int) -> UnsafeMutableRawPointer {
        let start = gaps[place].end - size
        gaps[place].size -= size
        if gaps[place].size == 0 { gaps.remove(at: place) }
        guard let address = UnsafeMutableRawPointer(bitPattern: start) else {
            preconditionFailure("no stretch begins at address 0")
        }
        return address
    }

    /// Puts a gap among the others, one with those it touches.
    private mutating func join(_ gap: Gap) {
        var (low, high) = (0, gaps.count)
        while low < high {
            let middle = (low + high) / 2
            if gaps[middle].start < gap.start { low = middle + 1 } else { high = middle }
        }
        let touchesAbove = low < gaps.count && gaps[low].start == gap.end
        let touchesBelow = low > 0 && gaps[low - 1].end == gap.start
        switch (touchesBelow, touchesAbove) {
        case (true, true):
            gaps[low - 1].size += gap.size + gaps[low].size
            gaps[low - 1].isEmpty = gaps[low - 1].isEmpty && gap.isEmpty && gaps[low].isEmpty
            gaps.remove(at: low)
        case (true, false):
            gaps[low - 1].size += gap.size
            gaps[low - 1].isEmpty = gaps[low - 1].isEmpty && gap.isEmpty
        case (false, true):
            let above = gaps[low]
            gaps[low] = Gap(start: gap.start, size: gap.size + above.size, isEmpty: gap.isEmpty && above.isEmpty)
        case (false, false): gaps.insert(gap, at: low)
        }
    }

    // MARK: - The system's memory

    private mutating func grow(by size: Int) {
        dropPages(size)
        if let lowest {
            let missing = size - (gaps.first { $0.start == lowest }?.size ?? 0)
            if let start = stretch(missing, below: lowest) { return begin(start, roundedUp(missing)) }
        }
        let bytes = roundedUp(size)
        // What the system refuses, Swift's own way of running out of memory tells.
        begin(
            stretch(size, below: nil)
                ?? Int(bitPattern: UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.largePage)), bytes
        )
    }

    private mutating func begin(_ start: Int, _ size: Int) {
        lowest = start
        bytesFromSystem += size
        join(Gap(start: start, size: size, isEmpty: true))
    }

    private func roundedUp(_ size: Int) -> Int { (size + Self.largePage - 1) / Self.largePage * Self.largePage }

    /// New memory of at least so many bytes, right below `end` or, without one, anywhere; nil where there is none.
    ///
    /// It asks for large pages: weights that are read once for every token would otherwise miss the processor's table
    /// of pages at every four kibibytes.
    private func stretch(_ size: Int, below end: Int?) -> Int? {
        #if canImport(Glibc)
            let bytes = roundedUp(size)
            // Room to begin where a large page does; below another stretch that is so already.
            let mapped = end == nil ? bytes + Self.largePage : bytes
            let wish = end.flatMap { UnsafeMutableRawPointer(bitPattern: $0 - bytes) }
            let address = mmap(wish, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let address, address != MAP_FAILED else { return nil }
            if let end, Int(bitPattern: address) != end - bytes {
                munmap(address, mapped)
                return nil
            }
            let first = roundedUp(Int(bitPattern: address))
            let (before, after) = (first - Int(bitPattern: address), Int(bitPattern: address) + mapped - first - bytes)
            if before > 0 { munmap(address, before) }
            if after > 0 { munmap(UnsafeMutableRawPointer(bitPattern: first + bytes), after) }
            // A wish: what it answers changes nothing.
            madvise(UnsafeMutableRawPointer(bitPattern: first), bytes, MADV_HUGEPAGE)
            return first
        #else
            return nil
        #endif
    }

    /// Takes the pages of gaps, the largest first, until `wanted` bytes are the system's again; their content is lost.
    /// Where the system has no such way, nothing happens.
    private mutating func dropPages(_ wanted: Int) {
        #if canImport(Glibc)
            let page = Int(sysconf(Int32(_SC_PAGESIZE)))
            var left = wanted
            for place in gaps.indices.sorted(by: { gaps[$0].size > gaps[$1].size }) where !gaps[place].isEmpty {
                guard left > 0 else { return }
                let start = (gaps[place].start + page - 1) / page * page
                let end = gaps[place].end / page * page
                guard end > start else { return }
                madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_DONTNEED)
                gaps[place].isEmpty = true
                left -= end - start
            }
        #endif
    }
}
