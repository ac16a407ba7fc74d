/// The tables a report is made of. Every rendering (terminal, Markdown, page) shows the same cells.
extension ProbeReport {
    /// One row per encoder: means over seeds ± their standard deviation. Columns nobody measured are absent.
    package var scoreTable: TextTable {
        let encoders = EncoderSummary.of(scores)
        let above = aboveNoCaption
        let clip = NumberText.decimals(
            showing: encoders.compactMap { $0.clipScore?.sd }.filter { $0 > 0 }, within: 2...3)
        var table = TextTable(
            "Scores",
            columns: [
                .init("Encoder"), .init("CLIP-Score ↑", .right),
                .init(above.isEmpty ? "95 % interval" : "Above no caption, 95 %", .right),
                .init("Bits saved ↑", .right), .init("Second judge ↑", .right), .init("Attributes ↑", .right),
                .init("Way to real ↑", .right), .init("Style"), .init("Seeds", .right),
                .init("Pairs", .right),
            ])
        for encoder in encoders {
            var row = row(encoder, floor: encoders.baseline?.clipScore, clipDecimals: clip)
            if !above.isEmpty { row[2] = above[encoder.encoder] ?? "" }
            table.rows.append(row)
        }
        if let real = groundTruth {
            table.rows.append([
                TextTable.realPairs, NumberText.fixed(real.clipScore, decimals: clip), "", "", "",
                real.attributeScore.map { NumberText.percent($0) } ?? "", "", "", "", String(real.n),
            ])
            if let drawn = real.reconstruction {
                table.rows.append([
                    TextTable.reconstructions, NumberText.fixed(drawn.clipScore, decimals: clip), "", "", "",
                    drawn.attributeScore.map { NumberText.percent($0) } ?? "", "", "", "", String(real.n),
                ])
            }
        }
        table.notes = scoreNotes(encoders)
        if !above.isEmpty { leaveOutSizes(&table) }
        return table.withoutEmptyColumns
    }

    /// How many seeds and pictures there are is said once where it is the same in every row.
    private func leaveOutSizes(_ table: inout TextTable) {
        for (column, name) in table.columns.map(\.heading).enumerated() where name == "Seeds" || name == "Pairs" {
            let sizes = Set(table.rows.map { $0[column] }.filter { !$0.isEmpty })
            guard sizes.count == 1, let size = sizes.first else { continue }
            for row in table.rows.indices { table.rows[row][column] = "" }
            table.notes.append("\(name): \(size) in every row.")
        }
    }

    /// How far each encoder's CLIP-Score is above the decoder without a caption, where that was tested.
    var clipScoreLevels: [InferenceRecord.Level] {
        inference?.outcomes.first { $0.name == "CLIP-Score" }?.above ?? []
    }

    /// That difference with its interval over portraits, by encoder: it tells more than an interval over two or three
    /// seeds. Empty where it was not tested.
    private var aboveNoCaption: [String: String] {
        clipScoreLevels.reduce(into: [:]) { cells, level in
            cells[level.encoder] = InferenceRecord.difference(level.difference, level.interval)
        }
    }

    private func row(_ encoder: EncoderSummary, floor: Double?, clipDecimals: Int) -> [String] {
        let pairs = Set(encoder.scores.map(\.n)).sorted()
        let attributes = encoder.spread { $0.attributeScore }
        return [
            encoder.encoder,
            encoder.clipScore.map { NumberText.plusMinus($0.mean, $0.sd, decimals: clipDecimals) } ?? "",
            intervalText(encoder.clipScore, decimals: clipDecimals),
            spread(encoder) { $0.bitsSaved }, spread(encoder) { $0.secondClipScore },
            attributes.map { spread in
                NumberText.plusMinus(100 * spread.mean, spread.sd.map { 100 * $0 }, decimals: 1) + " %"
            } ?? "",
            wayToReal(encoder, floor: floor).map { NumberText.percent($0, decimals: 0) } ?? "",
            encoder.style.name, String(encoder.scores.count),
            pairs.count == 1 ? String(pairs[0]) : "\(pairs.first ?? 0)–\(pairs.last ?? 0)",
        ]
    }

    private func spread(_ encoder: EncoderSummary, _ value: (ScoreRecord) -> Double?) -> String {
        encoder.spread(of: value).map { NumberText.plusMinus($0.mean, $0.sd, decimals: 2) } ?? ""
    }

    /// The pictures as pictures, and the training behind them: measurements that say nothing about captions.
    package var qualityTable: TextTable? {
        let table = TextTable(
            "Pictures and training",
            columns: [
                .init("Encoder"), .init("IS ↑", .right), .init("IS as published", .right), .init("FID ↓", .right),
                .init("FID as published", .right), .init("KID · 1000 ↓", .right), .init("Precision ↑", .right),
                .init("Recall ↑", .right),
                .init("Validation loss, best ↓", .right), .init("last ↓", .right), .init("Time", .right),
            ],
            rows: EncoderSummary.of(scores).map(qualityRow)
                + [
                    groundTruth.flatMap { real in
                        qualityRow(
                            TextTable.realPairs, [real.inceptionScore?.mean, real.inceptionScoreAsPublished?.mean])
                    },
                    groundTruth?.reconstruction.flatMap { drawn in
                        qualityRow(
                            TextTable.reconstructions,
                            [
                                drawn.inceptionScore?.mean, drawn.inceptionScoreAsPublished?.mean, drawn.fid,
                                drawn.fidAsPublished, drawn.kid.map { 1000 * $0 },
                            ])
                    },
                ]
                .compactMap { $0 },
            notes: qualityNotes
        ).withoutEmptyColumns
        return table.columns.count > 1 ? table : nil
    }

    /// A row of no encoder's pictures; nil where nothing of it was measured.
    private func qualityRow(_ name: String, _ values: [Double?]) -> [String]? {
        guard values.contains(where: { $0 != nil }) else { return nil }
        return [name] + values.map { $0.map { NumberText.fixed($0, decimals: abs($0) < 0.1 ? 4 : 2) } ?? "" }
    }

    private func qualityRow(_ encoder: EncoderSummary) -> [String] {
        func cell(_ decimals: Int, _ value: (ScoreRecord) -> Double?) -> String {
            guard let spread = encoder.spread(of: value) else { return "" }
            return NumberText.plusMinus(spread.mean, spread.sd, decimals: decimals)
        }
        return [
            encoder.encoder, cell(2) { $0.inceptionScore?.mean }, cell(2) { $0.inceptionScoreAsPublished?.mean },
            cell(2) { $0.fid }, cell(4) { $0.fidAsPublished }, cell(2) { $0.kid.map { 1000 * $0 } },
            cell(2) { $0.precision }, cell(2) { $0.recall }, cell(4) { $0.validationLoss?.best },
            cell(4) { $0.validationLoss?.last },
            encoder.spread { $0.seconds }.map { NumberText.duration($0.values.reduce(0, +)) } ?? "",
        ]
    }

    /// How the caveat of a Fréchet distance begins.
    package static let fidCaveat = "FID: "

    private var qualityNotes: [String] {
        var notes: [String] = []
        if scores.contains(where: { $0.inceptionScoreAsPublished != nil }) {
            notes.append(
                "As published repeats the released code, which scores nearly black pictures; the other is correct."
            )
        }
        if scores.contains(where: { $0.kid != nil }) {
            notes.append(
                "FID, KID, precision and recall are to the real pictures of the same captions. Of few pictures FID is "
                    + "too large and IS too small; KID has no such bias.")
        }
        // Where few pictures make a distance hardly one, its run says so.
        if scores.contains(where: { $0.fid != nil }) { notes += caveats.filter { $0.hasPrefix(Self.fidCaveat) } }
        if scores.contains(where: { $0.validationLoss != nil }) {
            notes.append("Validation loss: the best and the last of each training, in nats per image token.")
            if let sides = floorSentence { notes.append(sides) }
        }
        if scores.contains(where: { $0.seconds != nil }) { notes.append("Time: all seeds together.") }
        return notes
    }

    private func intervalText(_ spread: SeedSpread?, decimals: Int) -> String {
        guard let spread else { return "" }
        guard let interval = spread.interval else { return spread.values.count == 1 ? "one seed" : "undefined" }
        return "\(NumberText.fixed(interval.lower, decimals: decimals)) to "
            + NumberText.fixed(interval.upper, decimals: decimals)
    }

    /// (encoder − floor) / (ceiling − floor), the ceiling being what the decoder could draw at best; nil where one of
    /// them is unknown or the way has no length.
    private func wayToReal(_ encoder: EncoderSummary, floor: Double?) -> Double? {
        guard !encoder.style.isBaseline, let mean = encoder.clipScore?.mean, let floor,
            let real = groundTruth?.reconstruction?.clipScore ?? groundTruth?.clipScore, real > floor
        else { return nil }
        return (mean - floor) / (real - floor)
    }

    private func scoreNotes(_ encoders: [EncoderSummary]) -> [String] {
        let single = encoders.filter { $0.scores.count == 1 }.map(\.encoder)
        let repeated = encoders.contains { $0.scores.count > 1 }
        var notes: [String] = []
        if repeated {
            notes.append(
                "± is the standard deviation over seeds"
                    + (aboveNoCaption.isEmpty
                        ? "; the 95 % interval is Student's, over the seeds of that encoder only."
                        : "; the interval is of these captions, portraits resampled whole."))
        }
        if !single.isEmpty {
            notes.append(
                (repeated ? single.joined(separator: ", ") + ": one seed" : "One seed per encoder")
                    + ", so neither a spread nor an interval can be given.")
        }
        if groundTruth != nil, let floor = encoders.baseline {
            let start = floor.style == .random ? "the random baseline" : floor.name
            let end = groundTruth?.reconstruction == nil ? "real pairs" : "the real pictures after the VQGAN"
            notes.append(
                "Way to real: how far the CLIP-Score stands between \(start) (0 %) and \(end) (100\u{A0}%).")
        }
        if scores.contains(where: { $0.bitsSaved != nil }) {
            notes.append(
                "Bits saved: how many bits fewer the decoder needs for a real picture's tokens once it has the "
                    + "caption; below zero the prefix is in its way. No judge has a part in it.")
        }
        if scores.contains(where: { $0.secondClipScore != nil }) {
            notes.append("Second judge: another CLIP, of other sizes, vocabulary and seed.")
        }
        if scores.contains(where: { $0.attributeScore != nil }) {
            notes.append(
                "Attributes: share of what the caption mentions that a separate classifier finds in the picture.")
        }
        return notes
    }

    /// One row per way of steering.
    package var ablationTable: TextTable? {
        guard let ablation, !ablation.rows.isEmpty else { return nil }
        return TextTable(
            "Stronger steering",
            columns: [
                .init("Encoder"), .init("Style"), .init("Prefix tokens K", .right), .init("Guidance W", .right),
                .init("Pairs", .right), .init("CLIP-Score ↑", .right), .init("Attributes ↑", .right),
            ],
            rows: ablation.rows.map { row in
                [
                    row.encoder, row.style.name, String(row.prefixTokens), NumberText.significant(row.guidance),
                    String(row.n), NumberText.fixed(row.clipScore, decimals: 2),
                    row.attributeScore.map { NumberText.percent($0) } ?? "",
                ]
            },
            notes: ["One seed each. K = 1 and W = 1 is the published probe."]
        ).withoutEmptyColumns
    }

    package var settingsTable: TextTable? { .settings(settings) }

    package var provenanceTable: TextTable { provenance.table }
}
