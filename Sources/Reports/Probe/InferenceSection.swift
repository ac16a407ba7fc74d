import SynStatistics

extension InferenceRecord {
    /// The questions one after another, each with its answer and whom it is about.
    var reportSections: [ReportSection] {
        var sections: [ReportSection] = []
        if let primary { sections.append(ReportSection("What the scores say, and about whom", Self.parts(primary))) }
        if !floors.isEmpty {
            sections.append(
                ReportSection(
                    "Own captions against those of other portraits",
                    [
                        .sentence(
                            "A CLIP-Score of zero means nothing: the judge likes some pictures whatever the caption "
                                + "says. What the same pictures score with captions of other portraits is their floor."
                        ), .table(floorTable),
                    ]))
        }
        let others = outcomes.filter { $0 != primary }
        if !others.isEmpty {
            sections.append(
                ReportSection(
                    "The same by other measures",
                    [.sentence(Self.others(others, beside: primary))] + others.flatMap { Self.shortParts($0) }))
        }
        return sections
    }

    private static func parts(_ outcome: Outcome) -> [ReportSection.Part] {
        var parts = shortParts(outcome)
        if !outcome.pairs.isEmpty { parts.append(.table(pairTable(outcome))) }
        if let kinds = outcome.kinds { parts.append(.table(varianceTable(kinds))) }
        return parts
    }

    private static func shortParts(_ outcome: Outcome) -> [ReportSection.Part] {
        var parts: [ReportSection.Part] = []
        if !outcome.above.isEmpty { parts.append(.table(levelTable(outcome))) }
        if let styles = outcome.styles { parts.append(.sentence(sentence(outcome, styles))) }
        return parts
    }

    private static func others(_ outcomes: [Outcome], beside primary: Outcome?) -> String {
        let names = StyleVerdict.listed(outcomes.map { "\($0.name) (\($0.unit))" })
        return
            "\(primary?.name ?? "One measure") was named beforehand as the one to judge by. Measured beside it: "
            + "\(names). "
            + "What they agree on does not hang on one judge."
    }

    private static func sentence(_ outcome: Outcome, _ styles: Pair) -> String {
        let these =
            "\(outcome.name), these encoders on these captions: \(styles.a) minus \(styles.b) "
            + "\(text(styles.difference)) \(outcome.unit) "
            + "(95 % \(text(styles.interval)), p \(NumberText.pValue(styles.p)); paired by caption, clustered by "
            + "\(styles.portraits) portraits)."
        guard let kinds = outcome.kinds else {
            return these + " About other encoders of these styles nothing can be said: a style has fewer than two here."
        }
        return these + " Other encoders of these styles: \(text(kinds.difference)) \(outcome.unit) "
            + "(95 % \(text(kinds.interval)), p \(NumberText.pValue(kinds.p)), "
            + "\(NumberText.significant(kinds.degreesOfFreedom, digits: 2)) degrees of freedom; a mixed model of "
            + "\(kinds.encoders) encoders, their seeds, and portraits)."
    }

    // MARK: Tables

    private static func levelTable(_ outcome: Outcome) -> TextTable {
        TextTable(
            "\(outcome.name): encoders above the decoder without a caption",
            columns: [
                .init("Encoder"), .init("Style"), .init(outcome.name, .right), .init("Above no caption, 95 %", .right),
                .init("p", .right), .init("p (Holm)", .right), .init("Way to reconstructions, 95 %", .right),
            ],
            rows: outcome.above.map { level in
                [
                    level.encoder, level.style.name, text(level.mean),
                    difference(level.difference, level.interval), NumberText.pValue(level.p),
                    level.pHolm.map(NumberText.pValue) ?? "", way(level),
                ]
            },
            notes: [
                "About these encoders, on these captions: seeds are averaged, portraits resampled whole."
                    + (outcome.above.contains { $0.way != nil }
                        ? " 0 % of the way is no caption, 100\u{A0}% the real pictures after the VQGAN." : "")
            ]
        ).withoutEmptyColumns
    }

    private static func way(_ level: Level) -> String {
        guard let way = level.way else { return "" }
        let share = NumberText.percent(way, decimals: 0)
        guard let interval = level.wayInterval else { return share }
        return share + " (\(NumberText.percent(interval.lower, decimals: 0)) to "
            + "\(NumberText.percent(interval.upper, decimals: 0)))"
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

    static func text(_ value: Double) -> String { NumberText.fixed(value, decimals: 2) }

    /// "2.28 (−0.65 to 5.22)"
    static func difference(_ value: Double, _ interval: Interval) -> String { "\(text(value)) (\(text(interval)))" }

    private static func text(_ interval: Interval) -> String { "\(text(interval.lower)) to \(text(interval.upper))" }
}
