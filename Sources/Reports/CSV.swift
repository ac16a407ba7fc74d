/// Comma-separated values after RFC 4180, for people with their own tools.
///
/// Numbers are written shortest-exact (reading them back gives the same bits) with a full stop; what is
/// absent is an empty field; what is not a number is `nan`, `inf` or `-inf`, as NumPy and R read it.
/// Lines end in a single newline, which the common readers accept. A text that a spreadsheet would take for a formula
/// (it begins with =, +, -, @, a tab or a line end) gets an apostrophe in front; numbers stay numbers.
package enum CSV {
    /// A heading and its rows.
    package static func text(heading: [String], rows: [[Field]]) -> String {
        ([heading.map(Field.text)] + rows)
            .map { $0.map(\.quoted).joined(separator: ",") + "\n" }
            .joined()
    }

    /// One value.
    package enum Field: Sendable, Equatable {
        case text(String)
        case number(Double)
        case integer(UInt64)
        case absent

        /// A number if there is one.
        package static func optional(_ value: Double?) -> Field { value.map(Field.number) ?? .absent }
        package static func count(_ value: Int) -> Field {
            value < 0 ? .number(Double(value)) : .integer(UInt64(value))
        }

        var quoted: String {
            switch self {
            case .absent: return ""
            case .number(let value): return value.isNaN ? "nan" : "\(value)"
            case .integer(let value): return String(value)
            case .text(let raw):
                let text = Self.defused(raw)
                // Scalars, not characters: "\r\n" is one character and would hide both of its halves.
                guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else {
                    return text
                }
                return "\"" + text.replacing("\"", with: "\"\"") + "\""
            }
        }

        private static func defused(_ text: String) -> String {
            guard let first = text.unicodeScalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) else {
                return text
            }
            let isNumber = text.wholeMatch(of: /[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?/) != nil
            return isNumber ? text : "'" + text
        }
    }
}

extension ProbeReport {
    /// One line per encoder and seed: `scores.csv`.
    package var scoresCSV: String {
        CSV.text(
            heading: [
                "encoder", "style", "seed", "n", "clip_score", "attribute_score", "inception_score",
                "inception_score_sd", "inception_score_as_published", "inception_score_as_published_sd", "fid",
                "validation_loss_best", "validation_loss_last", "seconds",
            ],
            rows: scores.map { score in
                [
                    .text(score.encoder), .text(score.style.rawValue), .integer(score.seed), .count(score.n),
                    .number(score.clipScore), .optional(score.attributeScore),
                    .optional(score.inceptionScore?.mean), .optional(score.inceptionScore?.sd),
                    .optional(score.inceptionScoreAsPublished?.mean),
                    .optional(score.inceptionScoreAsPublished?.sd), .optional(score.fid),
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
