import SynStatistics

/// A text study as one page: findings, tables, curves over layers, differences, geometry, settings.
package struct TextStudyPage: Sendable {
    let report: TextStudyReport
    /// A page this one belongs to, in the same folder.
    let home: String?

    package init(_ report: TextStudyReport, home: String? = nil) { (self.report, self.home) = (report, home) }

    /// The file's text.
    package var rendered: String {
        StudyPage(study: report, before: home.map(StudyPage.Link.init(home:))).rendered
    }

    /// The tasks and the geometry, each part that there is.
    var sections: [PageSection] {
        var all = [report.summaryTable.map(overview)].compactMap(\.self) + report.tasks.map(section)
        all += [linear].compactMap(\.self)
        for what in [GeometryRecord.What.words, .sentences] {
            let records = report.geometry.filter { $0.what == what }
            if !records.isEmpty { all.append(geometry(what, records)) }
        }
        if !report.geometry.isEmpty { all.append(terms) }
        return all
    }

    // MARK: Parts

    private func id(_ task: String) -> String {
        String(task.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    }

    private func overview(_ table: TextTable) -> PageSection {
        PageSection("all", "All tasks") { table.untitled.markup }
    }

    private var linear: PageSection? {
        guard let linear = report.linear, !linear.isEmpty else { return nil }
        return PageSection("linear", "What a linear reading finds", name: "Linear reading") {
            Tag.p { TextStudyReport.linearLead(linear) }
            Tag.figure { TextStudyReport.linearSummary(linear).markup }
            for record in linear { PageParts.folded(TextStudyReport.linearTable(record)) }
        }
    }

    private func section(of task: String) -> PageSection {
        let table = report.table(of: task)
        return PageSection("task-\(id(task))", table.title ?? task, name: task) {
            table.untitled.markup
            if let drawing = curves(of: task)?.drawing {
                Tag.figure {
                    legend(report.scores(of: task).map { ($0.encoder, $0.variant) })
                    Tag.div(["class": "box panels wide", "tabindex": "0"]) { drawing.inline }
                    Tag.figcaption {
                        "Layer 0 is the embedding output. A dot marks the best layer; bands are Fisher's 95 % "
                            + "intervals over pairs."
                    }
                }
            }
            if let differences = report.comparisonTable(of: task) { Tag.figure { differences.markup } }
            if let every = report.layerTable(of: task) { PageParts.folded(every) }
        }
    }

    /// The task's figure over the layers.
    private func curves(of task: String) -> LayerPlot? {
        let scores = report.scores(of: task).filter { !$0.layers.isEmpty }
        guard let first = scores.first else { return nil }
        let lines = scores.map { score in
            LayerPlot.Line(
                name: "\(score.encoder), \(score.variant)", colour: colour(score.encoder),
                dash: dash(score.variant, task),
                values: score.layers.map { score.figure($0).map { 100 * $0.value } },
                intervals: score.layers.map {
                    score.figure($0).map { Interval(100 * $0.interval.lower, 100 * $0.interval.upper) }
                })
        }
        return LayerPlot(title: task, unit: "\(first.metric.name) × 100", lines: lines)
    }

    private func colour(_ encoder: String) -> Int { report.encoders.firstIndex { $0.name == encoder } ?? 0 }

    private func dash(_ variant: String, _ task: String) -> Int {
        let variants = report.scores(of: task).map(\.variant).reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        return variants.firstIndex(of: variant) ?? 0
    }

    /// Which line is whose: colours are encoders, dashes readings.
    private func legend(_ lines: [(encoder: String, variant: String)]) -> Markup {
        var (encoders, variants) = ([String](), [String]())
        for line in lines {
            if !encoders.contains(line.encoder) { encoders.append(line.encoder) }
            if !line.variant.isEmpty, !variants.contains(line.variant) { variants.append(line.variant) }
        }
        return Tag.div(["class": "legend"]) {
            for encoder in encoders {
                Tag.span {
                    LayerPlot.swatch(colour: colour(encoder), dash: 0).inline
                    encoder
                }
            }
            if variants.count > 1 {
                for (dash, variant) in variants.enumerated() {
                    Tag.span(["class": "quiet"]) {
                        LayerPlot.swatch(colour: 7, dash: dash).inline
                        variant
                    }
                }
            }
        }
    }

    private func geometry(_ what: GeometryRecord.What, _ records: [GeometryRecord]) -> PageSection {
        PageSection(
            "geometry-\(what.rawValue)", "Geometry: \(what.title.lowercased())", name: "Geometry: \(what.rawValue)"
        ) {
            Tag.figure {
                legend(records.map { ($0.encoder, "") })
                Tag.div(["class": "box panels wide", "tabindex": "0"]) {
                    for plot in plots(records) { if let drawing = plot.drawing { drawing.inline } }
                }
            }
            for record in records { PageParts.folded(report.table(of: record)) }
        }
    }

    private func plots(_ records: [GeometryRecord]) -> [LayerPlot] {
        func plot(_ title: String, _ unit: String, _ value: (LayerGeometry) -> Double?) -> LayerPlot {
            LayerPlot(
                title: title, unit: unit,
                lines: records.map { record in
                    .init(
                        name: record.encoder, colour: colour(record.encoder), values: record.layers.map(value),
                        marksBest: false)
                })
        }
        let spectra = records.compactMap { record in
            record.layers.last?.spectrum.map { (record.encoder, $0) }
        }
        return [
            plot("Self-similarity", "mean cosine of all pairs") { $0.selfSimilarity },
            plot("Self-similarity after removing the mean", "mean cosine of all pairs") { $0.centredSelfSimilarity },
            plot("… and the first five components", "mean cosine of all pairs") { $0.withoutTop5 },
            plot("Share of the five largest components", "of the squared length, %") { $0.top5.map { 100 * $0 } },
            plot("Effective rank", "dimensions") { $0.effectiveRank },
            plot("IsoScore", "0 one direction, 1 all alike") { $0.isoScore },
            LayerPlot(
                title: "PCA spectrum of the top layer", unit: "share of the variance, %, by component",
                axis: "component",
                lines: spectra.map { encoder, shares in
                    .init(name: encoder, colour: colour(encoder), values: shares.map { 100 * $0 }, marksBest: false)
                }),
        ]
    }

    private var terms: PageSection {
        PageSection("geometry-terms", "What geometry measures", name: nil) {
            PageParts.terms(TextStudyReport.geometryTerms)
        }
    }
}
