import Foundation

/// The probe's report as one page: what was found, the score table, plots, significance, pictures, settings.
package struct ProbePage: Sendable {
    let report: ProbeReport
    /// Where relative picture paths start; nil shows a sentence in each picture's place.
    let folder: URL?
    private let encoders: [EncoderSummary]

    /// Pictures given by path are read from below `folder` when the page is rendered.
    package init(_ report: ProbeReport, picturesBelow folder: URL? = nil) {
        self.report = report
        self.folder = folder
        encoders = EncoderSummary.of(report.scores)
    }

    /// The file's text.
    package var rendered: String {
        HTMLPage(title: report.title) {
            top
        } main: {
            if !report.scores.isEmpty { scores }
            if let training { training }
            for (index, section) in report.studySections.enumerated() { told(section, id: "section-\(index + 1)") }
            if !report.gallery.isEmpty { pictures }
            if let ablation = report.ablation, !ablation.rows.isEmpty { steering(ablation) }
            if !report.caveats.isEmpty { caveats }
            facts
        } footer: {
            "Made by synesthesia \(report.provenance.toolVersion) on \(report.provenance.date). "
            HTMLPage.footnote
        }.rendered
    }

    // MARK: Parts

    @MarkupBuilder private var top: [Markup] {
        Tag.p(["class": "eyebrow"]) { "Synesthesia · text-to-image probe" }
        Tag.h1 { report.title }
        Tag.p(["class": "subtitle"]) { report.subtitle }
        if report.partial { Self.warning(ProbeReport.partialNote) }
        if let finding = report.finding { Tag.p(["class": "finding"]) { finding } }
        Tag.p(["class": "lead"]) { report.lead }
        Tag.nav(["aria-label": "Contents"]) {
            for (id, name) in contents { Tag.a(["href": "#\(id)"]) { name } }
            if let page = report.secondPage, HTMLPage.isPlainName(page) {
                Tag.a(["href": page]) { "Second page: without pictures" }
            }
        }
    }

    private var contents: [(String, String)] {
        var all: [(String, String)] = []
        if !report.scores.isEmpty { all.append(("scores", "Scores")) }
        if training != nil { all.append(("training", "Training")) }
        all += report.studySections.enumerated().map { ("section-\($0.offset + 1)", $0.element.heading) }
        if !report.gallery.isEmpty { all.append(("gallery", "Pictures")) }
        if report.ablation?.rows.isEmpty == false { all.append(("steering", "Stronger steering")) }
        if !report.caveats.isEmpty { all.append(("caveats", "Before quoting a number")) }
        return all + [("settings", "Settings and provenance")]
    }

    private var scores: Markup {
        Tag.section(["id": "scores"]) {
            Tag.h2 { "Scores" }
            report.untitled(report.scoreTable).markup
            Tag.p(["class": "notes"]) {
                "Bold: the best of its column. Whether it is more than chance is what the first sentence and the tests say."
            }
            if let drawing = ScorePlot(report).drawing {
                Tag.figure {
                    Tag.div(["class": "box chart wide-only", "tabindex": "0"]) { drawing.inline }
                    if let narrow = ScorePlot(report, isNarrow: true).drawing {
                        Tag.div(["class": "box chart narrow-only"]) { narrow.inline }
                    }
                    Tag.figcaption { scoreCaption }
                }
            }
            if let quality = report.qualityTable { Tag.figure { quality.markup } }
        }
    }

    private var scoreCaption: String {
        let single = encoders.contains { $0.scores.count == 1 }
        return "Large mark: mean over seeds. Line: 95 % interval over the seeds of that encoder; it does not speak "
            + "for its style. Small marks below: single seeds."
            + (single ? " An encoder with a single seed has no interval." : "")
            + (report.groundTruth == nil
                ? "" : " Mind the scale: where a strip stands below, the main axis enlarges its shaded part.")
    }

    private var training: Markup? {
        let drawings = CurvePlot(report.curves).drawings
        guard !drawings.isEmpty else { return nil }
        return Tag.section(["id": "training"]) {
            Tag.h2 { "Training" }
            Tag.figure {
                Tag.div(["class": "box panels"]) { for drawing in drawings { drawing.inline } }
                Tag.figcaption {
                    "Loss in nats per image token against the optimiser's steps. Solid: validation, mean over "
                    "seeds, in a band from the lowest to the highest seed. Dotted: training, smoothed by averaging "
                    "neighbours. Grey: the other encoders' validation."
                }
            }
        }
    }

    private func told(_ section: ReportSection, id: String) -> Markup {
        Tag.section(["id": id]) {
            Tag.h2 { section.heading }
            for part in section.parts {
                switch part {
                case .sentence(let text): Tag.p { text }
                case .warning(let text): Self.warning(text)
                case .table(let table): Tag.figure { table.markup }
                case .terms(let terms):
                    Tag.dl {
                        for term in terms {
                            Tag.dt { term.name }
                            Tag.dd { term.text }
                        }
                    }
                }
            }
        }
    }

    private var pictures: Markup {
        let grid = PictureGrid.gallery(self)
        return Tag.section(["id": "gallery"]) {
            Tag.h2 { "Pictures" }
            Tag.p {
                "One caption per row, one encoder per column. \(report.galleryOrigin)\(grid.legend) "
                "Single pictures are anecdotes; the score table is the evidence."
            }
            grid.markup(picturesBelow: folder)
        }
    }

    private func steering(_ ablation: Ablation) -> Markup {
        Tag.section(["id": "steering"]) {
            Tag.h2 { "Stronger steering" }
            Tag.p {
                "One prefix token in a decoder trained without text steers weakly. Beyond the published probe: K "
                "prefix tokens made by the same linear layer, and guidance W, which pushes the decoder away from what "
                "it would draw without a caption."
            }
            if let table = report.ablationTable { report.untitled(table).markup }
            if let grid = PictureGrid.ablation(ablation) {
                Tag.figure {
                    grid.markup(picturesBelow: folder)
                    Tag.figcaption { grid.legend }
                }
            }
        }
    }

    private var caveats: Markup {
        Tag.section(["id": "caveats"]) {
            Tag.h2 { "Before quoting a number" }
            Tag.ul(["class": "caveats"]) {
                for sentence in report.caveats { Tag.li { sentence } }
            }
        }
    }

    private var facts: Markup {
        Tag.section(["id": "settings"]) {
            Tag.h2 { "Settings and provenance" }
            for table in [report.settingsTable, report.provenanceTable].compactMap({ $0 }) {
                Tag.details {
                    Tag.summary { table.title ?? "" }
                    report.untitled(table).markup(kind: "facts")
                }
            }
        }
    }

    static func warning(_ text: String) -> Markup {
        Tag.div(["class": "warning", "role": "note"]) { Tag.p { text } }
    }

    /// The style of an encoder, where the record knows it.
    func style(of encoder: String) -> EncoderStyle? {
        report.scores.first { $0.encoder == encoder }?.style
            ?? report.curves.first { $0.encoder == encoder }?.style
            ?? report.ablation?.rows.first { $0.encoder == encoder }?.style
    }
}
