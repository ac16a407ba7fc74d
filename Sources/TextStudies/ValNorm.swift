import SynStatistics
import SynTensors

/// ValNorm (Toney and Caliskan 2021): how well the valence a word takes from an encoder agrees with what people say.
///
/// A word's valence is its single-category association: (mean cosine with 25 pleasant words − mean cosine with 25
/// unpleasant words) / the population deviation of all 50 cosines. Pearson's r with people's ratings is the score.
package enum ValNorm {
    package static let pleasant = [
        "caress", "cheer", "diamond", "diploma", "family", "freedom", "friend", "gentle", "gift", "happy", "health",
        "heaven", "honest", "honor", "laughter", "love", "loyal", "lucky", "miracle", "paradise", "peace", "pleasure",
        "rainbow", "sunrise", "vacation",
    ]
    package static let unpleasant = [
        "abuse", "accident", "agony", "assault", "cancer", "crash", "death", "disaster", "divorce", "filth", "grief",
        "hatred", "jail", "kill", "murder", "poison", "pollute", "poverty", "prison", "rotten", "sickness", "stink",
        "tragedy", "ugly", "vomit",
    ]

    /// The association, rounded like a cosine, of each row of `words` with the two sets of rows of the same vectors;
    /// nil where a vector has no direction or a word is equally near to all 50.
    package static func associations(
        _ vectors: Tensor, words: [Int], pleasant: [Int], unpleasant: [Int]
    ) -> [Double]? {
        guard let units = Cosines.units(DoubleMatrix(vectors)) else { return nil }
        let width = units.columns
        func row(_ place: Int) -> ArraySlice<Double> { units.values[place * width..<(place + 1) * width] }
        let attributes = DoubleMatrix(
            (pleasant + unpleasant).flatMap(row), rows: pleasant.count + unpleasant.count, columns: width)
        let targets = DoubleMatrix(words.flatMap(row), rows: words.count, columns: width)
        let cosines = targets.times(attributes, .transposed)   // [words, attributes]
        var associations: [Double] = []
        for word in words.indices {
            let all = (0..<attributes.rows).map { cosines[word, $0] }
            guard let whole = try? Descriptives(all), let good = try? Descriptives(Array(all.prefix(pleasant.count))),
                let bad = try? Descriptives(Array(all.suffix(unpleasant.count))),
                whole.populationDeviation > LayerCorrelation.noise
            else { return nil }
            associations.append(((good.mean - bad.mean) / whole.populationDeviation * 0x1p40).rounded() * 0x1p-40)
        }
        return associations
    }
}
