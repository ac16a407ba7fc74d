import Foundation
import SynTensors

/// How the next token is chosen from one row of logits.
///
/// In this order: logits are divided by the temperature; of them the `topK` largest are kept; of those the
/// fewest largest whose probabilities reach `topP` are kept; one is drawn by its share of what is left. Greedy
/// choice takes the largest logit, the first one among equals.
///
/// *Top-k* keeps every logit not smaller than the k-th largest, so ties may keep more than k (taming's rule).
/// *Top-p* removes tokens from the smallest on while the sum of removed probabilities stays at or below 1 − p and
/// never removes the largest (the rule of Hugging Face's `TopPLogitsWarper`); among equal logits the later token
/// is removed first.
package struct TokenSampler: Sendable, Equatable {
    package let topK: Int?
    package let topP: Double
    package let temperature: Float
    package let isGreedy: Bool

    /// - Parameters:
    ///   - topK: at least 1; all tokens if not said.
    ///   - topP: in 0...1; 1 keeps all.
    ///   - temperature: above 0.
    package init(topK: Int? = nil, topP: Double = 1, temperature: Float = 1, greedy: Bool = false) throws {
        if let topK, topK < 1 { throw ModelError("top-k is \(topK); it must be at least 1.") }
        guard (0...1).contains(topP) else {
            throw ModelError("top-p is \(topP); it must lie between 0 and 1.")
        }
        guard temperature > 0, temperature.isFinite else {
            throw ModelError("The temperature is \(temperature); it must be a number above 0.")
        }
        self.topK = topK
        self.topP = topP
        self.temperature = temperature
        isGreedy = greedy
    }

    /// One token. The same logits and the same stream give the same token.
    package func draw(from logits: [Float], _ stream: inout RandomStream) throws -> Int32 {
        if isGreedy { return Int32(try place(ofLargestIn: logits)) }
        let shares = try weights(logits)
        var rest = stream.uniformDouble() * shares.reduce(0, +)
        var chosen = 0
        for (token, share) in shares.enumerated() where share > 0 {
            chosen = token
            rest -= share
            if rest < 0 { break }
        }
        return Int32(chosen)
    }

    /// The probability of each token to be drawn; exactly 0 for those left out.
    package func probabilities(_ logits: [Float]) throws -> [Double] {
        if isGreedy {
            var shares = [Double](repeating: 0, count: logits.count)
            shares[try place(ofLargestIn: logits)] = 1
            return shares
        }
        let shares = try weights(logits)
        let total = shares.reduce(0, +)
        return shares.map { $0 / total }
    }

    /// exp(logit / temperature) relative to the largest, 0 for tokens left out.
    private func weights(_ logits: [Float]) throws -> [Double] {
        let largest = logits[try place(ofLargestIn: logits)]
        let scaled = logits.map { $0 / temperature }
        let threshold = topK.map { largestValue($0, of: scaled) } ?? -.infinity
        let top = Double(largest / temperature)
        var shares = scaled.map { $0 >= threshold ? exp(Double($0) - top) : 0 }
        if topP < 1 { removeTail(&shares, scaled) }
        return shares
    }

    private func removeTail(_ shares: inout [Double], _ logits: [Float]) {
        let total = shares.reduce(0, +)
        let rising = shares.indices.filter { shares[$0] > 0 }.sorted {
            logits[$0] != logits[$1] ? logits[$0] < logits[$1] : $0 > $1
        }
        var removed = 0.0
        for token in rising.dropLast() {
            removed += shares[token] / total
            if removed > 1 - topP { return }
            shares[token] = 0
        }
    }

    private func place(ofLargestIn logits: [Float]) throws -> Int {
        var best = 0
        var sound = !logits.isEmpty
        for (token, logit) in logits.enumerated() {
            if logit > logits[best] { best = token }
            sound = sound && !logit.isNaN && logit < .infinity
        }
        guard sound, logits[best] > -.infinity else {
            throw ModelError(
                "The decoder's logits are not all numbers, so no token can be drawn: "
                    + "its weights, the adapter's or the caption vector may be damaged.")
        }
        return best
    }
}

/// The k-th largest of the values (the smallest if there are fewer), by quickselect: the order of the rest is
/// never found out.
private func largestValue(_ k: Int, of values: [Float]) -> Float {
    var rest = values
    var wanted = min(k, values.count)   // 1 means the largest of the rest
    while rest.count > 1 {
        let ends = [rest[0], rest[rest.count / 2], rest[rest.count - 1]].sorted()
        let pivot = ends[1]
        let above = rest.filter { $0 > pivot }
        if wanted <= above.count {
            rest = above
            continue
        }
        let below = rest.filter { $0 < pivot }
        if wanted <= rest.count - below.count { return pivot }
        wanted -= rest.count - below.count
        rest = below
    }
    return rest[0]
}
