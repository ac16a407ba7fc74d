import SynCheckpoints
import SynTensors

/// What the machine can do at best, measured by the same library in the same process: stages are held against it.
///
/// Each is the best of a few passes, because whatever else runs on the machine can only make a pass slower.
public enum Ceilings {
    /// What kind of arithmetic a stage's time goes into.
    public enum Arithmetic: String, Sendable, Encodable, CaseIterable {
        /// A product of two matrices of 4096 × 4096.
        case product
        /// A 3 × 3 convolution of 8 images of 64 × 64 positions, from 256 channels to as many.
        case convolution
    }

    private static let passes = 5

    /// Floating-point operations per second, a multiplication with its addition as two.
    ///
    /// - Parameter precisionName: as the command line names it; weights in `int8` are multiplied in bf16.
    public static func rate(_ arithmetic: Arithmetic, _ precisionName: String) throws -> Double {
        let precision = try Precision(shortName: precisionName == "int8" ? "bf16" : precisionName)
        let scope = Weights(fresh: 1, precision: precision, trainable: false).scope
        switch arithmetic {
        case .product:
            let side = 4096
            let weight = try scope.matrix("product", [side, side])
            let x = InputData.normal([256, side])
            let rows = concatenated(Array(repeating: x, count: side / 256), axis: 0)   // [side, side]
            return best(2 * Double(side) * Double(side) * Double(side)) { _ = rows.linear(weight) }
        case .convolution:
            let (count, side, channels) = (8, 64, 256)
            let weight = try scope.matrix("convolution", [channels, channels, 3, 3])
            let images = InputData.normal([count, side, side, channels])
            return best(2 * Double(weight.count) * Double(count * side * side)) {
                _ = images.convolved(weight, padding: Padding(1))
            }
        }
    }

    /// Bytes per second that all threads together read from memory, from a tensor far larger than any cache: weights lie so,
    /// too, in large pages where the system gives them.
    ///
    /// - Parameter bytes: 2 GB unless said; rounded down to whole blocks.
    public static func bandwidth(bytes: Int = 2_000_000_000) -> Double {
        let blockSize = 1 << 20
        let blocks = max(bytes / blockSize, 1)
        var rate = 0.0
        _ = Tensor(shape: [blocks * blockSize / MemoryLayout<Float>.size]) { numbers in
            let memory = UnsafeMutableRawBufferPointer(numbers)
            func block(_ number: Int) -> UnsafeMutableRawBufferPointer {
                UnsafeMutableRawBufferPointer(rebasing: memory[number * blockSize..<(number + 1) * blockSize])
            }
            // Written by the threads that will read: memory is where it was first touched.
            parallel(blocks, grain: 1) {
                for number in $0 { block(number).initializeMemory(as: UInt8.self, repeating: 0) }
            }
            // Each block's sum is kept at the start of the block itself, so that no pass can be left out as useless.
            rate = best(Double(memory.count)) {
                parallel(blocks, grain: 1) {
                    for number in $0 { block(number).storeBytes(of: sum(of: block(number)), as: UInt64.self) }
                }
            }
        }
        return rate
    }

    /// The sum of a block's words, its quarters side by side: a processor looks ahead for each, and one such look alone is
    /// slower than memory. Four sums, so that none waits for another.
    private static func sum(of block: UnsafeMutableRawBufferPointer) -> UInt64 {
        var (a, b, c, d) = (SIMD8<UInt64>(), SIMD8<UInt64>(), SIMD8<UInt64>(), SIMD8<UInt64>())
        let quarter = block.count / 4
        for offset in stride(from: 0, to: quarter, by: 64) {
            a &+= block.load(fromByteOffset: offset, as: SIMD8<UInt64>.self)
            b &+= block.load(fromByteOffset: quarter + offset, as: SIMD8<UInt64>.self)
            c &+= block.load(fromByteOffset: 2 * quarter + offset, as: SIMD8<UInt64>.self)
            d &+= block.load(fromByteOffset: 3 * quarter + offset, as: SIMD8<UInt64>.self)
        }
        return (a &+ b &+ c &+ d).wrappedSum()
    }

    /// The most of something per second, over a few passes after one that does not count.
    private static func best(_ amount: Double, _ body: () -> Void) -> Double {
        body()
        return (0..<passes).map { _ in amount / seconds(body) }.max() ?? 0
    }
}
