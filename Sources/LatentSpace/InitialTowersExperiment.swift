import SynModels
import SynReports
import SynRuns
import SynTensors

/// Experiment 2: towers of one form with new weights, before any training: each modality lies in a cone of its own.
package struct InitialTowersExperiment: Sendable {
    private let towers: TwoTowers
    private let data: PicturesWithCaptions
    private let seeds: Int

    package init(_ towers: TwoTowers, _ data: PicturesWithCaptions, seeds: Int = 5) {
        (self.towers, self.data, self.seeds) = (towers, data, seeds)
    }

    /// - Parameter progress: told how many towers are done.
    package func record(progress: (Int) throws -> Void = { _ in }) throws -> GapExperimentRecord {
        var (rows, means): ([GapExperimentRecord.Row], [(images: [Double], texts: [Double])]) = ([], [])
        for seed in 0..<seeds {
            let fresh = try towers.untrained(seed: UInt64(seed))
            let pairs = try PairedVectors(
                images: fresh.pictures(data.count) { try data.picture($0) }, texts: fresh.texts(data.captions),
                source: "new towers")
            let distance = ModalityGap(pairs).distance
            rows.append(
                .init(
                    "\(seed)", [pairs.texts.meanCosine, pairs.images.meanCosine, distance],
                    published: [0.672, 0.717, 1.189]))
            means.append((pairs.images.meanRow, pairs.texts.meanRow))
            try progress(seed + 1)
        }
        func between(_ side: ((images: [Double], texts: [Double])) -> [Double]) -> Double {
            DoubleMatrix(means.flatMap(side), rows: means.count, columns: means[0].images.count).meanCosine
        }
        let apart = rows.map { $0.values[2] ?? 0 }
        return GapExperimentRecord(
            experiment: "initial", source: "new towers in the form of \(towers.name) on \(data.source)",
            rowName: "Seed", columns: ["cosine of texts", "cosine of pictures", "distance"], rows: rows,
            rule: "both modalities in cones (mean cosine above 0.3) and the means apart (above 0.3), for every seed",
            passes: rows.allSatisfy { $0.values.allSatisfy { ($0 ?? 0) > 0.3 } },
            notes: [
                "Between seeds the mean pictures have a mean cosine of \(GapExperimentRecord.text(between(\.images))), "
                    + "the mean texts of \(GapExperimentRecord.text(between(\.texts))): where a cone lies is chance. "
                    + "Distances from \(GapExperimentRecord.text(apart.min() ?? 0)) to "
                    + "\(GapExperimentRecord.text(apart.max() ?? 0)). Published: one random CLIP of 512 dimensions."
            ])
    }
}
