/// The scores and the geometry for other programs.
extension TextStudyReport {
    /// One line per encoder, task, reading and layer: `text.csv`. The output's layer is empty.
    package var scoresCSV: String {
        let rows = scores.flatMap { score in
            ([score.output].compactMap(\.self) + score.layers).map { layer -> [CSV.Field] in
                let (spearman, pearson) = (layer.spearman, layer.pearson)
                return [
                    .text(score.encoder), .text(score.task), .text(score.variant),
                    layer.layer.map(CSV.Field.count) ?? .absent,
                    .count(score.n), .optional(spearman?.value), .optional(spearman?.interval.lower),
                    .optional(spearman?.interval.upper), .optional(pearson?.value), .optional(pearson?.interval.lower),
                    .optional(pearson?.interval.upper),
                ]
            }
        }
        return CSV.text(
            heading: [
                "encoder", "task", "vector", "layer", "n", "spearman", "spearman_low", "spearman_high", "pearson",
                "pearson_low", "pearson_high",
            ], rows: rows)
    }

    /// One line per encoder and layer: `geometry.csv`.
    package var geometryCSV: String {
        let rows = geometry.flatMap { record in
            record.layers.map { layer -> [CSV.Field] in
                [
                    .text(record.encoder), .text(record.what.rawValue), .count(layer.layer), .count(record.n),
                    .optional(layer.selfSimilarity), .optional(layer.centredSelfSimilarity),
                    .optional(layer.withoutTop1),
                    .optional(layer.withoutTop5), .optional(layer.top5), .optional(layer.top8),
                    .optional(layer.top5AsReleased), .optional(layer.effectiveRank), .optional(layer.isoScore),
                ]
            }
        }
        return CSV.text(
            heading: [
                "encoder", "vectors", "layer", "n", "self_similarity", "self_similarity_centred",
                "self_similarity_without_top1", "self_similarity_without_top5", "top5", "top8", "top5_as_released",
                "effective_rank", "iso_score",
            ], rows: rows)
    }
}
