import SynStatistics

/// How linear readings are shown: the means first, then each encoder attribute by attribute.
extension TextStudyReport {
    /// One section, where readings were made.
    var linearSection: ReportSection? {
        guard let linear, !linear.isEmpty else { return nil }
        return ReportSection(
            "What a linear reading finds",
            [.sentence(Self.linearLead(linear)), .table(Self.linearSummary(linear))]
                + linear.map { .table(Self.linearTable($0)) })
    }

    static func linearLead(_ linear: [LinearReadingRecord]) -> String {
        "A low score in the probe is not missing knowledge: it is knowledge that one linear layer into this decoder "
            + "does not bring to the picture. Here a ridge and a logistic regression read from the frozen caption "
            + "vectors what the captions state. Captions that state the same are all on one side of the split, and "
            + "the strength of the penalty is chosen inside the training part."
            + (linear.contains { $0.drawn != nil }
                ? " Beside it stands what the drawn faces show of the same, by the attribute reader."
                : " No drawn faces were read here, so what reaches the picture is not known.")
    }

    static func linearSummary(_ linear: [LinearReadingRecord]) -> TextTable {
        TextTable(
            "Means over attributes",
            columns: [
                .init("Encoder"), .init("Attributes", .right), .init("R² held out", .right),
                .init("AUC of vectors", .right), .init("AUC of faces", .right), .init("Not in the picture", .right),
                .init("Captions", .right), .init("Faces", .right),
            ],
            rows: linear.map { one in
                [
                    one.encoder, String(one.attributes.count), text(one.r2), text(one.auc), text(one.drawn),
                    text(one.lost), "\(one.training) + \(one.test)", one.faces.map(String.init) ?? "",
                ]
            },
            notes: [
                "With 95 % bootstrap intervals: sets of statements are drawn again, of faces portraits. They speak of "
                    + "other captions, not of other encoders. Captions: those the reading learnt from + those it is "
                    + "measured on.",
                "AUC: how often a caption (or face) that states the attribute gets a higher value than one that does "
                    + "not; 0.5 says nothing, 1 all. Not in the picture: the AUC of the vectors less that of the "
                    + "faces.",
            ]
        ).withoutEmptyColumns
    }

    static func linearTable(_ record: LinearReadingRecord) -> TextTable {
        TextTable(
            "\(record.encoder), attribute by attribute",
            columns: [
                .init("Attribute"), .init("R² held out", .right), .init("AUC of vectors", .right),
                .init("AUC of faces", .right), .init("Not in the picture", .right), .init("States true", .right),
                .init("States false", .right),
            ],
            rows: record.attributes.sorted { $0.auc.value > $1.auc.value }.map { one in
                [
                    one.name.replacing("_", with: " "), text(one.r2), text(one.auc), text(one.drawn), text(one.lost),
                    String(one.statedTrue), String(one.statedFalse),
                ]
            },
            notes: ["R²: of a ridge reading of what is stated (1 true, 0 nothing, −1 false); below 0 it knows nothing."]
        ).withoutEmptyColumns
    }

    private static func text(_ figure: LinearReadingRecord.Figure?) -> String {
        guard let figure else { return "" }
        func number(_ value: Double) -> String { NumberText.fixed(value, decimals: 2) }
        return "\(number(figure.value)) (\(number(figure.interval.lower)) to \(number(figure.interval.upper)))"
    }

    /// One line for each encoder and attribute: `linear.csv`.
    var linearCSV: String {
        CSV.text(
            heading: [
                "encoder", "attribute", "stated_true", "stated_false", "r2", "r2_low", "r2_high", "auc", "auc_low",
                "auc_high", "auc_faces", "auc_faces_low", "auc_faces_high", "lost", "lost_low", "lost_high",
            ],
            rows: (linear ?? []).flatMap { record in
                record.attributes.map { one -> [CSV.Field] in
                    [.text(record.encoder), .text(one.name), .count(one.statedTrue), .count(one.statedFalse)]
                        + [one.r2, one.auc, one.drawn, one.lost].flatMap { figure -> [CSV.Field] in
                            [
                                .optional(figure?.value), .optional(figure?.interval.lower),
                                .optional(figure?.interval.upper),
                            ]
                        }
                }
            })
    }
}
