import SynReports
import SynRuns
import SynStatistics

/// What a probe with given settings could find, before it is run: from the variances that a finished run measured.
package struct ProbePower: Encodable {
    package struct Line: Encodable {
        package let design: String
        package let encoders: Int
        package let seeds: Int
        package let captions: Int
        package let inference: String
        /// The difference of styles that is found four times in five; nil where no test can be made.
        package let detectable: Double?
        /// The probability of finding the run's own difference, or the one that was asked for.
        package let power: Double
        /// The same if variances are what the run estimated, and no larger.
        package let powerAtEstimates: Double

        private enum CodingKeys: String, CodingKey {
            case design, encoders, seeds, captions, inference
            case detectable = "detectable_at_80_percent"
            case power
            case powerAtEstimates = "power_at_estimated_variances"
        }
    }

    package let outcome: String
    package let unit: String
    package let difference: Double
    /// As the run's mixed model estimated them.
    package let variances: [InferenceRecord.Kinds.Share]
    /// Their upper limits, with which everything but ``Line/powerAtEstimates`` is computed. Of a run with one seed
    /// there is none for seeds: what they add is within the encoders'.
    package let limits: [InferenceRecord.Kinds.Share]
    /// That the true variance is no larger than its limit; nil where there are no limits.
    package let confidence: Double?
    package let lines: [Line]
    /// The fewest encoders a style with which the difference is found four times in five, with the settings' seeds and
    /// captions; nil where a thousand are too few.
    package let encodersNeeded: Int?

    private enum CodingKeys: String, CodingKey {
        case outcome, unit, difference, variances, confidence, lines
        case limits = "variances_at_most"
        case encodersNeeded = "encoders_needed"
    }

    /// - Parameters:
    ///   - settings: the design: encoders of each style, seeds, captions and pictures of each.
    ///   - report: of a finished run whose variances are taken, with its name.
    ///   - difference: of styles, to be found; nil for what the run found.
    package init(_ settings: ProbeSettings, from report: ProbeReport, named name: String, difference: Double?) throws {
        guard let outcome = report.inference?.primary, let kinds = outcome.kinds else {
            throw UserError(
                .badData,
                "\(name) has no variances: its report needs at least two encoders of each style, with the scores of "
                    + "every picture")
        }
        func variance(_ name: String) -> Double { kinds.variances.first { $0.name == name }?.variance ?? 0 }
        let estimates = DesignPower.Variances(
            encoder: variance("encoder"), seed: variance("seed"), picture: variance("picture"))
        let bounds = Self.bounds(report, outcome.name, estimates)
        let variances = DesignPower.Variances(
            encoder: max(bounds?.encoder ?? 0, estimates.encoder),
            seed: max(bounds?.seed ?? 0, estimates.seed), picture: estimates.picture)
        let bert = settings.encoders.count { $0.style == .bert }
        let clip = settings.encoders.count { $0.style == .clip }
        guard min(bert, clip) > 0 else {
            throw UserError(
                .settings,
                "the settings have \(bert) BERT-style and \(clip) CLIP-style encoders; a "
                    + "comparison of styles needs some of both")
        }
        let captions = settings.sampling.captions ?? 10 * (settings.data.test ?? settings.data.validation)
        let wanted = abs(difference ?? kinds.difference)
        let own = DesignPower(
            variances, encoders: min(bert, clip), seeds: settings.seeds.count, captions: captions,
            pictures: settings.sampling.imagesPerCaption)
        var designs: [(String, DesignPower)] = [("as the settings have it", own)]
        for count in [2, 4, 8, 16] where count != own.encoders {
            var other = own
            other.encoders = count
            designs.append(("\(count) encoders a style", other))
        }
        var more = own
        more.captions *= 4
        designs.append(("four times the captions", more))
        lines = designs.flatMap { title, design in
            DesignPower.Inference.allCases.map { inference in
                let least = design.detectable(inference)
                var hopeful = design
                hopeful.variances = estimates
                return Line(
                    design: title, encoders: design.encoders, seeds: design.seeds, captions: design.captions,
                    inference: inference.rawValue, detectable: least.isFinite ? least : nil,
                    power: design.power(at: wanted, inference),
                    powerAtEstimates: hopeful.power(at: wanted, inference))
            }
        }
        (self.outcome, unit, self.difference) = (outcome.name, outcome.unit, wanted)
        self.variances = kinds.variances
        confidence = bounds?.confidence
        limits = [
            bounds.map { _ in .init(name: "encoder", variance: variances.encoder) },
            bounds?.seed.map { _ in .init(name: "seed", variance: variances.seed) },
        ].compactMap(\.self)
        encodersNeeded = own.encodersNeeded(for: wanted)
    }

    /// Upper limits from the mean scores of encoders and seeds; nil where the report has no means of this outcome.
    private static func bounds(
        _ report: ProbeReport, _ outcome: String, _ variances: DesignPower.Variances
    ) -> VarianceBounds? {
        func value(_ score: ScoreRecord) -> Double? {
            switch outcome {
            case "CLIP-Score": score.clipScore
            case "Bits saved": score.bitsSaved
            case "Second judge": score.secondClipScore
            case "Attributes": score.attributeScore.map { 100 * $0 }
            default: nil
            }
        }
        let encoders = EncoderSummary.of(report.scores)
        let styles = [EncoderStyle.bert, .clip].map { style in
            encoders.filter { $0.style == style }.map { $0.scores.compactMap(value).filter(\.isFinite) }
        }
        let pictures = Double(report.scores.map(\.n).max() ?? 1)
        return VarianceBounds(styles, noise: variances.picture / max(pictures, 1))
    }

    /// Which variances the table is computed with.
    private var howSure: String {
        guard let confidence else {
            return "The run has no means to take upper limits of its variances from, so they are taken as estimated, "
                + "which promises too much half of the time."
        }
        let told = limits.map { "\($0.name) \(NumberText.fixed($0.variance, decimals: 2))" }.joined(separator: ", ")
        let ofSeeds =
            limits.count > 1
            ? "" : " The run has one seed of each encoder: what seeds add is within what encoders differ by."
        return
            "Computed with upper limits of the variances between encoders and between seeds, \(told): the true ones "
            + "are no larger with \(NumberText.percent(confidence, decimals: 0)) confidence "
            + "(χ² limits of mean squares)." + ofSeeds
            + " Variances of few encoders are hardly known and often estimated as nothing, so the last column, "
            + "which takes the estimates, promises too much half of the time."
    }

    package var section: ReportSection {
        let table = TextTable(
            "",
            columns: [
                .init("Design"), .init("About"), .init("Found 4 times in 5", .right), .init("Power", .right),
                .init("Power at estimates", .right),
            ],
            rows: lines.map {
                [
                    $0.design, $0.inference, $0.detectable.map { NumberText.fixed($0, decimals: 2) } ?? "no test",
                    NumberText.percent($0.power, decimals: 0), NumberText.percent($0.powerAtEstimates, decimals: 0),
                ]
            },
            notes: [
                "Power: how often a difference of \(NumberText.fixed(difference, decimals: 2)) \(unit) would be found, "
                    + "two-sided at .05.",
                howSure,
                "Variances as the run estimated them, \(outcome): "
                    + variances.map { "\($0.name) \(NumberText.fixed($0.variance, decimals: 2))" }
                    .joined(separator: ", ") + ".",
            ])
        let need =
            encodersNeeded.map {
                "With these seeds and captions, \($0) encoders a style are needed to find it four times in five."
            }
            ?? "With these seeds and captions, a thousand encoders a style are too few to find it four times in five."
        return ReportSection("What this design can find", [.table(table), .sentence(need)])
    }
}
