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
        StudyPage(
            study: report, folder: folder,
            after: [
                report.secondPage.map { .init(page: $0, name: "Second page: without pictures") },
                report.thirdPage.map { .init(page: $0, name: "Third page: fine-tuned") },
            ].compactMap(\.self)
        ).rendered
    }

    /// The numbers and pictures, each part that there is.
    var sections: [PageSection] {
        let told = report.studySections.enumerated().map { $1.page(id: "section-\($0 + 1)") }
        return [report.scores.isEmpty ? nil : scores, training].compactMap(\.self) + told
            + [
                report.gallery.isEmpty ? nil : pictures,
                report.ablation.flatMap { $0.rows.isEmpty ? nil : steering($0) },
            ]
            .compactMap(\.self)
    }

    // MARK: Parts

    private var scores: PageSection {
        PageSection("scores", "Scores") {
            report.scoreTable.untitled.markup
            Tag.p(["class": "notes"]) {
                "Bold: the best of its column. Whether it is more than chance is what the first sentence and the "
                    + "tests say."
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
        let isTested = !report.clipScoreLevels.isEmpty
        return "Large mark: mean over seeds. "
            + (isTested
                ? "Line: 95 % interval of the difference from no caption, on these captions; where it does not meet "
                    + "the dashed line the captions steer, each encoder tested by itself. "
                : "Line: 95 % interval over the seeds of that encoder; it does not speak for its style. ")
            + "Small marks below: single seeds."
            + (single && !isTested ? " An encoder with a single seed has no interval." : "")
            + (report.groundTruth == nil
                ? "" : " Mind the scale: where a strip stands below, the main axis enlarges its shaded part.")
    }

    private var training: PageSection? {
        let plot = CurvePlot(report)
        let drawings = plot.drawings
        guard !drawings.isEmpty else { return nil }
        return PageSection("training", "Training") {
            Tag.figure {
                Tag.div(["class": "box panels"]) { for drawing in drawings { drawing.inline } }
                Tag.figcaption {
                    "Loss in nats per image token against the optimiser's steps. Solid: validation, mean over "
                    "seeds, in a band from the lowest to the highest seed. Dotted: training, smoothed by averaging "
                    "neighbours. Grey: the other encoders' validation."
                    if plot.floor != nil {
                        " Dashed: the decoder without a prefix; a training that ends above it has learnt nothing from "
                        "captions that its pictures could show."
                    }
                }
            }
            if let sides = report.floorSentence { Tag.p { sides } }
            if let rates = report.learningRateTable { Tag.figure { rates.markup } }
        }
    }

    private var pictures: PageSection {
        let grid = PictureGrid.gallery(self)
        return PageSection("gallery", "Pictures") {
            Tag.p {
                "One caption per row, one encoder per column. \(report.galleryOrigin)\(grid.legend) "
                "Single pictures are anecdotes; the score table is the evidence."
            }
            grid.markup(picturesBelow: folder)
        }
    }

    private func steering(_ ablation: Ablation) -> PageSection {
        PageSection("steering", "Stronger steering") {
            Tag.p {
                "One prefix token in a decoder trained without text steers weakly. Beyond the published probe: K "
                "prefix tokens made by the same linear layer, and guidance W, which pushes the decoder away from what "
                "it would draw without a caption."
            }
            if let table = report.ablationTable { table.untitled.markup }
            if let grid = PictureGrid.ablation(ablation) {
                Tag.figure {
                    grid.markup(picturesBelow: folder)
                    Tag.figcaption { grid.legend }
                }
            }
        }
    }

    /// The style of an encoder, where the record knows it.
    func style(of encoder: String) -> EncoderStyle? {
        report.scores.first { $0.encoder == encoder }?.style
            ?? report.curves.first { $0.encoder == encoder }?.style
            ?? report.ablation?.rows.first { $0.encoder == encoder }?.style
    }
}
