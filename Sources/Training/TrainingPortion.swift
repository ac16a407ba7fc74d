import SynTensors

/// Some of a step's batch: the whole, or one of several parts whose gradients are summed.
package struct TrainingPortion {
    /// Of the batch; the shares of a step sum to 1.
    package let share: Double
    /// The mean over the portion, and numbers worth showing with it.
    package let loss: () throws -> (loss: Tensor, notes: [Measure])

    package init(share: Double = 1, _ loss: @escaping () throws -> (loss: Tensor, notes: [Measure])) {
        (self.share, self.loss) = (share, loss)
    }
}

extension TrainingPortion {
    /// A batch of pairs in one piece, or in parts: then all vectors are made once without a way back, the objective
    /// says how each of them should move, and part by part the towers are run again with a way back for those moves
    /// alone. The gradient is that of the whole batch (Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size
    /// under Memory Limited Setup").
    ///
    /// - Parameters:
    ///   - count: pairs of the batch.
    ///   - part: how many pairs' way back is kept at once; nil for all.
    ///   - vectors: of some of the batch; called twice with the same rows where there are parts.
    ///   - notes: from the cosines of all images with all captions, [count, count].
    package static func portions(
        of count: Int, part: Int?, _ objective: any PairObjective,
        vectors: @escaping (Range<Int>) throws -> PairedVectors, notes: @escaping (Tensor) -> [Measure]
    ) throws -> [TrainingPortion] {
        guard let part, part < count else {
            return [
                TrainingPortion {
                    let pairs = try vectors(0..<count)
                    return (objective.loss(pairs), notes(pairs.cosines))
                }
            ]
        }
        let parts = stride(from: 0, to: count, by: part).map { $0..<min($0 + part, count) }
        let (images, captions, point) = try cached(parts, vectors)
        let slopes = objective.slopes(at: point)
        let told = notes(images.matmul(captions, transposeRight: true))
        return parts.map { rows in
            let share = Double(rows.count) / Double(count)
            return TrainingPortion(share: share) {
                (slopes.loss(of: try vectors(rows), rows: rows, share: share), told)
            }
        }
    }

    /// The vectors of all parts, [count, size] each, without their past.
    private static func cached(
        _ parts: [Range<Int>], _ vectors: (Range<Int>) throws -> PairedVectors
    ) throws -> (images: Tensor, captions: Tensor, point: PairPoint) {
        var (images, captions): ([Tensor], [Tensor]) = ([], [])
        var numbers: (logScale: Tensor, bias: Tensor?)?
        for rows in parts {
            let made = try withoutGradients { try vectors(rows) }
            images.append(made.images)
            captions.append(made.captions)
            numbers = (made.logScale.detached, made.bias?.detached)
        }
        guard let numbers else { preconditionFailure("a batch without parts") }
        let all = (concatenated(images, axis: 0), concatenated(captions, axis: 0))
        return (all.0, all.1, PairPoint(all.0, all.1, logScale: numbers.logScale, bias: numbers.bias))
    }
}
