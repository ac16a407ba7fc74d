extension ClusterRecord {
    package var terminal: String { section.terminal }

    private var items: String { rows == "texts" ? "texts" : "pairs" }

    private var vectors: String {
        switch rows {
        case "published": "rows of their similarities, as published"
        case "texts": "the cosines of their vectors"
        default: "pair vectors"
        }
    }

    var section: ReportSection {
        ReportSection(
            "Clusters",
            [
                .table(
                    TextTable(
                        "\(source): \(order.count) \(items) by \(vectors)",
                        columns: [
                            .init("Cluster", .right), .init(items.capitalized, .right), .init("Label"),
                            .init("Members"),
                        ],
                        rows: clusters.enumerated().map { place, members in
                            [
                                String(place + 1), String(members.count), place < labels.count ? labels[place] : "",
                                members.prefix(8).map(String.init).joined(separator: " ")
                                    + (members.count > 8 ? " …" : ""),
                            ]
                        },
                        notes: [
                            "Complete linkage, at most ten clusters unless told otherwise; members are numbered from "
                                + "0. The highest joint is at \(GapRecord.text(height))."
                        ]))
            ])
    }
}
