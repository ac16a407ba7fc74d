import Foundation

/// The sentences of a report: what was asked, what was found, what it does not show.
extension ProbeReport: StudyReport {
    package var kind: String { "text-to-image probe" }
    package var warning: String? { partial ? Self.partialNote : nil }
    package var facts: [TextTable] { [settingsTable, provenanceTable].compactMap(\.self) }

    package func pageSections(picturesBelow folder: URL?) -> [PageSection] {
        ProbePage(self, picturesBelow: folder).sections
    }

    /// One paragraph for the top of every rendering.
    package var lead: String {
        "Each caption went through a frozen text encoder; one trained linear layer handed its vector to a frozen "
            + "picture decoder, which never saw text. If the pictures match the captions, the encoder's vectors "
            + "already knew how the things described look. This compares encoders under one decoder, one judge and "
            + "one set of captions. It does not rank them as language models, and the seeds of one encoder show how "
            + "repeatable its score is, not what other encoders of its style would reach."
    }

    /// The answer in a few sentences, then what it would take to know more, what other measures say, and what scores
    /// are to be measured by; empty without scores.
    package var findings: [String] {
        if let inference, let outcome = inference.primary {
            let answer = ProbeAnswer(outcome, beside: inference.outcomes.filter { $0 != outcome })
            if let headline = answer.headline { return [headline] + answer.details + [scale].compactMap(\.self) }
        }
        guard let verdict = StyleVerdict(scores) else { return [] }
        return [verdict.sentence] + [scale].compactMap(\.self)
    }

    /// What the scores are to be measured by.
    private var scale: String? {
        let floor = EncoderSummary.of(scores).baseline.map {
            ($0.style == .random ? "the random baseline scores " : "pictures of no caption score ")
                + StyleVerdict.points($0.clipScore)
        }
        let drawn = groundTruth?.reconstruction.map {
            "the VQGAN's reconstructions \(StyleVerdict.points($0.clipScore))"
        }
        let real = groundTruth.map { "real pairs \(StyleVerdict.points($0.clipScore))" }
        let frame = StyleVerdict.listed([floor, drawn, real].compactMap { $0 })
        let measure = inference?.primary.map { $0.name == "CLIP-Score" ? "" : ", in CLIP-Score" } ?? ""
        return frame.isEmpty ? nil : "For scale\(measure): \(frame)."
    }

    /// "portraits-64 · 5 encoders · 3 seeds each".
    package var subtitle: String {
        let encoders = EncoderSummary.of(scores)
        let seeds = Set(encoders.map(\.scores.count)).sorted()
        var parts = [dataset]
        if !encoders.isEmpty { parts.append(encoders.count == 1 ? "1 encoder" : "\(encoders.count) encoders") }
        if let least = seeds.first, let most = seeds.last {
            parts.append(least == most ? ScorePlot.seeds(least) + " each" : "\(least) to \(most) seeds")
        }
        return parts.joined(separator: " · ")
    }

    /// Which seed drew the pictures and how their captions were chosen.
    var galleryOrigin: String {
        let seeds = Set(gallery.flatMap { $0.pictures.map(\.seed) }).sorted().map(String.init)
        let drawn =
            seeds.count == 1
            ? "All are drawn with seed \(seeds[0]). "
            : seeds.isEmpty ? "" : "Drawn with seeds \(StyleVerdict.listed(seeds)). "
        return drawn + (galleryChoice.map { $0 + " " } ?? "")
    }

    static let partialNote =
        "Only part of the captions was used (--limit): these are not the numbers of the whole experiment."

    package var numbers: [ReportSection] {
        var all: [ReportSection] = []
        if !scores.isEmpty {
            let tables = [scoreTable.untitled, qualityTable, learningRateTable].compactMap { $0 }
            all.append(ReportSection("Scores", tables.map { .table($0) }))
        }
        all += studySections
        if let table = ablationTable { all.append(ReportSection("Stronger steering", [.table(table.untitled)])) }
        return all
    }

    /// What can be concluded, the significance tests as published, then whatever else the study has to say.
    var studySections: [ReportSection] {
        (inference?.reportSections ?? []) + (significance?.reportSections ?? []) + sections
    }

    // MARK: Renderings in text

    /// What the command prints when it is done.
    package var terminal: String {
        var blocks = [TerminalText.safe(title) + "\n" + TerminalText.safe(subtitle) + "\n"]
        if let warning { blocks.append(TerminalText.paragraph("Warning: " + warning)) }
        blocks += findings.map(TerminalText.paragraph)
        blocks += (numbers + caveatSections).map(\.terminal)
        return blocks.joined(separator: "\n")
    }
}
