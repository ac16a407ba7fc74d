import SynStatistics

extension TokensRecord {
    package var terminal: String { section.terminal }

    package var section: ReportSection {
        ReportSection(
            "Tokens, long captions, printed words",
            [
                .table(placeTable), .table(probeTable), .table(dropTable),
                .sentence(
                    "When later words change, earlier tokens' vectors change by "
                        + "\(NumberText.significant(sight.ofEarlier)) at most; when an earlier word does, later ones "
                        + "change by \(NumberText.significant(sight.ofLater)). A first number of 0 (or of rounding, "
                        + "1e-6) means that a word never sees what stands behind it."),
                .table(searches("Captions by how much they name", "Mentions", byMentions)),
                .table(searches("Other sentences behind the caption", "Sentences", behind)),
                .table(searches("Other sentences before the caption", "Sentences", before)), .table(printTable),
            ])
    }

    private func text(_ mean: Mean) -> String {
        GapRecord.text(mean.value)
            + (mean.interval.map { " [\(GapRecord.text($0.lower)), \(GapRecord.text($0.upper))]" } ?? "")
    }

    private var placeTable: TextTable {
        TextTable(
            "\(source): does a token's vector tell pictures with its attribute from those without?",
            columns: [.init("Token"), .init("Mentions", .right), .init("Area", .right)],
            rows: places.map { [$0.place, String($0.mentions), text($0.area)] },
            notes: [
                "Area under the ROC of the cosines, mean over mentions with its 95 % interval as if mentions were "
                    + "independent; 0.5 is chance. Single tokens were never trained to be compared with pictures."
            ])
    }

    private var probeTable: TextTable {
        TextTable(
            "A linear probe for what the caption names, by place",
            columns: [
                .init("Through the caption", .right), .init("Area", .right), .init("With others' attributes", .right),
            ],
            rows: probes.map {
                [
                    NumberText.percent($0.through, decimals: 0), $0.area.map { GapRecord.text($0, 3) } ?? "",
                    $0.areaOfOthers.map { GapRecord.text($0, 3) } ?? "",
                ]
            },
            notes: ["Mean over \(probes.first?.attributes ?? 0) attributes, on a third of the captions held out."])
    }

    private var dropTable: TextTable {
        TextTable(
            "What the cosine with the own picture loses where something is left out",
            columns: [.init("Left out"), .init("Cases", .right), .init("Loss", .right)],
            rows: drops.map { [$0.left, String($0.cases), text($0.drop)] })
    }

    private func searches(_ title: String, _ name: String, _ rows: [Search]) -> TextTable {
        TextTable(
            title,
            columns: [name, "Captions", "R@1", "R@10", "Median rank", "Mean tokens", "Cut", "End token kept"].map {
                .init($0, .right)
            },
            rows: rows.map {
                [
                    $0.name, String($0.captions), GapRecord.text($0.r1, 3), GapRecord.text($0.r10, 3),
                    GapRecord.text($0.medianRank, 1), GapRecord.text($0.meanTokens, 1), String($0.cut),
                    String($0.keepEnd),
                ]
            }, notes: ["The own picture among all \(pictures)."])
    }

    private var printTable: TextTable {
        TextTable(
            "The name of another class printed on the picture",
            columns: [
                .init("Classes"), .init("Pictures", .right), .init("Right", .right), .init("with XXX", .right),
                .init("with the name", .right), .init("Follow", .right), .init("with XXX", .right),
                .init("with the name", .right), .init("p", .right),
            ],
            rows: printed.map {
                [$0.task, String($0.pictures)]
                    + [
                        $0.rightBare, $0.rightOther, $0.rightPrinted, $0.followBare, $0.followOther, $0.followPrinted,
                    ].map { GapRecord.text($0.value, 3) } + [NumberText.pValue($0.p)]
            },
            notes: [
                "Follow: the answer is the printed class. p: McNemar's exact test of following, the name against a row "
                    + "of X as long."
            ])
    }
}
