/// A fine-tuning study's sections on a page: the table of all tasks, then each task with its differences, learning
/// curves and probes.
struct GLUEPage {
    let report: GLUEReport

    init(_ report: GLUEReport) { self.report = report }

    var sections: [PageSection] {
        let all = PageSection("all", "All tasks") {
            if let table = report.summaryTable { Tag.figure { table.untitled.markup } }
            if let table = report.probeSummary { Tag.figure { table.markup } }
        }
        return [all] + report.tasks.map(section)
    }

    private func section(of task: GLUETaskRecord) -> PageSection {
        let table = report.table(of: task)
        return PageSection("task-\(task.name)", table.title ?? task.title, name: task.title) {
            if !table.rows.isEmpty { Tag.figure { table.untitled.markup } }
            if let differences = report.comparisonTable(of: task) { Tag.figure { differences.markup } }
            if let figure = curves(task) { figure }
            if let figure = probes(task) { figure }
        }
    }

    private func colour(_ encoder: String) -> Int { report.encoders.firstIndex { $0.name == encoder } ?? 0 }

    private func legend(_ encoders: [String]) -> Markup {
        Tag.div(["class": "legend"]) {
            for encoder in encoders {
                Tag.span {
                    LayerPlot.swatch(colour: colour(encoder), dash: 0).inline
                    encoder
                }
            }
        }
    }

    /// Losses and development scores over the steps, means over the seeds.
    private func curves(_ task: GLUETaskRecord) -> Markup? {
        let own = report.curves.filter { $0.task == task.name }
        let encoders = own.map(\.encoder).uniqued
        func lines(_ points: (GLUECurve) -> [TrainingCurve.Point], _ factor: Double) -> [StepPlot.Line] {
            encoders.map { encoder in
                let band = CurvePlot.band(own.filter { $0.encoder == encoder }.map(points))
                return StepPlot.Line(
                    name: encoder, colour: colour(encoder),
                    points: zip(band.steps, band.mean).map { ($0, factor * $1) })
            }
        }
        let drawings = [
            StepPlot(title: "\(task.title): loss", unit: "mean training loss", lines: lines(\.loss, 1)).drawing,
            StepPlot(
                title: "\(task.title): development set", unit: "\(task.metric) × 100",
                lines: lines(\.development, 100)
            ).drawing,
        ].compactMap(\.self)
        guard !drawings.isEmpty else { return nil }
        return Tag.figure {
            legend(encoders)
            Tag.div(["class": "box panels wide", "tabindex": "0"]) { for drawing in drawings { drawing.inline } }
            Tag.figcaption { "Learning curves, means over the seeds." }
        }
    }

    private func probes(_ task: GLUETaskRecord) -> Markup? {
        let own = report.probes.filter { $0.task == task.name }
        let plot = LayerPlot(
            title: "\(task.title), frozen", unit: "\(task.metric) × 100",
            lines: own.map { probe in
                .init(
                    name: probe.encoder, colour: colour(probe.encoder), values: probe.layers.map { 100 * $0.value })
            },
            references: task.floor.map { [("commonest label", 100 * $0)] } ?? [])
        guard let drawing = plot.drawing else { return nil }
        return Tag.figure {
            legend(own.map(\.encoder))
            Tag.div(["class": "box panels wide", "tabindex": "0"]) { drawing.inline }
            Tag.figcaption {
                "A linear layer on the frozen vectors of each layer; layer 0 is the embedding output. A dot marks the "
                    + "best layer."
            }
            if let table = report.probeTable(of: task) { PageParts.folded(table) }
        }
    }
}
