/// The scores and losses for other programs.
extension ProbeReport {
    /// One line per encoder and seed: `scores.csv`.
    package var scoresCSV: String {
        CSV.text(
            heading: [
                "encoder", "style", "seed", "n", "clip_score", "attribute_score", "inception_score",
                "inception_score_sd", "inception_score_as_published", "inception_score_as_published_sd", "fid",
                "fid_as_published", "kid", "precision", "recall", "bits_saved", "second_clip_score",
                "validation_loss_best", "validation_loss_last", "seconds",
            ],
            rows: scores.map { score in
                [
                    .text(score.encoder), .text(score.style.rawValue), .integer(score.seed), .count(score.n),
                    .number(score.clipScore), .optional(score.attributeScore),
                    .optional(score.inceptionScore?.mean), .optional(score.inceptionScore?.sd),
                    .optional(score.inceptionScoreAsPublished?.mean),
                    .optional(score.inceptionScoreAsPublished?.sd), .optional(score.fid),
                    .optional(score.fidAsPublished), .optional(score.kid), .optional(score.precision),
                    .optional(score.recall), .optional(score.bitsSaved), .optional(score.secondClipScore),
                    .optional(score.validationLoss?.best), .optional(score.validationLoss?.last),
                    .optional(score.seconds),
                ]
            })
    }

    /// One line per logged loss: `curves.csv`.
    package var curvesCSV: String {
        let rows = curves.flatMap { curve in
            [("train", curve.train), ("validation", curve.validation)].flatMap { split, points in
                points.map { point -> [CSV.Field] in
                    [
                        .text(curve.encoder), .text(curve.style.rawValue), .integer(curve.seed), .text(split),
                        .count(point.step), .number(point.loss),
                    ]
                }
            }
        }
        return CSV.text(heading: ["encoder", "style", "seed", "split", "step", "loss"], rows: rows)
    }
}
