import Foundation
import SynImages
import SynModels
import SynRuns
import SynTensors

/// The Inception Score (Salimans et al. 2016) as torch-fidelity computes it.
package enum InceptionScore {
    package struct Result: Codable, Sendable, Equatable {
        package let mean: Double
        /// Over the splits (population): a spread, not a confidence interval.
        package let deviation: Double
        package let splits: Int
        /// Of the shuffle; nil where the order was given, and in files from before it was kept.
        package let seed: UInt64?

        package init(mean: Double, deviation: Double, splits: Int, seed: UInt64?) {
            (self.mean, self.deviation, self.splits, self.seed) = (mean, deviation, splits, seed)
        }
    }

    /// The shuffle's seed unless another is wished for: torch-fidelity's default.
    package static let defaultSeed: UInt64 = 2020

    /// exp of the mean Kullback–Leibler divergence between each picture's class distribution and the split's,
    /// over `splits` parts of the pictures in a shuffled order; in double precision.
    ///
    /// The shuffle is ours: torch-fidelity's numbers come out with the order that its own generator makes, which
    /// `order` takes. The score depends on it, for each part sees other pictures.
    ///
    /// - Parameters:
    ///   - logits: without bias, [pictures, classes].
    ///   - order: every picture's number once; nil shuffles by `seed`.
    /// - Throws where there are fewer pictures than splits, or a logit is not a finite number.
    package static func score(
        ofLogits logits: Tensor, splits: Int = 10, seed: UInt64 = defaultSeed, order: [Int]? = nil
    ) throws -> Result {
        precondition(logits.shape.count == 2, "\(logits.shape) is not [pictures, classes]")
        let (count, classes) = (logits.size(0), logits.size(1))
        guard splits > 0 else {
            throw UserError(.settings, "an Inception Score needs at least 1 split, not \(splits); set scores.splits")
        }
        guard count >= splits else {
            throw UserError(
                .settings,
                "an Inception Score over \(splits) splits needs at least \(splits) pictures, not \(count); "
                    + (count == 0 ? "there is nothing to score" : "lower scores.splits or draw more"))
        }
        let values = logits.floats
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw UserError(
                .badData,
                "class \(bad % classes + 1) of picture \(bad / classes + 1) has a logit of \(values[bad]), "
                    + "not a finite number")
        }
        var stream = RandomStream(seed: seed, purpose: "inception score")
        let shuffle = order == nil ? seed : nil
        let order = order ?? stream.permutation(count)
        precondition(order.sorted() == Array(0..<count), "an order names each of \(count) pictures once")
        let scores = (0..<splits).map { split -> Double in
            let part = order[count * split / splits..<count * (split + 1) / splits]
            return exp(divergence(part.map { logSoftmax(values[$0 * classes..<($0 + 1) * classes]) }))
        }
        let mean = scores.reduce(0, +) / Double(splits)
        let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(splits)
        return Result(mean: mean, deviation: variance.squareRoot(), splits: splits, seed: shuffle)
    }

    /// The mean of Σ p (log p − log q) over pictures, q being their mean p. A class that no picture can be in
    /// (p below the smallest double) adds nothing.
    private static func divergence(_ logShares: [[Double]]) -> Double {
        let shares = logShares.map { $0.map { exp($0) } }   // [pictures, classes]
        let classes = shares.first?.indices ?? 0..<0
        let logMarginal = classes.map { c in log(shares.reduce(0) { $0 + $1[c] } / Double(shares.count)) }
        let sum = zip(shares, logShares).reduce(0.0) { sum, picture in
            sum
                + classes.reduce(0.0) { sum, c in
                    let p = picture.0[c]
                    return p > 0 && logMarginal[c].isFinite ? sum + p * (picture.1[c] - logMarginal[c]) : sum
                }
        }
        return sum / Double(shares.count)
    }

    private static func logSoftmax(_ logits: ArraySlice<Float>) -> [Double] {
        let largest = Double(logits.max() ?? 0)
        let sum = logits.reduce(0.0) { $0 + exp(Double($1) - largest) }
        return logits.map { Double($0) - largest - log(sum) }
    }

    /// A picture as the network wants it: 0...255, resized to its input by TensorFlow 1's bilinear rule. One picture at
    /// a time, each resized by itself: a folder may hold all sizes.
    package static func input(_ image: Image, _ configuration: InceptionV3Configuration) -> Tensor {
        image.resizedLikeTensorFlow1(height: configuration.inputSize, width: configuration.inputSize)
    }

    /// What the released code fed to the network: pixels scaled to 0...1 and then cut to whole numbers, so that
    /// only pure white is not black (protocol, section 1, note 1).
    package static func publishedInput(_ image: Image, _ configuration: InceptionV3Configuration) -> Tensor {
        image.resizedLikeTensorFlow1(height: configuration.inputSize, width: configuration.inputSize) {
            $0 == 255 ? 1 : 0
        }
    }
}
