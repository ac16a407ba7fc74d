import Foundation
import SynReports
import SynRuns
import SynStatistics
import SynTensors
import SynTraining

/// Experiments 3, 4 and 7: what the start, the scale and the batch do to the gap, with towers of a given form trained
/// for a few steps on drawn portraits.
package struct TrainingExperiments {
    private let form: TwoTowers
    private let data: PicturesWithCaptions
    private let steps: Int
    private let seed: UInt64
    private let folder: TrainingFolder
    package static let batch = 48

    /// - Parameters:
    ///   - data: what is measured after training, which none of the steps sees.
    ///   - steps: of each training of batches of 48.
    ///   - folder: for the states of the trainings, until the experiment is done.
    ///   - interruption: a wish to stop; the same experiment in the same folder goes on.
    package init(
        _ form: TwoTowers, _ data: PicturesWithCaptions, steps: Int, seed: UInt64 = 0, folder: URL,
        interruption: Interruption = Interruption(), remark: @escaping (String) -> Void = { _ in }
    ) throws {
        (self.form, self.data, self.steps, self.seed) = (form, data, steps, seed)
        self.folder = try TrainingFolder(
            folder, key: "\(try form.contentHash), seed \(seed)", interruption: interruption, remark: remark)
    }

    private var source: String {
        "new towers in the form of \(form.name), \(steps) steps, measured on \(data.source)"
    }

    private static let short =
        "A few steps of miniature towers, one seed: they show a direction, not the published training's end."

    private func towers(_ pairing: PairTraining = PairTraining(.clip), batch: Int = batch) throws -> TowerTraining {
        try TowerTraining(like: form, seed: seed, pairing, batch: batch)
    }

    private func member(_ name: String, _ training: TowerTraining) -> PortraitTrainings.Member {
        .init(name: name, training: training, steps: steps, batch: Self.batch)
    }

    /// What the towers of each make of the pairs once all are trained.
    private func trained(
        _ members: [PortraitTrainings.Member], _ progress: (Int, Int) throws -> Void
    ) throws -> [PairedVectors] {
        try PortraitTrainings(members: members, seed: seed).run(in: folder, progress: progress)
        let found = try members.map { member in
            try folder.interruption.check()
            return try member.training.pairs(data)
        }
        folder.close()
        return found
    }

    // MARK: - Temperature

    package static let scales = [1.0, 10, 20, 30, 50, 100]

    /// Experiment 4: the same training at fixed scales.
    package func temperature(progress: (_ done: Int, _ total: Int) throws -> Void) throws -> GapExperimentRecord {
        let gaps = [0.238, 0.303, 0.552, 0.635, 0.796, 1.001]
        let recalls = [0.021, 0.190, 0.177, 0.205, 0.209, 0.184]
        let members = try Self.scales.map { scale in
            member("scale-\(Int(scale))", try towers(PairTraining(.clip, scale: .fixed(scale))))
        }
        let rows = try trained(members, progress).enumerated().map { i, found in
            GapExperimentRecord.Row(
                "\(Int(Self.scales[i]))",
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
        let usual = try towers()
        let before = try usual.pairs(data)
        var amended = try towers()
        amended.turn = Self.rotation(from: before.texts.meanRow, to: before.images.meanRow)
        let turned = try amended.pairs(data)
        let after = try trained([member("usual", usual), member("amended", amended)], progress)
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
        let members = try objectives.flatMap { objective in
            try sizes.flatMap { size in
                try [("steps", steps), ("pairs", max(1, pairs / size))].map { kind, steps in
                    PortraitTrainings.Member(
                        name: "\(objective.rawValue)-\(size)-equal-\(kind)",
                        training: try towers(PairTraining(objective), batch: size), steps: steps, batch: size)
                }
            }
        }
        let found = try trained(members, progress)
        let searches = found.map { RetrievalRanks.textToImage($0) }
        let values = zip(found, searches).map { [ModalityGap($0).distance, $1.recall(at: 1), $1.recall(at: 10)] }
        func place(_ i: Int, _ j: Int) -> Int { 2 * (i * sizes.count + j) }
        let rows = objectives.indices.flatMap { i in
            sizes.indices.map { j in
                GapExperimentRecord.Row(
                    "\(objectives[i].rawValue), \(sizes[j])", values[place(i, j)] + values[place(i, j) + 1],
                    published: [])
            }
        }
        // The same texts search in both, so that what each finds is compared text by text.
        let changes = try objectives.indices.map { i in
            try McNemar(
                first: searches[place(i, 0)].ranks.map { $0 <= 10 },
                second: searches[place(i, sizes.count - 1)].ranks.map { $0 <= 10 })
        }
        return GapExperimentRecord(
            experiment: "batch", source: source, rowName: "Loss, batch",
            columns: ["steps", "pairs"].flatMap { kind in ["distance", "R@1", "R@10"].map { "\($0), \(kind)" } },
            rows: rows,
            rule: "at equal steps the largest batch finds more among the first ten than the smallest, by either loss "
                + "(McNemar's exact test, p below .05)",
            passes: changes.allSatisfy { $0.onlySecond > $0.onlyFirst && $0.p < 0.05 },
            notes: [
                Self.short,
                "R@k: of texts, among the pictures. Steps: \(steps) for each batch. Pairs: \(pairs) for each, in fewer "
                    + "steps the larger the batch. SigLIP's bias begins at "
                    + "-log(batch - 1), its scale at 10, CLIP's at 1/0.07.",
            ]
                + zip(objectives, changes).map {
                    "\($0.rawValue), equal steps: of \(data.count) searches \($1.onlySecond) succeed with the largest "
                        + "batch alone, \($1.onlyFirst) with the smallest alone (p = \(NumberText.pValue($1.p)))."
                })
    }
}
