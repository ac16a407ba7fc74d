/// Every pair of encoders and every seed's floor for other programs; the tables show a selection where there are many.
extension InferenceRecord {
    /// One line per measure and pair of encoders: `pairs.csv`.
    package var pairsCSV: String {
        CSV.text(
            heading: ["measure", "a", "b", "difference", "low", "high", "p", "p_holm", "captions", "portraits"],
            rows: outcomes.flatMap { outcome in
                outcome.pairs.map { pair -> [CSV.Field] in
                    [
                        .text(outcome.name), .text(pair.a), .text(pair.b), .number(pair.difference),
                        .number(pair.interval.lower), .number(pair.interval.upper), .number(pair.p),
                        .optional(pair.pHolm), .count(pair.captions), .count(pair.portraits),
                    ]
                }
            })
    }

    /// One line per encoder and seed: `floors.csv`.
    package var floorsCSV: String {
        CSV.text(
            heading: ["encoder", "style", "seed", "clip_score", "shuffled", "difference", "low", "high", "p"],
            rows: floors.map {
                [
                    .text($0.encoder), .text($0.style.rawValue), .integer($0.seed), .number($0.clipScore),
                    .number($0.shuffled), .number($0.difference), .number($0.interval.lower),
                    .number($0.interval.upper), .number($0.p),
                ]
            })
    }
}
