import SynStatistics

extension InferenceRecord {
    /// The questions one after another, each with its answer and whom it is about.
    var reportSection: ReportSection {
        var parts: [ReportSection.Part] = []
        if !floors.isEmpty {
            parts.append(
                .sentence(
                    "A CLIP-Score of zero means nothing: the judge likes some pictures whatever the caption says. "
                        + "The floor "
                        + "is what the same pictures score with captions of other portraits."))
            parts.append(.table(floorTable))
        }
        if let styles { parts.append(.sentence(Self.sentence(styles, kinds))) }
        if !pairs.isEmpty { parts.append(.table(pairTable)) }
        if let kinds { parts.append(.table(Self.varianceTable(kinds))) }
        return ReportSection("What the scores say, and about whom", parts)
    }

    private static func sentence(_ styles: Pair, _ kinds: Kinds?) -> String {
        let these =
            "These encoders, on these captions: \(styles.a) minus \(styles.b) \(text(styles.difference)) points "
            + "(95 % \(text(styles.interval)), p \(NumberText.pValue(styles.p)); paired by caption, clustered by "
            + "\(styles.portraits) portraits)."
        guard let kinds else {
            return these + " About other encoders of these styles nothing can be said: a style has fewer than two here."
        }
        return these + " Other encoders of these styles: \(text(kinds.difference)) points "
            + "(95 % \(text(kinds.interval)), p \(NumberText.pValue(kinds.p)), "
            + "\(NumberText.significant(kinds.degreesOfFreedom, digits: 2)) degrees of freedom; a mixed model of "
            + "\(kinds.encoders) encoders, their seeds, and portraits)."
    }

    private var floorTable: TextTable {
        TextTable(
            "Own captions against those of other portraits",
            columns: [
                .init("Encoder"), .init("Seed", .right), .init("Own", .right), .init("Others'", .right),
                .init("Difference, 95 %", .right), .init("p", .right),
            ],
            rows: floors.map {
                [
                    $0.encoder, String($0.seed), Self.text($0.clipScore), Self.text($0.shuffled),
                    "\(Self.text($0.difference)) (\(Self.text($0.interval)))", NumberText.pValue($0.p),
                ]
            },
            notes: [
                "Intervals by resampling portraits; p: how often captions dealt out at random score as well. Each seed "
                    + "is tested by itself."
            ])
    }

    private var pairTable: TextTable {
        TextTable(
            "Pairs of encoders on the same captions",
            columns: [
                .init("Encoders"), .init("Difference, 95 %", .right), .init("p", .right), .init("p (Holm)", .right),
            ],
            rows: pairs.map {
                [
                    "\($0.a) − \($0.b)", "\(Self.text($0.difference)) (\(Self.text($0.interval)))",
                    NumberText.pValue($0.p), $0.pHolm.map(NumberText.pValue) ?? "",
                ]
            },
            notes: ["About these encoders only. Seeds are averaged; portraits are resampled whole."])
    }

    private static func varianceTable(_ kinds: Kinds) -> TextTable {
        let whole = kinds.variances.reduce(0) { $0 + $1.variance }
        return TextTable(
            "Where scores vary",
            columns: [.init("Between"), .init("Variance", .right), .init("Share", .right)],
            rows: kinds.variances.map {
                [
                    $0.name == "picture" ? "pictures of the same caption" : "\($0.name)s", text($0.variance),
                    NumberText.fixed(100 * $0.variance / max(whole, .leastNonzeroMagnitude), decimals: 0) + " %",
                ]
            },
            notes: ["Styles are taken out. A share of 0 % is less than this many can tell from none."])
    }

    private static func text(_ value: Double) -> String { NumberText.fixed(value, decimals: 2) }

    private static func text(_ interval: Interval) -> String { "\(text(interval.lower)) to \(text(interval.upper))" }
}
