import Foundation
import SynReports
import SynTensors
import SynTraining

/// Experiments 3, 4 and 7: what the start, the scale and the batch do to the gap, with towers of a given form trained
/// for a few steps on drawn portraits.
package struct TrainingExperiments: Sendable {
    private let form: TwoTowers
    private let data: PicturesWithCaptions
    private let steps: Int
    private let seed: UInt64
    static let batch = 48

    /// - Parameters:
    ///   - data: what is measured after training, which none of the steps sees.
    ///   - steps: of each training of batches of 48.
    package init(_ form: TwoTowers, _ data: PicturesWithCaptions, steps: Int, seed: UInt64 = 0) {
        (self.form, self.data, self.steps, self.seed) = (form, data, steps, seed)
    }

    private var source: String {
        "new towers in the form of \(form.name), \(steps) steps, measured on \(data.source)"
    }

    private static let short =
        "A few steps of miniature towers, one seed: they show a direction, not the published training's end."

    private func towers(_ pairing: PairTraining = PairTraining(.clip), batch: Int = batch) throws -> TowerTraining {
        try TowerTraining(like: form, seed: seed, pairing, batch: batch)
    }

    private func trained(
        _ training: TowerTraining, steps: Int? = nil, batch: Int = batch, _ progress: (Int) throws -> Void
    ) throws -> PairedVectors {
        try training.run(steps: steps ?? self.steps) {
            .portraits(step: $0, batch: batch, seed: seed)
        } progress: {
            try progress($0)
        }
        return try training.pairs(data)
    }

    // MARK: - Temperature

    package static let scales = [1.0, 10, 20, 30, 50, 100]

    /// Experiment 4: the same training at fixed scales.
    package func temperature(progress: (_ done: Int, _ total: Int) throws -> Void) throws -> GapExperimentRecord {
        let gaps = [0.238, 0.303, 0.552, 0.635, 0.796, 1.001]
        let recalls = [0.021, 0.190, 0.177, 0.205, 0.209, 0.184]
        let total = Self.scales.count * steps
        let rows = try Self.scales.enumerated().map { i, scale in
            let found = try trained(towers(PairTraining(.clip, scale: .fixed(scale)))) {
                try progress(i * steps + $0, total)
            }
            return GapExperimentRecord.Row(
                "\(Int(scale))",
                [ModalityGap(found).distance, RetrievalRanks.textToImage(found).recall(at: 1)],
                published: [gaps[i], recalls[i]])
        }
        let found = rows.compactMap { $0.values[0] }
        return GapExperimentRecord(
            experiment: "temperature", source: source, rowName: "Scale", columns: ["distance", "image R@1"], rows: rows,
            rule: "the distance rises with the scale", passes: zip(found, found.dropFirst()).allSatisfy { $0 < $1 },
            notes: [Self.short])
    }

    // MARK: - Start

    /// Experiment 3: a fixed rotation takes the mean text onto the mean picture before training.
    package func start(progress: (_ done: Int, _ total: Int) throws -> Void) throws -> GapExperimentRecord {
        let total = 2 * steps
        let usual = try towers()
        let before = try usual.pairs(data)
        var amended = try towers()
        amended.turn = Self.rotation(from: before.texts.meanRow, to: before.images.meanRow)
        let turned = try amended.pairs(data)
        let after = [
            try trained(usual) { try progress($0, total) }, try trained(amended) { try progress(steps + $0, total) },
        ]
        let starts = [before, turned].map { ModalityGap($0).distance }
        let ends = after.map { ModalityGap($0).distance }
        let recalls = after.map { RetrievalRanks.textToImage($0).recall(at: 1) }
        return GapExperimentRecord(
            experiment: "start", source: source, rowName: "Start",
            columns: ["distance before", "distance after", "image R@1 after"],
            rows: [
                .init("usual", [starts[0], ends[0], recalls[0]], published: [1.189, 1.299, nil]),
                .init("amended", [starts[1], ends[1], recalls[1]], published: [0.039, 0.746, nil]),
            ], rule: "from the amended start the loss opens the gap again, to less than from the usual one",
            passes: ends[1] > starts[1] && ends[1] < ends[0], notes: [Self.short])
    }

    /// The rotation in the plane of two vectors that takes one's direction to the other's; rows are turned by
    /// multiplying from the right: [d, d].
    package static func rotation(from: [Double], to: [Double]) -> DoubleMatrix {
        func unit(_ v: [Double]) -> [Double] {
            let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return v.map { $0 / length }
        }
        let (u, v) = (unit(from), unit(to))
        let cosine = dot(u, v)
        let sum = zip(u, v).map { $0 + $1 }
        let d = u.count
        // I - (u + v)(u + v)ᵀ/(1 + u·v) + 2uvᵀ turns rows: uR = v.
        return DoubleMatrix(
            (0..<d * d).map { place in
                let (i, j) = (place / d, place % d)
                return (i == j ? 1 : 0) - sum[i] * sum[j] / (1 + cosine) + 2 * u[i] * v[j]
            }, rows: d, columns: d)
    }

    // MARK: - Batch

    package static let batches = [16, 32, 64, 128, 256, 512]

    /// Experiment 7: batches of growing size at equal steps and at equal numbers of pairs, by CLIP's loss and SigLIP's.
    package func batches(
        _ sizes: [Int] = batches, progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> GapExperimentRecord {
        let objectives = [PairTraining.Objective.clip, .siglip]
        let pairs = steps * 64
        let total = objectives.count * (sizes.reduce(0) { $0 + $1 * steps } + sizes.count * pairs)
        var done = 0
        func measured(_ objective: PairTraining.Objective, _ size: Int, _ steps: Int) throws -> [Double?] {
            let found = try trained(towers(PairTraining(objective), batch: size), steps: steps, batch: size) {
                try progress(done + $0 * size, total)
            }
            done += size * steps
            return [ModalityGap(found).distance, RetrievalRanks.textToImage(found).recall(at: 1)]
        }
        let rows = try objectives.map { objective in
            try sizes.map { size in
                GapExperimentRecord.Row(
                    "\(objective.rawValue), \(size)",
                    try measured(objective, size, steps) + measured(objective, size, max(1, pairs / size)),
                    published: [])
            }
        }
        return GapExperimentRecord(
            experiment: "batch", source: source, rowName: "Loss, batch",
            columns: [
                "distance, equal steps", "image R@1, equal steps", "distance, equal pairs", "image R@1, equal pairs",
            ], rows: rows.flatMap(\.self),
            rule: "at equal steps the largest batch finds more than the smallest, by either loss",
            passes: rows.allSatisfy { ($0.last?.values[1] ?? 0) > ($0.first?.values[1] ?? 0) },
            notes: [
                Self.short,
                "Equal pairs: \(pairs) of them, in fewer steps the larger the batch. SigLIP's bias begins at "
                    + "-log(batch - 1), its scale at 10, CLIP's at 1/0.07.",
            ])
    }
}
