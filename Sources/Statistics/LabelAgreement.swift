/// How well labels that were guessed agree with the true ones.
///
/// Follows `accuracy_score`, `f1_score` and `matthews_corrcoef` of scikit-learn, except that what is undefined throws
/// and is not called zero.
package struct LabelAgreement: Sendable {
    /// How often each true label (first index) was guessed as each (second index), in the order of `labels`.
    package let table: [[Int]]
    /// The labels that occur, in ascending order.
    package let labels: [Int]
    package let count: Int

    package init(truth: [Int], guesses: [Int]) throws(StatisticsError) {
        guard truth.count == guesses.count else { throw .unpaired(first: truth.count, second: guesses.count) }
        guard !truth.isEmpty else { throw .tooFew(what: "An agreement of labels", needed: 1, found: 0) }
        let labels = Set(truth).union(guesses).sorted()
        let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
        var table = Array(repeating: Array(repeating: 0, count: labels.count), count: labels.count)
        for (truth, guess) in zip(truth, guesses) { table[places[truth] ?? 0][places[guess] ?? 0] += 1 }
        (self.table, self.labels, count) = (table, labels, truth.count)
    }

    /// The share of guesses that are right: 0...1.
    package var accuracy: Double {
        Double(labels.indices.reduce(0) { $0 + table[$1][$1] }) / Double(count)
    }

    /// The harmonic mean of precision and recall of one label: 0...1. Undefined where it neither occurs nor is guessed.
    package func f1(of label: Int = 1) throws(StatisticsError) -> Double {
        guard let place = labels.firstIndex(of: label) else {
            throw .tooFew(what: "F1 of a label that neither occurs nor is guessed", needed: 1, found: 0)
        }
        let right = table[place][place]
        let occurs = table[place].reduce(0, +)
        let guessed = table.reduce(0) { $0 + $1[place] }
        return 2 * Double(right) / Double(occurs + guessed)
    }

    /// Matthews' correlation (1975), for any number of labels (Gorodkin 2004): -1...1. Undefined where all true labels
    /// or all guesses are the same.
    package func matthews() throws(StatisticsError) -> Double {
        let total = Double(count)
        let right = Double(labels.indices.reduce(0) { $0 + table[$1][$1] })
        let occurs = table.map { Double($0.reduce(0, +)) }
        let guessed = labels.indices.map { place in Double(table.reduce(0) { $0 + $1[place] }) }
        let shared = zip(occurs, guessed).reduce(0.0) { $0 + $1.0 * $1.1 }
        let spreadOfTruth = total * total - occurs.reduce(0.0) { $0 + $1 * $1 }
        let spreadOfGuesses = total * total - guessed.reduce(0.0) { $0 + $1 * $1 }
        guard spreadOfTruth > 0, spreadOfGuesses > 0 else { throw .noVariation(what: "Matthews' correlation") }
        return (right * total - shared) / (spreadOfTruth * spreadOfGuesses).squareRoot()
    }
}
