import SynTensors

/// What stages compute on: seeded random numbers, the same in every process.
enum InputData {
    private static func stream(_ purpose: String) -> RandomStream {
        RandomStream(seed: 1, purpose: "benchmark " + purpose)
    }

    static func tokens(_ shape: [Int], below bound: Int) -> Tensor {
        var stream = stream("tokens")
        return Tensor((0..<shape.reduce(1, *)).map { _ in Int32(stream.below(bound)) }, shape: shape)
    }

    static func normal(_ shape: [Int]) -> Tensor {
        var stream = stream("vectors")
        return Tensor.normal(shape, &stream)
    }

    /// [count, side, side, 3], every number evenly within the range.
    static func pictures(_ count: Int, side: Int, range: ClosedRange<Float>) -> Tensor {
        var stream = stream("pictures")
        return Tensor(shape: [count, side, side, 3]) { values in
            for i in values.indices {
                values[i] = range.lowerBound + stream.uniform() * (range.upperBound - range.lowerBound)
            }
        }
    }

    /// Token ids of captions of these lengths. Special tokens stand where a tokenizer puts them: CLIP ends a caption
    /// where it sees `end`.
    static func captions(lengths: [Int], below bound: Int, start: Int32, end: Int32) -> [[Int32]] {
        var stream = stream("captions")
        let lowest = min(5, bound - 1)
        return lengths.map { length in
            let words = (0..<max(length - 2, 0)).map { _ in Int32(lowest + stream.below(bound - lowest)) }
            return [start] + words + [end]
        }
    }

    /// Lengths evenly within the range, out of order: the same that `peers.py` takes.
    static func lengths(_ count: Int, in range: ClosedRange<Int>) -> [Int] {
        (0..<count).map { range.lowerBound + $0 * 31 % range.count }
    }
}
