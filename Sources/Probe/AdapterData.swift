import SynRuns
import SynTensors

/// What the adapter learns from: tokens of pictures and vectors of their captions, all computed before.
package struct AdapterData: Sendable {
    package let tokens: Tensor   // Int32 [samples, h·w]
    let vectors: Tensor   // [captions, d], one sample's captions after another's
    /// Where each sample's captions begin in `vectors`; one more entry at the end.
    let starts: [Int]

    package init(tokens: Tensor, vectors: Tensor, captionCounts: [Int]) throws {
        let captions = captionCounts.reduce(0, +)
        guard tokens.size(0) == captionCounts.count, vectors.size(0) == captions else {
            throw UserError(
                .badData,
                "there are tokens of \(tokens.size(0)) pictures and \(vectors.size(0)) caption vectors for "
                    + "\(captionCounts.count) pictures with \(captions) captions; they must be as many")
        }
        self.tokens = tokens
        self.vectors = vectors
        starts = captionCounts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    }

    package var count: Int { tokens.size(0) }

    /// Caption vectors of chosen captions of samples.
    package func vectors(_ choices: [(sample: Int, caption: Int)]) -> Tensor {
        vectors.rows(at: choices.map { starts[$0.sample] + $0.caption })
    }

    func captionCount(_ sample: Int) -> Int { starts[sample + 1] - starts[sample] }
}
