import Foundation

/// The sentences of an ablation of the gap, its tables, and its page.
extension GapAblationReport: StudyReport {
    package var kind: String { "latent space" }
    package var title: String { "What closes the gap, the loss or the retrieval?" }
    package var subtitle: String {
        let seeds = analyses.first?.seeds ?? 0
        return "\(models.count) miniature models, \(seeds) seed\(seeds == 1 ? "" : "s")"
    }
    package var warning: String? {
        (analyses.first?.seeds ?? 0) < 3
            ? "So few seeds cannot tell a finding from chance; the default is five." : nil
    }

    package var findings: [String] {
        guard let analysis = analyses.first else { return [] }
        return [answer(analysis), publishedSentence].compactMap(\.self)
    }

    private func answer(_ analysis: FactorAnalysis) -> String {
        let said = analysis.effects.prefix(2).map { effect in
            "\(effect.name == "loss" ? "InfoLOOB in place of InfoNCE" : "Hopfield retrieval") changes the distance by "
                + Self.signed(effect.value) + Self.bracket(effect)
        }.joined(separator: ", ")
        let beyond = analysis.lossBeyondRetrieval
        let models = "in these miniature models (\(analysis.seeds) seed\(analysis.seeds == 1 ? "" : "s"))"
        if analysis.interacts { return Self.dependence(analysis, models) }
        guard let p = beyond.p else {
            return "\(said), \(models). What chance does is not known from one seed."
        }
        let tail =
            " (difference of their sizes \(Self.signed(beyond.value))\(Self.bracket(beyond)), p = "
            + "\(NumberText.pValue(p))); other data and larger models were not trained."
        guard p < 0.05 else {
            return "\(said), \(models). Which of the two does more, these seeds do not tell" + tail
        }
        return "\(said), \(models). \(beyond.value > 0 ? "The loss" : "The retrieval") does more" + tail
    }

    /// Where a mean over both levels of the other factor would hide that they differ.
    private static func dependence(_ analysis: FactorAnalysis, _ models: String) -> String {
        guard let simple = analysis.simpleEffects, let interaction = analysis.effects.last else { return "" }
        func told(_ effect: FactorEffect) -> String {
            signed(effect.value) + bracket(effect)
                + (effect.correctedP.map { ", p = \(NumberText.pValue($0))" } ?? "")
        }
        return "What each change does depends on the other, \(models): interaction \(told(interaction)). InfoLOOB in "
            + "place of InfoNCE changes the distance by \(told(simple[0])) without retrieval and by \(told(simple[1])) "
            + "with it; Hopfield retrieval by \(told(simple[2])) under InfoNCE and by \(told(simple[3])) under "
            + "InfoLOOB. p after Holm, over three effects and over these four; other data and larger models were not "
            + "trained."
    }

    private var publishedSentence: String? {
        guard !published.isEmpty else { return nil }
        let said = published.map { set in
            "\(set.name): \(Self.signed(set.means.loss)) and \(Self.signed(set.means.retrieval))"
        }.joined(separator: "; ")
        return "In the published models, one for each cell and so without a measure of chance, the loss and the "
            + "retrieval change it by: \(said)."
    }

    package var lead: String {
        "CLOOB changes CLIP in two ways: its loss leaves the own partner out of the sum that it is held against "
            + "(InfoLOOB), and it compares not the vectors but what a Hopfield network retrieves for them from the "
            + "batch. Its pictures and texts lie closer together than CLIP's. Here all four combinations are trained "
            + "from the same beginnings on the same pairs, with the scale held at the same number, once for each seed."
    }

    package var caveats: [String] {
        [
            "The models are miniatures of a drawn world, trained for minutes; what they show need not hold for models "
                + "of another size.",
            "Tests rest on the seeds' own changes (Student's t) and take them for normal, which so few cannot show; "
                + "corrected p: Holm over loss, retrieval and interaction, and over the four simple effects.",
            "The sizes of both effects are compared in the directions that these seeds show, which favours neither but "
                + "makes p a little small where an effect is near nothing.",
            "InfoLOOB's slopes are smaller by about the scale, as its authors divide by it; AdamW takes no note of "
                + "that, the clipping of gradients does.",
            "CyCLIP and SigLIP learn their scale, so they differ from the four in that, too.",
        ] + remarks
    }

    package var numbers: [ReportSection] {
        [
            ReportSection("Loss by retrieval", [.table(effectTable)]),
            ReportSection("Beside the published models", [.table(publishedTable)]),
            ReportSection("All objectives", [.table(objectiveTable), .terms(Self.terms)]),
            ReportSection("All models", [.table(modelTable)]),
        ]
    }

    package var facts: [TextTable] { [TextTable.settings(settings), provenance.table].compactMap(\.self) }

    package func pageSections(picturesBelow folder: URL?) -> [PageSection] {
        [
            PageSection("factors", "Loss by retrieval") {
                Tag.figure {
                    Tag.div(["class": "box panels wide", "tabindex": "0"]) {
                        for plot in FactorPlot.all(of: self) { plot.drawing.inline }
                    }
                    Tag.figcaption {
                        "Distance of the mean picture from the mean text. Faint marks are seeds, bold ones their "
                            + "means. Steep lines are the loss's doing, the distance between lines the retrieval's."
                    }
                }
                Tag.figure { effectTable.markup }
            },
            numbers[1].page(id: "published"), numbers[2].page(id: "objectives"),
            PageSection("models", "All models") { PageParts.folded(modelTable) },
        ]
    }

    /// Writes `ablation.html`, `ablation.md` and `ablation.json` into `folder`.
    package func write(to folder: URL) throws {
        try RecordFile.write(self, to: folder.appending(path: "ablation.json"))
        try RecordFile.write(markdown, to: folder.appending(path: "ablation.md"))
        try RecordFile.write(StudyPage(study: self).rendered, to: folder.appending(path: "ablation.html"))
    }

    package var terminal: String {
        let head =
            [title + "\n", TerminalText.safe(subtitle) + "\n"] + (warning.map { [$0 + "\n"] } ?? [])
            + findings.map(TerminalText.paragraph)
        return (head + numbers.dropLast().map(\.terminal) + caveatSections.map(\.terminal)).joined(separator: "\n")
    }

    static func signed(_ value: Double, _ decimals: Int = 3) -> String {
        (value > 0 ? "+" : "") + NumberText.fixed(value, decimals: decimals)
    }

    static func bracket(_ effect: FactorEffect) -> String {
        effect.interval.map { " [\(signed($0.lower)), \(signed($0.upper))]" } ?? ""
    }
}
