/// Upper limits of what encoders, and seeds of an encoder, differ by within a style, from the mean score of every
/// encoder and seed.
///
/// A variance of few encoders is hardly known, and often estimated as nothing; a design that is planned with the
/// estimate promises too much half of the time. Browne (1995) plans with a one-sided upper limit of 80 %. The limits
/// here are those of mean squares, df · MS / χ²(1 − confidence, df), less what is below them (after Tukey 1951 and
/// Williams 1962): exact for a balanced design but for the estimate that is taken away.
package struct VarianceBounds: Sendable, Equatable {
    package let confidence: Double
    /// σ²_encoder, at most so much with this confidence.
    package let encoder: Double
    /// σ²_seed; nil where no encoder has two seeds.
    package let seed: Double?
    /// Of the encoders' mean square: encoders less styles.
    package let encoderFreedom: Int
    package let seedFreedom: Int

    /// - Parameters:
    ///   - styles: of each style its encoders, of each encoder the mean scores of its seeds.
    ///   - noise: the variance that a seed's mean has from its pictures alone.
    ///   - confidence: that the true variance is no larger.
    /// - Returns: nil where no style has two encoders.
    package init?(_ styles: [[[Double]]], noise: Double, confidence: Double = 0.8) {
        let encoders = styles.map { $0.filter { !$0.isEmpty } }.filter { !$0.isEmpty }
        let all = encoders.flatMap(\.self)
        let (df, seedDF) = (all.count - encoders.count, all.reduce(0) { $0 + $1.count - 1 })
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        func squares(_ values: [Double]) -> Double {
            let middle = mean(values)
            return values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
        }
        func limit(_ sum: Double, _ df: Int) -> Double? {
            (try? ChiSquareDistribution(degreesOfFreedom: Double(df)))?.quantile(1 - confidence).map { sum / $0 }
        }
        guard let top = limit(encoders.reduce(0) { $0 + squares($1.map(mean)) }, df) else { return nil }
        // What a mean of an encoder's seeds has from seeds and pictures.
        let within = all.reduce(0) { $0 + squares($1) }
        let ofSeed = seedDF > 0 ? max(within / Double(seedDF), noise) : noise
        let repeats = Double(all.count) / all.reduce(0) { $0 + 1 / Double($1.count) }   // harmonic mean
        encoder = max(0, top - ofSeed / repeats)
        seed = limit(within, seedDF).map { max(0, $0 - noise) }
        (self.confidence, encoderFreedom, seedFreedom) = (confidence, df, seedDF)
    }
}
