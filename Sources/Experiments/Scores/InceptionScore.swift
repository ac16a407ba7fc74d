import Foundation
import Images
import Models
import Tensors

/// The Inception Score (Salimans et al. 2016) as torch-fidelity computes it.
public enum InceptionScore {
    public struct Result: Codable, Sendable, Equatable {
        public let mean: Double
        /// Over the splits (population): a spread, not a confidence interval.
        public let deviation: Double
        public let splits: Int
    }

    /// exp of the mean Kullback–Leibler divergence between each picture's class distribution and the split's,
    /// over `splits` parts of the pictures in a shuffled order.
    ///
    /// - Parameter logits: without bias, [pictures, classes].
    /// - Throws when there are fewer pictures than splits.
    public static func score(ofLogits logits: Tensor, splits: Int = 10, seed: UInt64 = 2020) throws -> Result {
        let (count, classes) = (logits.size(0), logits.size(1))
        guard count >= splits, splits > 0 else {
            throw Complaint(
                .settings, "an Inception Score over \(splits) splits needs at least \(splits) pictures, not \(count); lower scores.splits")
        }
        var stream = RandomStream(seed: seed, purpose: "inception score")
        let order = stream.permutation(count)
        let values = logits.floats
        let scores = (0..<splits).map { split -> Double in
            let part = order[count * split / splits..<count * (split + 1) / splits]
            let logShares = part.map { row in logSoftmax(values[row * classes..<(row + 1) * classes]) }
            var marginal = [Double](repeating: 0, count: classes)
            for row in logShares { for i in 0..<classes { marginal[i] += exp(row[i]) / Double(part.count) } }
            let divergence = logShares.reduce(0.0) { sum, row in
                sum + (0..<classes).reduce(0.0) { $0 + (row[$1] > -700 ? exp(row[$1]) * (row[$1] - log(marginal[$1])) : 0) }
            }
            return exp(divergence / Double(part.count))
        }
        let mean = scores.reduce(0, +) / Double(splits)
        let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(splits)
        return Result(mean: mean, deviation: variance.squareRoot(), splits: splits)
    }

    private static func logSoftmax(_ logits: ArraySlice<Float>) -> [Double] {
        let largest = Double(logits.max() ?? 0)
        let sum = logits.reduce(0.0) { $0 + exp(Double($1) - largest) }
        return logits.map { Double($0) - largest - log(sum) }
    }

    /// Pictures as the network wants them: 0...255, resized to its input by TensorFlow 1's bilinear rule.
    static func input(_ images: [Image], _ configuration: InceptionV3Configuration) throws -> Tensor {
        try Tensor(images, range: .byte)
            .resizedLikeTensorFlow1(height: configuration.inputSize, width: configuration.inputSize)
    }

    /// What the released code fed to the network: pixels scaled to 0...1 and then cut to whole numbers, so that
    /// only pure white is not black (protocol, section 1, note 1).
    static func publishedInput(_ images: [Image], _ configuration: InceptionV3Configuration) throws -> Tensor {
        try input(
            images.map { Image(width: $0.width, height: $0.height, pixels: $0.pixels.map { $0 == 255 ? 1 : 0 }) },
            configuration)
    }
}
