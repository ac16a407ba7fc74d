import CSynKernels

/// Keys and values of the positions seen so far, with room for more: what lets a transformer take one step.
///
/// All samples of a batch advance together. The memory is taken once; a head's positions lie one after another.
package final class KeyValueCache: @unchecked Sendable {
    package let batch, capacity, heads, headSize: Int
    /// Positions held.
    package private(set) var count = 0
    private let keys: Tensor   // [batch, heads, capacity, headSize]
    private let values: Tensor   // [batch, heads, capacity, headSize]
    /// How many positions are held, where the device looks; nil on the CPU.
    private let place: DeviceCounter?

    /// `elementType` is Float32, or BFloat16: half the memory, and keys, values and queries rounded to it.
    ///
    /// - Parameter place: of a cache on a device: how many positions it holds, which is the same for all layers and
    ///   moved on by who owns them, when each layer has taken its step.
    package init(
        batch: Int, capacity: Int, heads: Int, headSize: Int, elementType: ElementType = .float32,
        place: DeviceCounter? = nil
    ) {
        (self.batch, self.capacity, self.heads, self.headSize) = (batch, capacity, heads, headSize)
        precondition(elementType == .float32 || elementType == .bfloat16, "keys and values are floating-point numbers")
        let shape = [batch, heads, capacity, headSize]
        keys = Tensor(uninitialised: shape, elementType: elementType, on: place?.device)
        values = Tensor(uninitialised: shape, elementType: elementType, on: place?.device)
        self.place = place
    }

    /// Attention of the newest positions over themselves and everything before, causal. No gradients.
    ///
    /// - Parameter queryKeyValue: Float32 [batch, time, 3·hidden]: each position's query, key and value one after
    ///   another, the heads consecutive parts of each. Keys and values are kept.
    /// - Returns: [batch, time, hidden].
    ///
    /// The order of the sums does not depend on the batch: each sample and head is computed by itself.
    package func attention(queryKeyValue: Tensor) -> Tensor {
        let (time, hidden) = (queryKeyValue.size(1), heads * headSize)
        precondition(
            queryKeyValue.shape == [batch, time, 3 * hidden],
            "queries, keys and values \(queryKeyValue.shape) do not fit")
        precondition(count + time <= capacity, "the cache has room for \(capacity) positions")
        let (first, reach) = (count, count + time)
        count = reach
        if let place { return place.device.attention(queryKeyValue, keys, values, after: place) }
        let out = Tensor(uninitialised: [batch, time, hidden])
        let room = reach + 16
        let scores = Tensor(uninitialised: [batch * heads, room])
        let queries = Tensor(uninitialised: [batch * heads, headSize], elementType: keys.elementType)
        let (qkv, o, s) = (queryKeyValue.constFloats, out.mutableFloats, scores.mutableFloats)
        let scale = 1 / Float(headSize).squareRoot()
        parallel(batch * heads, grain: max(1, elementGrain / 2 / max(1, reach * headSize * time))) { pairs in
            for pair in pairs {
                let (sample, head) = (pair / heads, pair % heads)
                for position in first..<reach {
                    let from = qkv + (sample * time + position - first) * 3 * hidden + head * headSize
                    store(from + hidden, in: keys, pair * capacity + position)
                    store(from + 2 * hidden, in: values, pair * capacity + position)
                }
                for position in first..<reach {
                    let row = sample * time + position - first
                    store(qkv + row * 3 * hidden + head * headSize, in: queries, pair)
                    attend(
                        queries, pair, visible: position + 1, scale, s + pair * room, o + row * hidden + head * headSize
                    )
                }
            }
        }
        withExtendedLifetime((queryKeyValue, scores, queries)) {}
        return out
    }

    /// Goes on as if so many positions had been seen: what stands there until then becomes normal numbers. For
    /// measurements, whose time does not depend on what the numbers are; on the CPU only.
    package func pretend(positions: Int) {
        precondition(place == nil && count <= positions && positions <= capacity, "no room for \(positions) positions")
        var stream = RandomStream(seed: 1, purpose: "pretended keys and values")
        let noise = Tensor.normal([64, headSize], &stream)   // its rows again and again
        for pair in 0..<batch * heads {
            for row in pair * capacity + count..<pair * capacity + positions {
                store(noise.constFloats + row % 64 * headSize, in: keys, row)
                store(noise.constFloats + (row + 32) % 64 * headSize, in: values, row)
            }
        }
        withExtendedLifetime(noise) {}
        count = positions
    }

    /// Writes one head's numbers as row `row` of a tensor [.., headSize].
    private func store(_ from: UnsafePointer<Float>, in rows: Tensor, _ row: Int) {
        let width = rows.elementType.width
        kernels.convert(
            from, KERNEL_F32, rows.storage.address + row * headSize * width, rows.elementType.kernelType, headSize)
    }

    private func attend(
        _ queries: Tensor, _ pair: Int, visible: Int, _ scale: Float, _ scores: UnsafeMutablePointer<Float>,
        _ out: UnsafeMutablePointer<Float>
    ) {
        let (one, all) = (pair * headSize, pair * capacity * headSize)
        let next = (pair + 1 < batch * heads ? pair + 1 : pair) * capacity * headSize
        if keys.elementType == .bfloat16 {
            kernels.attend_bf16(
                queries.constShorts + one, keys.constShorts + all, values.constShorts + all, visible, headSize, scale,
                keys.constShorts + next, scores, out)
        } else {
            kernels.attend_f32(
                queries.constFloats + one, keys.constFloats + all, values.constFloats + all, visible, headSize, scale,
                keys.constFloats + next, scores, out)
        }
    }
}
