import Foundation

/// Tables of faces: what every encoder drew for a caption, side by side.
enum PictureGrid {
    /// One caption per row, one encoder and seed per column, the real picture first.
    static func gallery(_ page: ProbePage) -> Markup {
        let rows = page.report.gallery
        let columns = self.columns(of: rows)
        let hasOriginals = rows.contains { $0.original != nil }
        let width = columns.count + (hasOriginals ? 1 : 0) + 1
        return Tag.section(["id": "gallery"]) {
            Tag.h2 { "Pictures" }
            Tag.p {
                "One caption, drawn once per encoder"
                Set(columns.map(\.seed)).count > 1 ? " and seed" : ""
                ". Under each picture its own CLIP-Score"
                hasAttributes(rows) ? " and the share of the mentioned attributes a classifier finds in it" : ""
                "; the highest CLIP-Score of a row is bold. Single pictures are anecdotes; the table above is the evidence."
            }
            Tag.div(["class": "box", "tabindex": "0"]) {
                Tag.table(["class": "gallery"]) {
                    Tag.thead {
                        Tag.tr {
                            if hasOriginals { Tag.th(["scope": "col"]) { name("real picture", kind: "real") } }
                            for column in columns { heading(column, among: columns, page) }
                            Tag.th(["class": "rest"])
                        }
                    }
                    for row in rows { gallery(row, columns, hasOriginals, width, page) }
                }
            }
        }
    }

    /// One way of steering per row, one caption per column.
    @MarkupBuilder static func ablation(_ ablation: Ablation, _ page: ProbePage) -> [Markup] {
        if ablation.rows.contains(where: { !$0.pictures.isEmpty }) {
            for encoder in orderedUnique(ablation.rows.map(\.encoder)) {
                let rows = ablation.rows.filter { $0.encoder == encoder }
                Tag.h3 { name(encoder, kind: page.style(of: encoder)?.rawValue ?? "") }
                Tag.div(["class": "box", "tabindex": "0"]) {
                    Tag.table(["class": "gallery"]) {
                        Tag.thead {
                            Tag.tr {
                                Tag.th(["scope": "col"]) { "Steering" }
                                for caption in ablation.captions {
                                    Tag.th(["scope": "col", "class": "asked", "title": caption]) { caption }
                                }
                                Tag.th(["class": "rest"])
                            }
                        }
                        Tag.tbody {
                            for row in rows { steering(row, captions: ablation.captions, page) }
                        }
                    }
                }
            }
        }
    }

    // MARK: Gallery

    private struct Column: Hashable {
        let encoder: String
        let seed: UInt64
    }

    private static func columns(of rows: [GalleryRow]) -> [Column] {
        let all = orderedUnique(rows.flatMap { $0.pictures.map { Column(encoder: $0.encoder, seed: $0.seed) } })
        return orderedUnique(all.map(\.encoder)).flatMap { encoder in all.filter { $0.encoder == encoder } }
    }

    private static func heading(_ column: Column, among columns: [Column], _ page: ProbePage) -> Markup {
        Tag.th(["scope": "col"]) {
            name(column.encoder, kind: page.style(of: column.encoder)?.rawValue ?? "")
            if Set(columns.map(\.seed)).count > 1 {
                Tag.br()
                Tag.span { "seed \(column.seed)" }
            }
        }
    }

    private static func gallery(
        _ row: GalleryRow, _ columns: [Column], _ hasOriginals: Bool, _ width: Int, _ page: ProbePage
    ) -> Markup {
        let best = row.pictures.compactMap(\.picture.clipScore).filter(\.isFinite).max()
        return Tag.tbody {
            Tag.tr {
                Tag.th(["class": "words", "scope": "rowgroup", "colspan": String(width)]) {
                    Tag.span(["class": "said"]) {
                        row.caption
                        if let attributes = row.attributes, !attributes.isEmpty {
                            Tag.span(["class": "mentions"]) {
                                "mentions " + attributes.map { $0.replacing("_", with: " ").lowercased() }
                                    .joined(separator: " · ")
                            }
                        }
                    }
                }
            }
            Tag.tr {
                if hasOriginals {
                    Tag.td { row.original.map { cell($0, about: row.caption, best: nil, page) } ?? [] }
                }
                for column in columns {
                    let drawn = row.pictures.first { $0.encoder == column.encoder && $0.seed == column.seed }
                    Tag.td { drawn.map { cell($0.picture, about: row.caption, best: best, page) } ?? [] }
                }
                Tag.td(["class": "rest"])
            }
        }
    }

    // MARK: Ablation

    private static func steering(_ row: AblationRow, captions: [String], _ page: ProbePage) -> Markup {
        Tag.tr {
            Tag.td(["class": "setting"]) {
                Tag.strong { "K = \(row.prefixTokens), W = \(NumberText.significant(row.guidance))" }
                Tag.br()
                Tag.span(["class": "quiet"]) { "mean " + NumberText.fixed(row.clipScore, decimals: 2) }
            }
            for (index, caption) in captions.enumerated() {
                Tag.td {
                    if index < row.pictures.count { cell(row.pictures[index], about: caption, best: nil, page) }
                }
            }
            Tag.td(["class": "rest"])
        }
    }

    // MARK: Cells

    @MarkupBuilder
    private static func cell(_ picture: Picture, about caption: String, best: Double?, _ page: ProbePage) -> [Markup] {
        switch picture.image.dataURI(below: page.folder) {
        case .success(let uri): Tag.img(["class": "face", "src": uri, "alt": caption])
        case .failure(let missing): Tag.div(["class": "missing"]) { missing.description }
        }
        let clip = picture.clipScore.map { NumberText.fixed($0, decimals: 1) }
        let found = picture.attributeScore.map { NumberText.percent($0, decimals: 0) }
        if clip != nil || found != nil {
            Tag.span(["class": "score"]) {
                if let clip {
                    if best != nil, picture.clipScore == best { Tag.strong { clip } } else { clip }
                }
                if clip != nil, found != nil { " · " }
                if let found { found }
            }
        }
    }

    private static func name(_ text: String, kind: String) -> Markup {
        Tag.span(["class": "name \(kind)"]) { text }
    }

    private static func hasAttributes(_ rows: [GalleryRow]) -> Bool {
        rows.contains { $0.pictures.contains { $0.picture.attributeScore != nil } }
    }

    private static func orderedUnique<Value: Hashable>(_ values: [Value]) -> [Value] {
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }
}
