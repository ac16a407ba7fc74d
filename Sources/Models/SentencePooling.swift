import Foundation
import SynTensors

/// How a sentence-transformers folder makes one vector of token states: one kind, or several side by side.
package struct SentencePooling: Sendable, Equatable {
    /// In the order in which the library puts them.
    package enum Kind: String, Sendable, CaseIterable {
        /// The first token.
        case cls
        /// The largest value of each channel.
        case max
        case mean
        /// The sum divided by the square root of the number of tokens.
        case meanBySquareRoot = "mean_sqrt_len_tokens"
        /// The mean with weights 1, 2, 3, …
        case weightedMean = "weightedmean"
        /// The last token, an end token included.
        case last = "lasttoken"
    }

    package let kinds: [Kind]
    /// Whether the tokens of a prompt count like the others.
    package let countsPrompt: Bool

    package init(_ kinds: [Kind], countsPrompt: Bool = true) { (self.kinds, self.countsPrompt) = (kinds, countsPrompt) }

    /// Reads `config.json` of a pooling module: `pooling_mode`, or the older versions' one flag for each kind. Nothing
    /// set means the mean.
    init(folder: URL) throws {
        self = try ConfigurationFile.read(Self.self, in: folder)
    }

    /// [batch, hidden · kinds] of states [batch, time, hidden]; padding counts nothing, nor do the first `passed`
    /// tokens.
    func callAsFunction(_ states: Tensor, _ batch: TokenSpans, passing passed: Int = 0) -> Tensor {
        func share(_ value: @escaping (_ length: Int, _ place: Int) -> Float) -> Tensor {
            batch.sum(states) { length, place in place < passed ? 0 : value(length, place) }
        }
        let parts = kinds.map { kind -> Tensor in
            switch kind {
            case .cls: batch.states(states, at: batch.lengths.map { passed < $0 ? passed : 0 })
            case .last: batch.states(states, at: batch.lengths.map { $0 - 1 })
            case .mean: share { length, _ in 1 / Float(length - passed) }
            case .meanBySquareRoot: share { length, _ in 1 / Float(length - passed).squareRoot() }
            // A token's weight is its place in the whole text, also where the prompt before it does not count.
            case .weightedMean:
                share { length, place in
                    Float(2 * (place + 1)) / Float(length * (length + 1) - passed * (passed + 1))
                }
            case .max: batch.largest(states, from: passed)
            }
        }
        return parts.count == 1 ? parts[0] : concatenated(parts, axis: 1)
    }
}

extension SentencePooling: Decodable {
    private enum CodingKeys: String, CodingKey {
        case mode = "pooling_mode"
        case cls = "pooling_mode_cls_token"
        case max = "pooling_mode_max_tokens"
        case mean = "pooling_mode_mean_tokens"
        case meanBySquareRoot = "pooling_mode_mean_sqrt_len_tokens"
        case weightedMean = "pooling_mode_weightedmean_tokens"
        case last = "pooling_mode_lasttoken"
        case countsPrompt = "include_prompt"
    }

    package init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: CodingKeys.self)
        countsPrompt = try file.decodeIfPresent(Bool.self, forKey: .countsPrompt) ?? true
        if file.contains(.mode) {
            let names =
                try (try? file.decode([String].self, forKey: .mode)) ?? [file.decode(String.self, forKey: .mode)]
            kinds = try names.map { name in
                guard let kind = Kind(rawValue: name) else {
                    throw ModelError(
                        "pooling_mode \(name) is not one of \(Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
                }
                return kind
            }
        } else {
            let flags: [(Kind, CodingKeys)] = [
                (.cls, .cls), (.max, .max), (.mean, .mean), (.meanBySquareRoot, .meanBySquareRoot),
                (.weightedMean, .weightedMean), (.last, .last),
            ]
            let set = try flags.filter { try file.decodeIfPresent(Bool.self, forKey: $0.1) ?? false }.map(\.0)
            kinds = set.isEmpty ? [.mean] : set
        }
        guard !kinds.isEmpty else { throw ModelError("pooling_mode is an empty list.") }
    }
}
