import SynReports

/// Experiments 5 and 8, on pairs that were given.
package struct PairExperiments: Sendable {
    private let pairs: PairedVectors

    package init(_ pairs: PairedVectors) { self.pairs = pairs }

    static let scales = [100.0, 50, 30, 20, 10, 1]
    /// λ of the least loss: CLIP, 100 pairs of MSCOCO-Val, both directions; recomputed from the published matrix.
    static let published = [0, 0.25, 0.25, 0.5, 0.75, 0.75]

    /// Experiment 5: where along the gap the loss is least, by scale.
    package func minimum(batch: Int = 50) throws -> GapExperimentRecord {
        let gap = ModalityGap(pairs)
        let moved = try GapStudy.shifts.map { ($0, try gap.shifted(by: $0)) }
        let least = Self.scales.map { scale in
            moved.map { (lambda: $0.0, loss: ContrastiveLoss($0.1, scale: scale, batch: batch).mean) }
                .min { $0.loss < $1.loss } ?? (0, 0)
        }
        let own = Self.scales.map { ContrastiveLoss(pairs, scale: $0, batch: batch).mean }
        return GapExperimentRecord(
            experiment: "minimum", source: "\(pairs.source): \(pairs.count) pairs, distance \(gap.distance.shortest)",
            rowName: "Scale", columns: ["λ of the least loss", "least loss", "loss as trained"],
            rows: Self.scales.indices.map { i in
                .init(
                    "\(Int(Self.scales[i]))", [least[i].lambda, least[i].loss, own[i]],
                    published: [Self.published[i], nil, nil])
            },
            rule: "a lower scale moves the least loss towards the closed gap or leaves it",
            passes: zip(least, least.dropFirst()).allSatisfy { $0.lambda <= $1.lambda },
            notes: ["λ in steps of 0.25, both directions. Published: CLIP on 100 pairs of MSCOCO-Val."])
    }

    /// Experiment 8: what closing and centring do to searches.
    package func closing(scale: Double = GapStudy.defaultScale) throws -> GapExperimentRecord {
        let gap = ModalityGap(pairs)
        let states = [("as trained", pairs), ("closed", try gap.closed()), ("centred", try gap.centred())]
        let told = [[0.82, 0.75, 0.005], [0.61, 0.68, 0.725], [0.76, 0.78, 0.87]]
        let found = states.map { _, state in
            [
                ModalityGap(state).distance, RetrievalRanks.imageToText(state).recall(at: 1),
                RetrievalRanks.textToImage(state).recall(at: 1), RetrievalRanks.mixed(state).recall(at: 10),
            ]
        }
        return GapExperimentRecord(
            experiment: "closing", source: "\(pairs.source): \(pairs.count) pairs", rowName: "Vectors",
            columns: ["distance", "R@1 picture to text", "R@1 text to picture", "mixed R@10"],
            rows: zip(zip(states, found), told).map { .init($0.0.0, $0.1, published: [nil] + $1.map { $0 }) },
            rule: "the partner is found more often among both modalities once the gap is closed, and once centred",
            passes: found[1][3] > found[0][3] && found[2][3] > found[0][3],
            notes: ["Published: CLIP on 100 pairs of MSCOCO-Val."])
    }
}
