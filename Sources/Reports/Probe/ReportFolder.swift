import Foundation

extension ProbeReport {
    /// Writes every form of the report into `folder`: `report.json`, `report.md`, `report.html`, `scores.csv`,
    /// where there is something to draw `curves.csv`, `scores.svg` and `training.svg`, and where there is something to
    /// compare `pairs.csv` and `floors.csv`.
    ///
    /// Relative picture paths start at `folder`. Each file is written whole or not at all; existing ones are
    /// replaced. Returns what was written, the page first.
    @discardableResult
    package func write(to folder: URL) throws -> [URL] {
        var written: [URL] = []
        func put(_ name: String, _ text: String) throws {
            let url = folder.appending(path: name)
            try RecordFile.write(text, to: url)
            written.append(url)
        }
        try put("report.html", ProbePage(self, picturesBelow: folder).rendered)
        try put("report.md", markdown)
        try put("scores.csv", scoresCSV)
        if let inference {
            if inference.outcomes.contains(where: { !$0.pairs.isEmpty }) { try put("pairs.csv", inference.pairsCSV) }
            if !inference.floors.isEmpty { try put("floors.csv", inference.floorsCSV) }
        }
        if let drawing = ScorePlot(self).drawing { try put("scores.svg", drawing.file) }
        if let drawing = CurvePlot(self).drawing {
            try put("training.svg", drawing.file)
            try put("curves.csv", curvesCSV)
        }
        let json = folder.appending(path: "report.json")
        try RecordFile.write(self, to: json)
        return written + [json]
    }
}
