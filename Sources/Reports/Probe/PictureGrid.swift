import Foundation

/// A table of faces: one caption per row, what each encoder or each way of steering drew for it side by side.
struct PictureGrid {
    struct Column {
        let name: String
        /// For who cannot see: "clip-small, seed 1".
        let spoken: String
        /// The style's name, or "real": the colour and shape of the mark before the name.
        let kind: String
        let detail: String?
    }

    struct Row {
        let caption: String
        let mentions: [String]
        /// As many as columns; nil where nothing was drawn.
        let pictures: [Picture?]
        /// The CLIP-Score to be set in bold.
        let best: Double?
    }

    let columns: [Column]
    let rows: [Row]

    // MARK: What there is to show

    /// Encoders (and seeds, if there are several) beside each other, the real picture first.
    static func gallery(_ page: ProbePage) -> PictureGrid {
        let rows = page.report.gallery
        let all = orderedUnique(rows.flatMap { $0.pictures.map { Drawer(encoder: $0.encoder, seed: $0.seed) } })
        let drawers = orderedUnique(all.map(\.encoder)).flatMap { encoder in all.filter { $0.encoder == encoder } }
        let severalSeeds = Set(drawers.map(\.seed)).count > 1
        let real = rows.contains { $0.original != nil }
        return PictureGrid(
            columns: (real ? [Column(name: "real picture", spoken: "real picture", kind: "real", detail: nil)] : [])
                + drawers.map { drawer in
                    Column(
                        name: drawer.encoder, spoken: "\(drawer.encoder), seed \(drawer.seed)",
                        kind: page.style(of: drawer.encoder)?.rawValue ?? "",
                        detail: severalSeeds ? "seed \(drawer.seed)" : nil)
                },
            rows: rows.map { row in
                let drawn = drawers.map { drawer in
                    row.pictures.first { $0.encoder == drawer.encoder && $0.seed == drawer.seed }?.picture
                }
                return Row(
                    caption: row.caption, mentions: row.attributes ?? [],
                    pictures: (real ? [row.original] : []) + drawn,
                    best: row.pictures.compactMap(\.picture.clipScore).filter(\.isFinite).max())
            })
    }

    /// Ways of steering beside each other; nil without pictures.
    static func ablation(_ ablation: Ablation) -> PictureGrid? {
        guard ablation.rows.contains(where: { !$0.pictures.isEmpty }) else { return nil }
        return PictureGrid(
            columns: ablation.rows.map { row in
                let detail = "K = \(row.prefixTokens), W = \(NumberText.significant(row.guidance))"
                return Column(
                    name: row.encoder, spoken: "\(row.encoder), \(detail)", kind: row.style.rawValue, detail: detail)
            },
            rows: ablation.captions.enumerated().map { index, caption in
                let pictures = ablation.rows.map { index < $0.pictures.count ? $0.pictures[index] : nil }
                return Row(
                    caption: caption, mentions: [], pictures: pictures,
                    best: pictures.compactMap { $0?.clipScore }.filter(\.isFinite).max())
            })
    }

    /// What the numbers under the pictures are.
    var legend: String {
        let pictures = rows.flatMap { $0.pictures.compactMap { $0 } }
        let clip = pictures.contains { $0.clipScore != nil }
        let attributes = pictures.contains { $0.attributeScore != nil }
        let share = "the share of the mentioned attributes that a classifier finds in it"
        switch (clip, attributes) {
        case (true, true): return "Under each picture its own CLIP-Score (a row's highest is bold) and \(share)."
        case (true, false): return "Under each picture its own CLIP-Score; a row's highest is bold."
        case (false, true): return "Under each picture \(share)."
        case (false, false): return ""
        }
    }

    private struct Drawer: Hashable {
        let encoder: String
        let seed: UInt64
    }

    private static func orderedUnique<Value: Hashable>(_ values: [Value]) -> [Value] {
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }

    // MARK: Markup

    /// The table in its own scrolling box; pictures given by path are read from below `folder`.
    func markup(picturesBelow folder: URL?) -> Markup {
        Tag.div(["class": "box tall", "tabindex": "0", "role": "region", "aria-label": "Pictures"]) {
            Tag.table(["class": columns.count > 6 ? "gallery small" : "gallery"]) {
                Tag.thead {
                    Tag.tr {
                        for column in columns {
                            Tag.th(["scope": "col"]) {
                                Tag.span(["class": "name \(column.kind)"]) { column.name }
                                if let detail = column.detail { Tag.span(["class": "detail"]) { detail } }
                            }
                        }
                        Tag.th(["class": "rest"])
                    }
                }
                for row in rows { markup(row, folder) }
            }
        }
    }

    private func markup(_ row: Row, _ folder: URL?) -> Markup {
        Tag.tbody {
            Tag.tr {
                Tag.th(["class": "words", "scope": "rowgroup", "colspan": String(columns.count + 1)]) {
                    Tag.span(["class": "said"]) {
                        row.caption
                        if !row.mentions.isEmpty {
                            Tag.span(["class": "mentions"]) {
                                "mentions "
                                row.mentions.map { $0.replacing("_", with: " ").lowercased() }.joined(separator: " · ")
                            }
                        }
                    }
                }
            }
            Tag.tr {
                for (picture, column) in zip(row.pictures, columns) {
                    Tag.td { if let picture { cell(picture, column, row, folder) } }
                }
                Tag.td(["class": "rest"])
            }
        }
    }

    private func alternative(_ picture: Picture, _ column: Column, _ row: Row) -> String {
        let score = picture.clipScore.map { ", CLIP-Score \(NumberText.fixed($0, decimals: 1))" } ?? ""
        return "\(column.spoken)\(score): \(row.caption)"
    }

    @MarkupBuilder
    private func cell(_ picture: Picture, _ column: Column, _ row: Row, _ folder: URL?) -> [Markup] {
        switch picture.image.dataURI(below: folder) {
        case .success(let uri): Tag.img(["class": "face", "src": uri, "alt": alternative(picture, column, row)])
        case .failure(let missing): Tag.div(["class": "missing"]) { missing.description }
        }
        let clip = picture.clipScore.map { NumberText.fixed($0, decimals: 1) }
        let found = picture.attributeScore.map { NumberText.percent($0, decimals: 0) }
        if clip != nil || found != nil {
            Tag.span(["class": "score"]) {
                if let clip {
                    if picture.clipScore == row.best { Tag.strong { clip } } else { clip }
                }
                if clip != nil, found != nil { " · " }
                if let found { found }
            }
        }
    }
}
