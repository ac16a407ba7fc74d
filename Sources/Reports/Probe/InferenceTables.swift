/// Tables that grow with encoders and seeds, and what they become where nobody would read all of it.
extension InferenceRecord {
    /// Pairs and floors of more than so many rows are told shortly; `pairs.csv` and `floors.csv` have them all.
    private static let mostPairs = 45
    private static let mostFloors = 48
    private static let level = 0.05

    static func pairTable(_ outcome: Outcome) -> TextTable {
        let all = outcome.pairs
        let isShort = all.count > mostPairs
        let different = all.filter { ($0.pHolm ?? 1) < level }.sorted { ($0.p, $0.a, $0.b) < ($1.p, $1.a, $1.b) }
        let shown = isShort ? Array(different.prefix(mostPairs)) : all
        var notes = ["About these encoders only. Seeds are averaged; portraits are resampled whole."]
        if isShort {
            let rest = different.count > shown.count ? ", the least p first up to \(shown.count)" : ""
            notes.insert(
                different.isEmpty
                    ? "Of \(all.count) pairs none differs at 0.05 after Holm's correction over all of them, so none is "
                        + "shown; pairs.csv has every one."
                    : "Of \(all.count) pairs those \(different.count) that differ at 0.05 after Holm's correction over "
                        + "all of them\(rest); pairs.csv has every one.", at: 0)
        }
        return TextTable(
            "Pairs of encoders on the same captions",
            columns: [
                .init("Encoders"), .init("Difference, 95 %", .right), .init("p", .right), .init("p (Holm)", .right),
            ],
            rows: shown.map {
                [
                    "\($0.a) − \($0.b)", difference($0.difference, $0.interval),
                    NumberText.pValue($0.p), $0.pHolm.map(NumberText.pValue) ?? "",
                ]
            },
            notes: notes)
    }

    var floorTable: TextTable {
        guard floors.count > Self.mostFloors else {
            return TextTable(
                columns: [
                    .init("Encoder"), .init("Seed", .right), .init("Own", .right), .init("Others'", .right),
                    .init("Difference, 95 %", .right), .init("p", .right),
                ],
                rows: floors.map {
                    [
                        $0.encoder, String($0.seed), Self.text($0.clipScore), Self.text($0.shuffled),
                        Self.difference($0.difference, $0.interval), NumberText.pValue($0.p),
                    ]
                },
                notes: [
                    "Intervals by resampling portraits; p: how often captions dealt out at random score as well. Each "
                        + "seed is tested by itself."
                ])
        }
        let names = floors.reduce(into: [String]()) { if !$0.contains($1.encoder) { $0.append($1.encoder) } }
        func mean(_ floors: [Floor], _ value: (Floor) -> Double) -> Double {
            floors.reduce(0) { $0 + value($1) } / Double(floors.count)
        }
        return TextTable(
            columns: [
                .init("Encoder"), .init("Own", .right), .init("Others'", .right), .init("Difference", .right),
                .init("Least and most", .right), .init("Seeds with p < 0.05", .right),
            ],
            rows: names.map { name -> [String] in
                let seeds = floors.filter { $0.encoder == name }
                let differences = seeds.map(\.difference)
                return [
                    name, Self.text(mean(seeds, \.clipScore)), Self.text(mean(seeds, \.shuffled)),
                    Self.text(mean(seeds, \.difference)),
                    "\(Self.text(differences.min() ?? .nan)) to \(Self.text(differences.max() ?? .nan))",
                    "\(seeds.count { $0.p < Self.level }) of \(seeds.count)",
                ]
            },
            notes: [
                "Means over seeds. Each seed is tested by itself, so by chance alone one of twenty would have "
                    + "p < 0.05. floors.csv has every seed, with intervals by resampling portraits; p is how often "
                    + "captions dealt out at random score as well."
            ])
    }
}
