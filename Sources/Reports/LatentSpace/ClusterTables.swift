extension ClusterRecord {
    package var terminal: String { section.terminal }

    var section: ReportSection {
        ReportSection(
            "Clusters",
            [
                .table(
                    TextTable(
                        "\(source): \(order.count) pairs by "
                            + (rows == "published" ? "rows of their similarities, as published" : "pair vectors"),
                        columns: [.init("Cluster", .right), .init("Pairs", .right), .init("Label"), .init("Members")],
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
