import SynStatistics

/// The first sentences of a probe's report, made from what was found: how many encoders steer the pictures at all,
/// whether the styles differ among these encoders and among others of their kind, how surely, and what it would take
/// to know more. Only what a test said yes to is said; everything else is said to be open.
struct ProbeAnswer {
    /// Whether encoders steer the pictures, and whether the styles differ; nil where neither was measured.
    let headline: String?
    /// What it would take to know more, and what other measures find.
    let details: [String]

    /// - Parameters:
    ///   - outcome: the one that was named beforehand.
    ///   - others: what was measured beside it.
    init(_ outcome: InferenceRecord.Outcome, beside others: [InferenceRecord.Outcome] = [], level: Double = 0.05) {
        let answer = [Self.steering(outcome, level), Self.styles(outcome, level)].compactMap(\.self)
        headline = answer.isEmpty ? nil : answer.joined(separator: " ")
        details = [Self.more(outcome, level), Self.beside(others, level)].compactMap(\.self)
    }

    /// Which encoders are above no caption by other measures; nil where none is.
    private static func beside(_ others: [InferenceRecord.Outcome], _ level: Double) -> String? {
        let found = others.compactMap { outcome in
            let better = Self.better(outcome, level)
            return better.isEmpty
                ? nil : "by \(amidASentence(outcome.name)) \(StyleVerdict.listed(better.map(\.encoder)))"
        }
        return found.isEmpty
            ? nil
            : "Measured beside it, above the decoder without a caption (Holm's p below .05): "
                + "\(found.joined(separator: "; "))."
    }

    /// "bits saved", but "CLIP-Score".
    private static func amidASentence(_ name: String) -> String {
        name.dropFirst().first?.isLowercase == true ? name.prefix(1).lowercased() + name.dropFirst() : name
    }

    private static func better(_ outcome: InferenceRecord.Outcome, _ level: Double) -> [InferenceRecord.Level] {
        outcome.above.filter { !$0.style.isBaseline && ($0.pHolm ?? $0.p) < level && $0.difference > 0 }
    }

    /// Which encoders' captions change the pictures for the better.
    private static func steering(_ outcome: InferenceRecord.Outcome, _ level: Double) -> String? {
        let real = outcome.above.filter { !$0.style.isBaseline }
        guard !real.isEmpty else { return nil }
        let better = better(outcome, level)
        let worse = real.filter { ($0.pHolm ?? $0.p) < level && $0.difference < 0 }
        let measure = "\(outcome.name), Holm's p below .05"
        var sentence =
            better.isEmpty
            ? "No encoder's captions are shown to steer the pictures: none is above the decoder without a caption "
                + "(\(measure))."
            : "The captions of \(better.count == real.count ? "all" : "\(better.count) of") \(real.count) encoders "
                + "steer the pictures: above the decoder without a caption (\(measure))"
                + (better.count == real.count ? "." : " are \(StyleVerdict.listed(better.map(\.encoder))).")
        if !worse.isEmpty { sentence += " Below it: \(StyleVerdict.listed(worse.map(\.encoder)))." }
        return sentence
    }

    private static func styles(_ outcome: InferenceRecord.Outcome, _ level: Double) -> String? {
        guard let styles = outcome.styles else { return nil }
        let (higher, lower) = styles.difference >= 0 ? (styles.a, styles.b) : (styles.b, styles.a)
        let size = figures(styles.difference, styles.interval, styles.p, outcome.unit)
        let these =
            styles.p < level
            ? "Of these encoders the \(higher) ones score higher than the \(lower) ones on these captions: \(size)."
            : "Between the styles of these encoders no clear difference was found on these captions: "
                + "\(direction(styles.difference, styles.a, styles.b)) \(size)."
        guard let kinds = outcome.kinds else {
            return these + " For other encoders of these styles nothing can be said."
        }
        let sure =
            direction(kinds.difference, kinds.a, kinds.b)
            + " \(figures(kinds.difference, kinds.interval, kinds.p, outcome.unit))"
        let way = (kinds.difference >= 0) == (styles.difference >= 0) ? "the same way" : "the other way"
        return these
            + (kinds.p < level
                ? " Other encoders of these styles should differ \(way): \(sure), with the encoder as the unit."
                : " Whether other encoders of these styles differ is open: \(sure), with the encoder as the unit.")
    }

    /// What would settle what is open.
    private static func more(_ outcome: InferenceRecord.Outcome, _ level: Double) -> String? {
        guard let kinds = outcome.kinds, kinds.p >= level, kinds.difference != 0 else { return nil }
        // Seeds and captions as they were: the error itself tells what they add to a mean of encoders.
        let each = kinds.standardError * kinds.standardError * Double(kinds.encoders) / 4
        let design = DesignPower(
            .init(encoder: max(each, .leastNonzeroMagnitude), seed: 0, picture: 0), encoders: kinds.encoders / 2,
            seeds: 1,
            captions: 1)
        guard let needed = design.encodersNeeded(for: kinds.difference) else {
            return
                "If the difference is as large as it looks, a thousand encoders a style would not be enough to show it."
        }
        return
            "If the difference is as large as it looks, about \(needed) encoders a style would show it four times "
            + "in five."
    }

    /// "CLIP-style minus BERT-style", from the higher to the lower.
    private static func direction(_ difference: Double, _ a: String, _ b: String) -> String {
        difference >= 0 ? "\(a) minus \(b)" : "\(b) minus \(a)"
    }

    /// "4.64 points (95 % 2.32 to 6.97, p < .001)", from the higher to the lower.
    private static func figures(_ difference: Double, _ interval: Interval, _ p: Double, _ unit: String) -> String {
        "\(StyleVerdict.points(abs(difference))) \(unit) (95 % \(StyleVerdict.sure(difference, interval, p: p)))"
    }
}
