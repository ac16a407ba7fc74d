import SynStatistics

extension GapAblationReport {
    private static let measures = [
        "distance": "distance", "r1": "R@1, both ways", "mixed_r10": "R@10 among both",
    ]
    private static let effects = [
        "loss": "InfoLOOB for InfoNCE", "retrieval": "Hopfield retrieval",
        "interaction": "retrieval, under InfoLOOB rather than InfoNCE",
        "loss without retrieval": "InfoLOOB for InfoNCE, without retrieval",
        "loss with retrieval": "InfoLOOB for InfoNCE, with retrieval",
        "retrieval under InfoNCE": "Hopfield retrieval, under InfoNCE",
        "retrieval under InfoLOOB": "Hopfield retrieval, under InfoLOOB",
    ]
    static let names = [
        "clip": "CLIP (InfoNCE)", "infoloob": "InfoLOOB", "hopfield": "InfoNCE on retrieved", "cloob": "CLOOB",
        "cyclip": "CyCLIP", "siglip": "SigLIP",
    ]

    var effectTable: TextTable {
        func interval(_ interval: Interval?, _ decimals: Int) -> String {
            interval.map { "\(Self.signed($0.lower, decimals)) to \(Self.signed($0.upper, decimals))" } ?? ""
        }
        return TextTable(
            columns: [
                .init("Measure"), .init("Change"), .init("Effect", .right), .init("95 % interval", .right),
                .init("p", .right), .init("p, Holm", .right), .init("η²", .right), .init("partial η²", .right),
                .init("Hedges' g", .right),
            ],
            rows: analyses.flatMap { analysis in
                let all = analysis.effects + (analysis.simpleEffects ?? []) + [analysis.lossBeyondRetrieval]
                let rows: [[String]] = all.map { effect in
                    [
                        Self.measures[analysis.measure] ?? analysis.measure,
                        Self.effects[effect.name] ?? effect.name,
                        Self.signed(effect.value, 4), interval(effect.interval, 4),
                        effect.p.map(NumberText.pValue) ?? "", effect.correctedP.map(NumberText.pValue) ?? "",
                        effect.shareOfVariation.map { NumberText.fixed($0, decimals: 3) } ?? "",
                        effect.partialShare.map { NumberText.fixed($0, decimals: 3) } ?? "",
                        effect.hedgesG.map { NumberText.fixed($0, decimals: 1) } ?? "",
                    ]
                }
                return rows
            },
            notes: [
                "Effects of loss and retrieval: mean over both levels of the other. η²: what the effect explains of "
                    + "how all models differ; partial: of the effect and its own error. Loss beyond retrieval: by how "
                    + "much the loss's effect is the larger one, whichever way they point."
            ]
        ).withoutEmptyColumns
    }

    var publishedTable: TextTable {
        func row(_ name: String, _ means: FactorCells) -> [String] {
            [name]
                + [means.clip, means.infoloob, means.hopfield, means.cloob].map { NumberText.fixed($0, decimals: 3) }
                + [means.loss, means.retrieval, means.interaction].map { Self.signed($0) }
        }
        return TextTable(
            "Distance of the means",
            columns: [
                .init("Models"), .init("CLIP", .right), .init("InfoLOOB", .right), .init("Hopfield", .right),
                .init("CLOOB", .right), .init("Loss", .right), .init("Retrieval", .right), .init("Interaction", .right),
            ],
            rows: (analyses.first.map { [row("ours, mean of \($0.seeds)", $0.means)] } ?? [])
                + published.map { row($0.name, $0.means) },
            notes: [
                "Published: ResNet-50, one model a cell, 100 pairs of MSCOCO; "
                    + (published.contains(where: \.isMeasured)
                        ? "Conceptual Captions measured anew from the published matrices, the rest quoted." : "quoted.")
            ])
    }

    /// Each objective with its scale, in the order in which they were trained.
    private var groups: [(name: String, models: [AblatedModel])] {
        var (order, groups): ([String], [String: [AblatedModel]]) = ([], [:])
        for model in models {
            let key = model.objective + " " + model.scale
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(model)
        }
        return order.compactMap { key in
            groups[key].flatMap { models in
                models.first.map { ("\(Self.names[$0.objective] ?? $0.objective), scale \($0.scale)", models) }
            }
        }
    }

    var objectiveTable: TextTable {
        func cell(_ models: [AblatedModel], _ path: KeyPath<AblatedModel, Double>) -> String {
            let values = models.map { $0[keyPath: path] }
            let mean = values.reduce(0, +) / Double(values.count)
            return NumberText.plusMinus(mean, try? Summary(values).deviation, decimals: 3)
        }
        return TextTable(
            columns: [
                .init("Objective"), .init("Distance", .right), .init("In-modal difference", .right),
                .init("Picture to text", .right), .init("Text to picture", .right), .init("Among both", .right),
                .init("closed", .right),
            ],
            rows: groups.map { name, models in
                [
                    name, cell(models, \.distance), cell(models, \.rmsInModalDifference),
                    cell(models, \.imageToText), cell(models, \.textToImage), cell(models, \.mixed),
                    cell(models, \.mixedClosed),
                ]
            }, notes: ["Mean ± standard deviation over seeds."])
    }

    var modelTable: TextTable {
        TextTable(
            "All models",
            columns: [
                .init("Seed", .right), .init("Objective"), .init("Scale", .right), .init("Distance", .right),
                .init("Picture to text", .right), .init("Text to picture", .right), .init("Among both", .right),
                .init("closed", .right),
            ],
            rows: models.map { model in
                ["\(model.seed)", Self.names[model.objective] ?? model.objective, model.scale]
                    + [model.distance, model.imageToText, model.textToImage, model.mixed, model.mixedClosed].map {
                        NumberText.fixed($0, decimals: 4)
                    }
            })
    }

    static let terms = [
        ReportSection.Term("Distance", "of the mean picture from the mean text."),
        ReportSection.Term(
            "In-modal difference", "root mean square of picture-picture less text-text cosines, over different items."),
        ReportSection.Term("Picture to text", "R@1: the own caption comes first among all; and the other way round."),
        ReportSection.Term(
            "Among both",
            "R@10: the partner is among the first ten of all other pictures and texts; closed: after both "
                + "sides were moved together."),
    ]
}
