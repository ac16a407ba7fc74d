import SynStatistics

extension ProbeReport {
    /// The published comparison of styles and the better ones, faces of no caption left out; nil where there is only
    /// one style or a score that is no number.
    package static func significance(_ scores: [ScoreRecord]) throws -> SignificanceRecord? {
        let scores = scores.filter { $0.style != .noCaption }
        guard Set(scores.map(\.style)).count > 1, scores.allSatisfy(\.clipScore.isFinite) else { return nil }
        let observations = scores.map {
            Observation(group: $0.style.name, encoder: $0.encoder, seed: Int(clamping: $0.seed), score: $0.clipScore)
        }
        return try SignificanceStudy(observations, source: "CLIP-Score of every encoder and seed").record()
    }
}

extension SignificanceRecord {
    /// The record told as sections: what must be known first, the groups, each comparison by every test, and the
    /// question each test answers.
    package var reportSections: [ReportSection] {
        var parts: [ReportSection.Part] = warnings.map { .warning($0.message) }
        parts.append(.table(groupTable))
        for comparison in comparisons {
            parts.append(.table(Self.testTable(comparison)))
            if !comparison.effects.isEmpty { parts.append(.table(Self.effectTable(comparison))) }
        }
        if !comparisons.isEmpty {
            parts.append(
                .sentence(
                    (hasEquivalence
                        ? "All tests but those of equivalence are two-sided. " : "All tests are two-sided. ")
                        + "\(correction) Each test answers one question and no other:"))
            parts.append(.terms(questions))
        }
        return [ReportSection("Do the groups differ?", parts)]
    }

    private var hasEquivalence: Bool { comparisons.contains { $0.tests.contains { $0.name.isOfEquivalence } } }

    private var groupTable: TextTable {
        TextTable(
            "Groups",
            columns: [
                .init("Group"), .init("Scores", .right), .init("Mean ± sd", .right), .init("95 % by score", .right),
                .init("Encoders", .right), .init("Mean ± sd over encoders", .right),
                .init("95 % by encoder", .right),
            ],
            rows: groups.map { group in
                [
                    group.group, String(group.n),
                    NumberText.plusMinus(group.mean, group.deviation, decimals: 3), Self.text(group.interval),
                    group.encoders.map { String($0.count) } ?? "unknown",
                    group.meanOverEncoders.map {
                        NumberText.plusMinus($0, group.deviationOverEncoders, decimals: 3)
                    } ?? "",
                    Self.text(group.intervalOverEncoders),
                ]
            },
            notes: [
                "An interval by score takes every seed as independent; an interval by encoder counts each encoder "
                    + "once, as its mean over seeds. An empty cell: too few to say."
            ]
        ).withoutEmptyColumns
    }

    private static func testTable(_ comparison: ComparisonRecord) -> TextTable {
        var notes = comparison.tests.compactMap { test in test.unavailable.map { "\(capitalised(test.title)): \($0)" } }
        notes += comparison.tests.compactMap { test in
            test.smallestP.map {
                "\(capitalised(test.title)): no p below \(NumberText.pValue($0)) is possible with "
                    + (test.method == PermutationTest.Method.monteCarlo.rawValue
                        ? "\(test.assignments ?? 0) random assignments." : "so many units (exact).")
            }
        }
        notes += comparison.tests.compactMap(equivalenceNote)
        return TextTable(
            "\(comparison.a) − \(comparison.b): difference of means "
                + NumberText.fixed(comparison.difference, decimals: 3),
            columns: [
                .init("Test"), .init("Unit"), .init("n", .right), .init("Difference, 95 %", .right),
                .init("T or U", .right), .init("dof", .right), .init("p", .right), .init("p (Holm)", .right),
            ],
            rows: comparison.tests.map { test in
                [
                    capitalised(test.title), test.unit.rawValue, "\(test.countA) vs \(test.countB)",
                    text(test.interval),
                    (test.t ?? test.u).map { NumberText.fixed($0, decimals: 2) } ?? "",
                    test.degreesOfFreedom.map {
                        $0 < 1e4 ? NumberText.significant($0, digits: 4) : NumberText.fixed($0, decimals: 0)
                    } ?? "",
                    test.p.map(NumberText.pValue) ?? "undefined", test.pHolm.map(NumberText.pValue) ?? "",
                ]
            },
            notes: notes
        ).withoutEmptyColumns
    }

    /// What a test of equivalence found: whether the 90 % interval lies within the margin.
    private static func equivalenceNote(_ test: TestRecord) -> String? {
        guard let margin = test.margin, let interval = test.interval90 else { return nil }
        let reach = "±\(NumberText.significant(margin, digits: 6))"
        let isInside = -margin < interval.lower && interval.upper < margin
        return "\(capitalised(test.title)): the 90 % interval \(text(interval)) "
            + (isInside
                ? "lies within \(reach), so a difference as large as that is ruled out at the level 0.05."
                : "does not lie within \(reach), so a difference as large as that is not ruled out.")
    }

    private static func effectTable(_ comparison: ComparisonRecord) -> TextTable {
        TextTable(
            "\(comparison.a) − \(comparison.b): size of the effect",
            columns: [
                .init("Unit"), .init("Cohen's d", .right), .init("95 %", .right), .init("Hedges' g", .right),
                .init("95 %", .right),
            ],
            rows: comparison.effects.map { effect in
                [
                    effect.unit.rawValue, effect.cohenD.map { NumberText.fixed($0, decimals: 2) } ?? "undefined",
                    text(effect.cohenDInterval, decimals: 2),
                    effect.hedgesG.map { NumberText.fixed($0, decimals: 2) } ?? "undefined",
                    text(effect.hedgesGInterval, decimals: 2),
                ]
            },
            notes: comparison.effects.compactMap { effect in
                effect.unavailable.map { "By \(effect.unit.rawValue): \($0)" }
            }
        ).withoutEmptyColumns
    }

    /// Every test that was made, once, with its question.
    private var questions: [ReportSection.Term] {
        let made = Set(comparisons.flatMap { $0.tests.map(\.name) })
        return SignificanceTest.allCases.filter(made.contains).map {
            ReportSection.Term(Self.capitalised($0.title), $0.question)
        }
    }

    private static func capitalised(_ title: String) -> String {
        title.prefix(1).uppercased() + title.dropFirst()
    }

    private static func text(_ interval: Interval?, decimals: Int = 3) -> String {
        interval.map {
            "\(NumberText.fixed($0.lower, decimals: decimals)) to \(NumberText.fixed($0.upper, decimals: decimals))"
        } ?? ""
    }
}
