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

    @Test func aFreeBlockServesUpToAThirdLess() {
        let pool = BufferPool()
        let block = pool.take(1_000_000)
        pool.giveBack(block)
        let smaller = pool.take(750_000)
        #expect(smaller.address == block.address && smaller.size == block.size)
        let none = pool.take(750_000)
        #expect(none.address != block.address)
        pool.giveBack(smaller)
        // Given back as what it is, it serves the first size again, but nothing much smaller.
        let before = pool.bytesFromSystem
        #expect(pool.take(1_000_000).address == block.address)
        pool.giveBack(block)
        _ = pool.take(300_000)
        #expect(pool.bytesFromSystem > before)
    }

    @Test func ofSeveralFittingBlocksTheSmallestServes() {
        let pool = BufferPool()
        let blocks = [1_300_000, 1_000_000, 1_150_000].map(pool.take)
        blocks.forEach(pool.giveBack)
        #expect(pool.take(900_000).address == blocks[1].address)
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
        #expect(all <= first + first / 10)
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
