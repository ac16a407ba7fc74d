import Foundation

/// The sentences of a latent-space study, and its page.
extension LatentSpaceReport: StudyReport {
    package var kind: String { "latent space" }
    package var title: String { "Where do pictures and texts lie?" }
    package var subtitle: String { "\(source) · \(gap.pairs) pairs" }
    package var warning: String? { nil }

    package var findings: [String] {
        let fixed = { (value: Double) in NumberText.fixed(value, decimals: 3) }
        let first =
            "The mean picture lies \(fixed(gap.asTrained.distance)) from the mean text of these \(gap.pairs) pairs; "
            + "among all others together, \(NumberText.percent(gap.mixed.asTrained.r10)) of the items have their "
            + "partner among the first ten, with the gap closed \(NumberText.percent(gap.mixed.closed.r10)). "
            + "These are the figures of these pairs; other pairs were not measured."
        return [first]
            + changes.map { change in
                let isClear = change.p < 0.05
                return
                    "\(change.treatment.prefix(1).uppercased())\(change.treatment.dropFirst()), the own caption "
                    + "comes first for "
                    + "\(NumberText.percent(change.after)) of the pictures instead of "
                    + "\(NumberText.percent(change.before)): \(change.lost) lost, \(change.gained) gained. "
                    + (isClear
                        ? "That is more than chance would change among such pairs"
                        : "Chance alone could change as many among such pairs")
                    + " (McNemar's exact test, p = \(NumberText.pValue(change.p))); it speaks of this model only."
            }
    }

    package var lead: String {
        "A model with two towers gives pictures and texts vectors in one space, but often in two separate places. "
            + "Here it is measured how far apart they are, what becomes of searches when the difference is taken "
            + "away, which pairs lie together, and what maps of the space can be believed."
    }

    package var caveats: [String] {
        [
            "The loss is that of batches of \(gap.batch) in order at scale "
                + "\(NumberText.significant(gap.scale, digits: 6)); "
                + "in the column as published only pictures are held against texts, as the article's code does.",
            "A map shows neighbours, not distances; its trustworthiness says how many of them are real. Long lines "
                + "between partners of a high cosine are the map's fault.",
            "Means for closing and centring are those of the same pairs that are searched.",
        ] + remarks
    }

    package var numbers: [ReportSection] {
        gap.sections + [retrieval.section] + clusters.map(\.section)
            + [ReportSection("Maps", [.table(mapTable)])] + (measures?.sections.map(\.section) ?? [])
    }

    package var facts: [TextTable] { [TextTable.settings(settings), provenance.table].compactMap(\.self) }

    var mapTable: TextTable {
        TextTable(
            "Maps",
            columns: [
                .init("Method"), .init("Made from"), .init("Trustworthiness", .right), .init("Pair edge", .right),
                .init("Partner's rank", .right), .init("Other modality", .right),
            ],
            rows: maps.map { map in
                [
                    MapPlot.name(map.method), map.fit,
                    map.trustworthiness.map { NumberText.fixed($0, decimals: 3) } ?? "too few points",
                    map.pairFigures.map { NumberText.fixed($0.edge, decimals: 2) } ?? "",
                    map.pairFigures.map { NumberText.fixed($0.partnerRank, decimals: 1) } ?? "",
                    map.pairFigures.map { NumberText.percent($0.otherModality) } ?? "",
                ]
            },
            notes: [
                "Trustworthiness and the other modality: of 15 neighbours. Pair edge: median distance of partners over "
                    + "that of any two points. Partner's rank: a picture's text among all texts, median."
            ])
    }

    package func pageSections(picturesBelow folder: URL?) -> [PageSection] {
        [
            PageSection("gap", "The gap") {
                Tag.figure {
                    Tag.div(["class": "box panels wide", "tabindex": "0"]) { LandscapePlot(record: gap).drawing.inline }
                    Tag.figcaption {
                        "Loss when both sides are moved towards each other. The dashed line is the model as trained, "
                            + "at 0 the means coincide."
                    }
                }
                Tag.figure { gap.figuresTable.markup }
                PageParts.terms(GapRecord.terms)
                PageParts.folded(gap.landscapeTable)
            },
            PageSection("searches", "Searches") { Tag.figure { gap.searchTable.markup } },
            retrieval.section.page(id: "retrieval"),
            PageSection("maps", "Maps") {
                Tag.figure {
                    Tag.div(["class": "box panels wide", "tabindex": "0"]) {
                        for map in maps { MapPlot(record: map, pairCosines: pairCosines).drawing.inline }
                    }
                    Tag.figcaption {
                        "Circles are pictures, diamonds texts; a line joins partners, the darker the higher their "
                            + "cosine."
                    }
                }
                Tag.figure { mapTable.untitled.markup }
            },
        ]
            + clusters.enumerated().map { place, clusters in
                let title = clusters.rows == "published" ? "Clusters as published" : "Clusters of pair vectors"
                return PageSection("clusters-\(place + 1)", title) { Tag.figure { clusters.section.tables[0].markup } }
            } + (measures?.sections.map { $0.section.page(id: $0.id) } ?? [])
    }

    /// Writes `space.html`, `space.md`, `space.json` and the maps as CSV into `folder`.
    package func write(to folder: URL) throws {
        try RecordFile.write(self, to: folder.appending(path: "space.json"))
        try RecordFile.write(markdown, to: folder.appending(path: "space.md"))
        for map in maps {
            try RecordFile.write(map.csv, to: folder.appending(path: "\(map.method)-\(map.fit).csv"))
        }
        try RecordFile.write(StudyPage(study: self).rendered, to: folder.appending(path: "space.html"))
    }

    package var terminal: String {
        let head = [title + "\n", TerminalText.safe(subtitle) + "\n"] + findings.map(TerminalText.paragraph)
        return (head + numbers.map(\.terminal) + caveatSections.map(\.terminal)).joined(separator: "\n")
    }
}
