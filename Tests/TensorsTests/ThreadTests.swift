import Dispatch
import SynTensors
import Synchronization
import TestSupport
import Testing

/// One pool of threads, called from anywhere; one cache of primitives, bounded.
@Suite(.serialized, .oneThreadCount) struct ThreadTests {
    /// Runs `body` with so many threads and sets the number back.
    private func with<Result>(threads: Int, _ body: () throws -> Result) rethrows -> Result {
        let before = Threads.count
        defer { Threads.count = before }
        Threads.count = threads
        return try body()
    }

    /// How often `parallel` visited each item.
    private func visits(_ count: Int) -> [Int] {
        var visits = [Int](repeating: 0, count: count)
        visits.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            nonisolated(unsafe) let places = base
            parallel(count, grain: 1) { range in for i in range { places[i] += 1 } }
        }
        return visits
    }

    @Test(.enabled(if: SkinnyWeight.isAvailable, "this processor has no such product"))
    func streamedProductsDoNotDependOnThreads() {
        var stream = RandomStream(seed: 6, purpose: "streamed")
        let (x, weight) = (Tensor.normal([9, 3000], &stream), Tensor.normal([201, 3000], &stream))
        let weights = [weight, weight.converted(to: .bfloat16)].map { SkinnyWeight($0) }
        let results = [1, 2, 3].map { with(threads: $0) { weights.map { x.streamed($0).floats } } }
        #expect(results[1] == results[0] && results[2] == results[0])
    }

    @Test(arguments: [1, 2, 3, 7]) func everyItemIsVisitedOnce(_ threads: Int) {
        with(threads: threads) {
            for count in [0, 1, 2, 3, 5, 64, 1001] { #expect(visits(count) == Array(repeating: 1, count: count)) }
        }
    }

    private struct Failure: Error, Equatable { let item: Int }

    @Test(arguments: [1, 2, 3, 7]) func whatIsMadeOfItemsKeepsTheirOrder(_ threads: Int) {
        with(threads: threads) {
            for count in [0, 1, 2, 64, 1001] { #expect(parallelMap(count) { "\($0)" } == (0..<count).map(String.init)) }
            // Of several failures the first in order is told, whenever it came, and all before it was done.
            let done = Mutex(Set<Int>())
            let thrown = #expect(throws: Failure.self) {
                try parallelMap(100) { item in
                    if item % 10 == 7 { throw Failure(item: item) }
                    done.withLock { _ = $0.insert(item) }
                }
            }
            #expect(thrown == Failure(item: 7) && done.withLock { $0.isSuperset(of: 0..<7) && !$0.contains(7) })
        }
    }

    @Test func severalThreadsMayCallAtOnce() {
        with(threads: 2) {
            let wrong = Atomic(0)
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                for count in 1..<200 where visits(count) != Array(repeating: 1, count: count) {
                    wrong.add(1, ordering: .relaxed)
                }
            }
            #expect(wrong.load(ordering: .relaxed) == 0)
        }
    }

    @Test func frozenNormsAndPoolsDoNotDependOnThreads() {
        var stream = RandomStream(seed: 3, purpose: "threads")
        let x = Tensor.normal([2, 50, 50, 48], &stream)
        func results() -> [[Float]] {
            [
                x.groupNorm(groups: 12, scale: .full([48], 1), shift: .zeros([48]), epsilon: 1e-6, then: .silu).floats,
                x.averagePooled(size: 3, stride: 1, padding: 1).floats,
            ]
        }
        let alone = with(threads: 1, results)
        for count in [2, 3] { #expect(with(threads: count, results) == alone) }
    }

    @Test func aCallInsideACallRunsWhereItIs() {
        with(threads: 2) {
            let parts = Atomic(0)
            let visited = Atomic(0)
            parallel(8, grain: 1) { outer in
                for _ in outer {
                    parallel(100, grain: 1) { inner in
                        parts.add(1, ordering: .relaxed)
                        visited.add(inner.count, ordering: .relaxed)
                    }
                }
            }
            #expect(visited.load(ordering: .relaxed) == 800)
            #expect(parts.load(ordering: .relaxed) == 8, "each inner call is one part")
        }
    }

    /// A layer of each kind with its gradients: what several threads computed at once is what one computes alone.
    @Test func networksMayRunOnSeveralThreadsAtOnce() {
        with(threads: 2) {
            let alone = (0..<4).map(Self.everything)
            let found = Mutex([Int: [Float]]())
            DispatchQueue.concurrentPerform(iterations: 16) { i in
                let values = Self.everything(i % 4)
                found.withLock { $0[i] = values }
            }
            found.withLock { found in
                for i in 0..<16 {
                    let closeness = Closeness(found[i] ?? [], alone[i % 4])
                    #expect(closeness.within(1e-6), "run \(i): \(closeness)")
                }
            }
        }
    }

    private static func everything(_ seed: Int) -> [Float] {
        var stream = RandomStream(seed: UInt64(seed), purpose: "threads")
        let x = Tensor.normal([2, 9, 8, 16], &stream).asParameter()
        let weight = Tensor.normal([16, 16, 3, 3], deviation: 0.1, &stream).asParameter()
        let frozen = Tensor.normal([16, 16], &stream)
        let (one, zero) = (Tensor.full([16], 1), Tensor.zeros([16]))
        let y = x.convolved(weight, padding: Padding(1), then: .silu)
            .groupNorm(groups: 4, scale: one, shift: zero, epsilon: 1e-5)
            .reshaped([2, 72, 16])
        let z = attention(query: y.linear(frozen), key: y, value: y, heads: 2).squared().mean()
        let slopes = gradients(of: z, for: [x, weight])
        return [z.item] + slopes[0].floats + slopes[1].floats
    }

    /// Our own kernels give the same bits whatever the number of threads; oneDNN's products do not promise it.
    @Test func ourKernelsDoNotDependOnTheNumberOfThreads() {
        let run = { () -> [String: [Float]] in
            var stream = RandomStream(seed: 1, purpose: "number of threads")
            var found: [String: [Float]] = [:]
            let normal = { (shape: [Int]) in Tensor.normal(shape, &stream).asParameter() }
            let (rows, images) = (normal([301, 517]), normal([5, 33, 31, 40]))
            let (scale, shift, row) = (normal([517]), normal([517]), normal([517]))
            let (imageScale, imageShift) = (normal([40]), normal([40]))
            let targets = Tensor((0..<301).map { Int32($0) }, shape: [301])
            let operations: [(String, [Tensor], Tensor)] = [
                ("sum of two", [rows, row], rows + row), ("product", [rows, row], rows * row),
                ("quotient", [rows, row], rows / (row.squared() + 1)), ("exp", [rows], rows.exp()),
                ("softmax", [rows], rows.softmax()), ("log softmax", [rows], rows.logSoftmax()),
                ("cross-entropy", [rows], rows.crossEntropy(targets)),
                ("layer norm", [rows, scale, shift], rows.layerNorm(scale: scale, shift: shift, epsilon: 1e-5)),
                (
                    "group norm", [images, imageScale, imageShift],
                    images.groupNorm(groups: 8, scale: imageScale, shift: imageShift, epsilon: 1e-5)
                ),
                (
                    "batch norm", [images, imageScale, imageShift],
                    images.batchNormTraining(scale: imageScale, shift: imageShift, epsilon: 1e-5).output
                ),
                ("average pool", [images], images.averagePooled(size: 3, stride: 2, padding: 1)),
                ("max pool", [images], images.maxPooled(size: 3, stride: 2)),
                ("upsampled", [images], images.upsampledNearest(by: 2)),
                ("transposed", [images], images.transposed(axes: [0, 3, 1, 2])), ("sum", [rows], rows.sum()),
                ("sum of an axis", [images], images.sum(axis: 1)), ("l2 normalised", [rows], rows.l2Normalised()),
            ]
            for (name, inputs, out) in operations {
                var weights = RandomStream(seed: 2, purpose: name)
                let loss = (out * Tensor.normal(out.shape, &weights)).sum()
                found[name] = out.floats + gradients(of: loss, for: inputs).flatMap(\.floats)
            }
            let parameter = Tensor(rows.floats, shape: rows.shape).asParameter()
            AdamW([parameter], weightDecay: [0.1]).step(gradients: [rows.detached], learningRate: 0.1)
            found["AdamW"] = parameter.floats
            found["clipped"] = clipped([rows.detached], toNorm: 1).gradients[0].floats
            return found
        }
        let one = with(threads: 1, run)
        for threads in [2, 3] {
            let several = with(threads: threads, run)
            for (name, values) in one { #expect(several[name] == values, "\(name) with \(threads) threads") }
        }
    }

    /// More shapes than the cache keeps: it stays bounded, and what was dropped is made again when needed.
    @Test func theCacheOfPrimitivesIsBounded() {
        let sizes = PrimitiveCache.limit + 300
        for round in 0..<2 {
            for size in [1, sizes / 2, sizes] {
                #expect(Tensor.full([size], 0).activated(.tanh).floats == Array(repeating: 0, count: size))
            }
            DispatchQueue.concurrentPerform(iterations: 2) { half in
                for size in stride(from: 1 + half, through: sizes, by: 2) {
                    _ = Tensor.full([size], 0).activated(.tanh)
                }
            }
            print("round \(round): \(PrimitiveCache.count) primitives kept of \(sizes) and more")
            // Those in use by other tests meanwhile may come on top.
            #expect(PrimitiveCache.count <= PrimitiveCache.limit + 64)
        }
        #expect(PrimitiveCache.count >= PrimitiveCache.limit - 64)
    }
}
