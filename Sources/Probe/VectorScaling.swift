import SynRuns
import SynTensors

/// Caption vectors brought to a mean of zero and the same deviation in every component (or, whitened, direction), as
/// the training captions have them, and to a mean square length of one: encoders whose vectors are long, short, wide or
/// far from the origin then learn at the same rate, and a caption moves a prefix no faster than the bias does.
///
/// It is no layer of its own: ``folded(_:)`` puts it into the adapter, which stays one linear layer on raw vectors.
package struct VectorScaling: Sendable {
    /// Of each component over the training captions: [d].
    package let mean: [Float]
    /// One over its deviation (divisor n) and √d; as of the widest for a component that hardly varies beside it. Ones
    /// where the vectors are whitened.
    package let scale: [Float]
    /// What whitening multiplies by, after the mean is taken away: [d, d], symmetric.
    private let whitening: Tensor?

    /// - Parameters:
    ///   - vectors: [captions, d].
    ///   - length: what their root mean square length becomes. Each step moves every weight and every bias by as much,
    ///   so the longer the vectors, the faster a caption moves a prefix beside what all captions share.
    package init(_ vectors: Tensor, length wanted: Double = 1) {
        let (count, width) = (vectors.size(0), vectors.size(1))
        var (sums, squares) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
        vectors.withFloats { values in
            for row in 0..<count {
                for i in 0..<width { sums[i] += Double(values[row * width + i]) }
            }
            for i in 0..<width { sums[i] /= Double(max(count, 1)) }
            for row in 0..<count {
                for i in 0..<width {
                    let distance = Double(values[row * width + i]) - sums[i]
                    squares[i] += distance * distance
                }
            }
        }
        let deviations = squares.map { ($0 / Double(max(count, 1))).squareRoot() }
        let widest = deviations.max() ?? 0
        let length = Double(width).squareRoot() / wanted
        mean = sums.map(Float.init)
        scale = deviations.map { deviation in
            guard widest > 0 else { return 1 }
            return Float(1 / (length * (deviation > 1e-3 * widest ? deviation : widest)))
        }
        whitening = nil
    }

    /// Whitened: along each of their principal components the vectors have the same deviation, save those in which
    /// they hardly vary, so that what a caption tells in a narrow direction is learnt as fast as what it tells in a
    /// wide one.
    ///
    /// - Returns: nil where a vector is no number, or all are the same.
    package static func whitening(_ vectors: Tensor, length wanted: Double = 1) throws -> VectorScaling? {
        let plain = VectorScaling(vectors)
        let (count, width) = (vectors.size(0), plain.mean.count)
        var sums = [Double](repeating: 0, count: width * width)
        for rows in batches(Array(0..<count), of: 4096) {   // as doubles all of them would fill the memory
            let centred = vectors.rows(at: rows).withFloats { values in
                DoubleMatrix(
                    values.indices.map { Double(values[$0]) - Double(plain.mean[$0 % width]) }, rows: rows.count,
                    columns: width)
            }
            let products = centred.times(centred, from: .transposed).values
            for i in sums.indices { sums[i] += products[i] / Double(count) }
        }
        let moment = DoubleMatrix(sums, rows: width, columns: width)
        guard moment.trace > 0, let root = try moment.inverseRoot(ridge: ridge) else { return nil }
        // The mean square length of what comes out: the trace of root · moment · root.
        let length = root.times(moment).times(root).trace.squareRoot()
        return VectorScaling(
            mean: plain.mean, scale: Array(repeating: 1, count: width),
            whitening: Tensor(root.values.map { Float($0 * wanted / length) }, shape: [width, width]))
    }

    /// What whitening adds to every variance, as a share of their mean.
    static let ridge = 0.03

    private init(mean: [Float], scale: [Float], whitening: Tensor?) {
        (self.mean, self.scale, self.whitening) = (mean, scale, whitening)
    }

    /// [batch, d] → [batch, d].
    package func callAsFunction(_ vectors: Tensor) -> Tensor {
        let width = mean.count
        let scaled = vectors.withFloats { values in
            Tensor(shape: vectors.shape) { scaled in
                for i in values.indices {
                    let component = i % width
                    scaled[i] = (values[i] - mean[component]) * scale[component]
                }
            }
        }
        return whitening.map { scaled.linear($0, .zeros([width])) } ?? scaled
    }

    /// The adapter that does to raw vectors what `adapter` does to scaled ones.
    package func folded(_ adapter: Adapter) -> Adapter {
        let width = mean.count
        let bias = adapter.bias.floats
        let weight =
            whitening.map { DoubleMatrix(adapter.weight).times(DoubleMatrix($0)).values.map(Float.init) }
            ?? adapter.weight.floats
        let scaled = weight.indices.map { weight[$0] * scale[$0 % width] }
        let moved = bias.indices.map { row in
            Float(
                (0..<width).reduce(Double(bias[row])) { $0 - Double(scaled[row * width + $1]) * Double(mean[$1]) })
        }
        return Adapter(
            weight: Tensor(scaled, shape: adapter.weight.shape), bias: Tensor(moved, shape: adapter.bias.shape),
            width: adapter.width)
    }
}
