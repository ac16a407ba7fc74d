import SynTensors
import Testing

/// Memory is taken once and used again, for shapes that vary too.
@Suite struct BufferPoolTests {
    @Test func blocksAreAlignedAndHaveRoomToSpare() {
        let pool = BufferPool()
        for bytes in [0, 1, 63, 64, 65, 1000, 4096, 100_000, 1 << 20, (1 << 20) + 1] {
            let block = pool.take(bytes)
            #expect(Int(bitPattern: block.address) % 64 == 0)
            #expect(block.size >= bytes + 64)
            #expect(block.size <= max(256, (bytes + 64) * 5 / 4 + 64), "\(bytes) bytes take \(block.size)")
        }
    }

    @Test func aSmallFreeBlockServesUpToAThirdLess() {
        let pool = BufferPool()
        let block = pool.take(10_000)
        pool.giveBack(block)
        let smaller = pool.take(7500)
        #expect(smaller.address == block.address && smaller.size == block.size)
        let none = pool.take(7500)
        #expect(none.address != block.address)
        pool.giveBack(smaller)
        // Given back as what it is, it serves the first size again, but nothing much smaller.
        let before = pool.bytesFromSystem
        #expect(pool.take(10_000).address == block.address)
        pool.giveBack(block)
        _ = pool.take(3000)
        #expect(pool.bytesFromSystem > before)
    }

    @Test func ofSeveralFittingSmallBlocksTheSmallestServes() {
        let pool = BufferPool()
        let blocks = [13_000, 10_000, 11_500].map(pool.take)
        blocks.forEach(pool.giveBack)
        #expect(pool.take(9000).address == blocks[1].address)
    }

    /// Three neighbours given back in any order are one piece of memory again, and a part of it serves too.
    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func largeNeighboursBecomeOne(_ order: [Int]) {
        let pool = BufferPool()
        let blocks = [700_000, 400_000, 900_000].map(pool.take)
        let guardian = pool.take(100_000)
        let taken = pool.bytesFromSystem
        order.forEach { pool.giveBack(blocks[$0]) }
        let whole = pool.take(blocks.reduce(0) { $0 + $1.size } - 64)
        #expect(pool.bytesFromSystem == taken)
        #expect(whole.address == blocks.map(\.address).min())
        pool.giveBack(whole)
        pool.giveBack(guardian)
    }

    @Test func largeBlocksAreCutFromTheSmallestGapThatFits() {
        let pool = BufferPool()
        let blocks = [500_000, 70_000, 300_000, 70_000, 400_000].map(pool.take)
        for place in [0, 2, 4] { pool.giveBack(blocks[place]) }
        let block = pool.take(290_000)
        #expect((blocks[2].address..<blocks[2].address + blocks[2].size).contains(block.address))
    }

    /// Whatever is taken and given back, no two blocks share a byte, and each keeps what was written into it.
    @Test(arguments: 0..<4) func largeBlocksNeverOverlap(_ seed: UInt64) {
        let pool = BufferPool()
        var stream = RandomStream(seed: seed, purpose: "large blocks")
        var held: [(block: BufferPool.Block, mark: UInt64)] = []
        func fill(_ block: BufferPool.Block, _ mark: UInt64) {
            block.address.assumingMemoryBound(to: UInt64.self).update(repeating: mark, count: block.size / 8)
        }
        func isWhole(_ block: BufferPool.Block, _ mark: UInt64) -> Bool {
            let words = UnsafeBufferPointer(
                start: block.address.assumingMemoryBound(to: UInt64.self), count: block.size / 8)
            return words.allSatisfy { $0 == mark }
        }
        for step in 0..<600 {
            let block = pool.take(65_000 + stream.below(step % 50 == 0 ? 5 << 20 : 1 << 20))
            #expect(Int(bitPattern: block.address) % 64 == 0)
            held.append((block, UInt64(step) &* 0x9e37_79b9_7f4a_7c15))
            fill(block, held[held.count - 1].mark)
            while held.count > 12 {
                let (block, mark) = held.remove(at: stream.below(held.count))
                guard isWhole(block, mark) else {
                    Issue.record("block \(mark) of step \(step) was overwritten")
                    return
                }
                pool.giveBack(block)
            }
        }
    }

    /// Steps of a network whose batches have another length each time need what the longest one needs.
    @Test func stepsOfManyShapesShareTheirMemory() {
        let pool = BufferPool()
        var stream = RandomStream(seed: 8, purpose: "lengths")
        let weights = (0..<20).map { _ in pool.take(4 * 256 * 256) }
        var largest = 0
        for _ in 0..<40 {
            let tokens = 8 * (20 + stream.below(108))
            // Six layers, each with values that its gradient needs and values that it does not.
            var (held, live) = ([BufferPool.Block](), 0)
            func take(_ width: Int) -> BufferPool.Block {
                let block = pool.take(4 * tokens * width)
                live += block.size
                largest = max(largest, live)
                return block
            }
            func give(_ block: BufferPool.Block) {
                live -= block.size
                pool.giveBack(block)
            }
            for _ in 0..<6 {
                let passing = take(256)
                held += [take(768), take(256), take(1024), take(1024)]
                give(passing)
            }
            while let block = held.popLast() {
                let slope = take(block.size / 4 / tokens)
                give(block)
                give(slope)
            }
        }
        let all = pool.bytesFromSystem
        print("steps of many shapes: \(largest >> 20) MB in use at once, \(all >> 20) MB taken")
        #expect(Double(all) < 1.1 * Double(largest) + 4 * 256 * 256 * 20 + 4e6)
        weights.forEach(pool.giveBack)
    }

    /// A thousand tensors of any size, up to forty alive: the same again settles, and adds little to the first pass.
    @Test(arguments: 0..<8) func mixedSizesSettle(_ seed: UInt64) {
        let pool = BufferPool()
        let pass = {
            var stream = RandomStream(seed: seed, purpose: "mixed sizes")
            var held: [BufferPool.Block] = []
            var (live, largest) = (0, 0)
            for _ in 0..<1000 {
                let block = pool.take(1 << 10 + stream.below(1 << 20))
                held.append(block)
                live += block.size
                largest = max(largest, live)
                while held.count > stream.below(40) {
                    let block = held.remove(at: stream.below(held.count))
                    live -= block.size
                    pool.giveBack(block)
                }
            }
            held.forEach(pool.giveBack)
            return largest
        }
        let largest = pass()
        let taken = (0..<6).map { _ in
            let taken = pool.bytesFromSystem
            _ = pass()
            return (before: taken, more: pool.bytesFromSystem - taken)
        }
        let (first, all) = (taken[0].before, pool.bytesFromSystem)
        print(
            "mixed sizes \(seed): at most \(largest >> 10) KB in use at once, \(first >> 10) KB taken,",
            "\(all >> 10) in the end")
        #expect(taken.suffix(2).allSatisfy { $0.more == 0 })
        // Large pages of two mebibytes are what the system gives; a tenth of this little is less than one.
        #expect(all <= first + first / 10 + 2 << 20)
    }

    /// Whole training steps, on captions of one length and of mixed lengths.
    @Test(arguments: [[48], [7, 31, 12, 64, 20, 45, 9, 50, 33]])
    func aTrainingStepAfterTheFirstPassTakesNoMemory(_ lengths: [Int]) {
        var stream = RandomStream(seed: 3, purpose: "mixed lengths")
        let table = Tensor.normal([50, 96], deviation: 0.1, &stream).asParameter()
        let weights = (0..<4).map { _ in Tensor.normal([96, 96], deviation: 0.1, &stream).asParameter() }
        let norm = (Tensor.full([96], 1).asParameter(), Tensor.zeros([96]).asParameter())
        let parameters = [table, norm.0, norm.1] + weights
        let optimiser = AdamW(parameters)
        let pass = { () -> Int in
            let before = BufferPool.shared.bytesFromSystem
            for length in lengths {
                let ids = Tensor((0..<Int32(4 * length)).map { $0 * 7 % 50 }, shape: [4, length])
                let x = table.embedding(of: ids).layerNorm(scale: norm.0, shift: norm.1, epsilon: 1e-5)
                let y = attention(
                    query: x.linear(weights[0]), key: x.linear(weights[1]), value: x.linear(weights[2]), heads: 4,
                    mask: .causal)
                let logits = (x + y.linear(weights[3], then: .gelu)).matmul(table, transposeRight: true)
                let loss = logits.reshaped([-1, 50]).crossEntropy(ids.reshaped([-1]))
                optimiser.step(gradients: gradients(of: loss, for: parameters), learningRate: 1e-3)
            }
            return BufferPool.shared.bytesFromSystem - before
        }
        // Other tests take from the same pool meanwhile, so one pass that takes nothing is what shows it:
        // if steps themselves took memory, all would.
        let taken = (0..<20).map { _ in pass() }
        print("bytes taken by each pass over lengths \(lengths): \(taken)")
        #expect(taken.dropFirst().contains(0))
    }
}
