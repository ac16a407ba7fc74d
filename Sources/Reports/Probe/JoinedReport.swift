import Foundation
import SynFiles
import SynStatistics

/// Several runs of one experiment as one report: more seeds, more encoders, trained on other machines.
///
/// Runs are joined only where their settings agree but for what names the run and what it adds: its name, output
/// folder, threads, seeds, and which encoders it has. What was measured twice must have been measured alike.
package struct JoinedReport: Sendable {
    /// One run: its record, and the folder its pictures lie in.
    package struct Run: Sendable {
        package let name: String
        package let report: ProbeReport
        package let folder: URL

        package init(_ report: ProbeReport, name: String, folder: URL) {
            (self.report, self.name, self.folder) = (report, name, folder)
        }
    }

    /// Why runs cannot be joined, one sentence for each difference.
    package struct Differences: Error, Sendable, Equatable {
        package let sentences: [String]
    }

    package let report: ProbeReport

    /// - Parameter runs: at least one; the first gives title, settings and the order.
    package init(_ runs: [Run]) throws {
        guard let first = runs.first else { throw ReportFailure("there is no run to join") }
        let differences = runs.dropFirst().flatMap { Self.differences(first, $0) }
        guard differences.isEmpty else { throw Differences(sentences: differences) }
        var joined = first.report
        joined.scores = try Self.scores(runs)
        joined.settings = Self.settings(runs)
        joined.partial = runs.contains { $0.report.partial }
        var seen: Set<String> = []
        joined.curves = runs.flatMap(\.report.curves).filter { seen.insert("\($0.encoder)\u{0}\($0.seed)").inserted }
        joined.significance = try ProbeReport.significance(joined.scores)
        // It rests on every picture's score, which records do not hold.
        joined.inference = nil
        joined.sections = [Self.whyNoInference] + joined.sections
        var chosen: Set<String> = []
        let rates = runs.flatMap { $0.report.learningRates ?? [] }.filter { chosen.insert($0.encoder).inserted }
        joined.learningRates = rates.isEmpty ? nil : rates
        joined.gallery = Self.gallery(runs)
        joined.ablation = Self.ablation(runs)
        joined.provenance = Self.provenance(runs)
        joined.caveats = runs.flatMap(\.report.caveats).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        joined.caveats.append(
            "Joined from \(StyleVerdict.counted(runs.count, "run")): \(StyleVerdict.listed(runs.map(\.name))).")
        var cut: Set<String> = []
        let cutCaptions = runs.flatMap { $0.report.cutCaptions ?? [] }.filter { cut.insert($0.encoder).inserted }
        joined.cutCaptions = cutCaptions.isEmpty ? nil : cutCaptions
        (joined.secondPage, joined.thirdPage) = (nil, nil)
        report = joined
    }

    /// Said where a run's own report has its inferences.
    static let whyNoInference = ReportSection(
        "What the scores say, and about whom",
        [
            .sentence(
                "Not answered here. Floors, differences of these encoders paired by caption, and whether other "
                    + "encoders of their styles differ rest on the score of every picture, and the records of runs "
                    + "hold means only. The runs' folders hold the scores: `synesthesia join RUN… --out FOLDER`, then "
                    + "`synesthesia probe FOLDER/settings.yaml`, makes one run of them, whose report answers it. The "
                    + "tests below are of seeds' and encoders' means.")
        ])

    // MARK: Whether they belong together

    private static func differences(_ a: Run, _ b: Run) -> [String] {
        var found: [String] = []
        func compare(_ what: String, _ x: String, _ y: String) {
            if x != y { found.append("\(what) is \(x) in \(a.name), but \(y) in \(b.name)") }
        }
        compare("the data set", a.report.dataset, b.report.dataset)
        let (first, second) = (Blocks(a.report.settings), Blocks(b.report.settings))
        for key in first.common.keys.sorted() where second.common[key] == nil {
            found.append("\(key) is \(first.common[key] ?? "") in \(a.name), but not given in \(b.name)")
        }
        for (key, value) in second.common.sorted(by: { $0.key < $1.key }) {
            if let other = first.common[key] {
                compare(key, other, value)
            } else {
                found.append("\(key) is \(value) in \(b.name), but not given in \(a.name)")
            }
        }
        for (name, block) in second.encoders {
            if let other = first.encoders.first(where: { $0.name == name })?.lines, other != block {
                compare("encoder \(name)", Blocks.text(other), Blocks.text(block))
            }
        }
        compare("the precision", Self.precision(a.report.provenance), Self.precision(b.report.provenance))
        compare("the number of captions", counts(a), counts(b))
        if let x = a.report.groundTruth, let y = b.report.groundTruth {
            compare("the real pairs' CLIP-Score", "\(x.clipScore)", "\(y.clipScore)")
        }
        return found
    }

    private static func counts(_ run: Run) -> String {
        Set(run.report.scores.map(\.n)).sorted().map(String.init).joined(separator: ", ")
    }

    // MARK: What is joined

    private struct Key: Hashable {
        let encoder: String
        let seed: UInt64

        init(_ score: ScoreRecord) { (encoder, seed) = (score.encoder, score.seed) }
    }

    private static func scores(_ runs: [Run]) throws -> [ScoreRecord] {
        var known: [Key: (score: ScoreRecord, run: String)] = [:]
        var order: [ScoreRecord] = []
        var clashes: [String] = []
        for run in runs {
            for score in run.report.scores {
                guard let earlier = known[Key(score)] else {
                    known[Key(score)] = (score, run.name)
                    order.append(score)
                    continue
                }
                let isSame =
                    earlier.score.clipScore == score.clipScore
                    || (earlier.score.clipScore.isNaN && score.clipScore.isNaN)
                if !isSame || earlier.score.style != score.style {
                    clashes.append(
                        "\(score.encoder), seed \(score.seed), scores \(earlier.score.clipScore) in \(earlier.run), "
                            + "but \(score.clipScore) in \(run.name)")
                }
            }
        }
        guard clashes.isEmpty else { throw Differences(sentences: clashes) }
        let encoders = order.reduce(into: [String]()) { if !$0.contains($1.encoder) { $0.append($1.encoder) } }
        return encoders.flatMap { name in order.filter { $0.encoder == name }.sorted { $0.seed < $1.seed } }
    }

    /// A caption's row has the pictures of all runs that drew it.
    private static func gallery(_ runs: [Run]) -> [GalleryRow] {
        var rows: [GalleryRow] = []
        for run in runs {
            for var row in run.report.gallery {
                row.original = row.original.map { whole($0, run) }
                row.pictures = row.pictures.map {
                    GalleryPicture(encoder: $0.encoder, seed: $0.seed, picture: whole($0.picture, run))
                }
                guard let place = rows.firstIndex(where: { $0.caption == row.caption }) else {
                    rows.append(row)
                    continue
                }
                rows[place].pictures += row.pictures.filter { new in
                    !rows[place].pictures.contains { $0.encoder == new.encoder && $0.seed == new.seed }
                }
            }
        }
        return rows
    }

    private static func ablation(_ runs: [Run]) -> Ablation? {
        let all = runs.compactMap { run in run.report.ablation.map { (run, $0) } }
        guard let captions = all.first?.1.captions else { return nil }
        let rows = all.flatMap { run, ablation in
            ablation.rows.map { row in
                var row = row
                row.pictures = ablation.captions == captions ? row.pictures.map { whole($0, run) } : []
                return row
            }
        }
        return Ablation(captions: captions, rows: rows)
    }

    /// A picture with its bytes, which no longer needs its run's folder; one that is missing keeps its path.
    private static func whole(_ picture: Picture, _ run: Run) -> Picture {
        var picture = picture
        if let bytes = try? picture.image.bytes(below: run.folder).get() { picture.image = .data(bytes) }
        return picture
    }

    private static func provenance(_ runs: [Run]) -> Provenance {
        let all = runs.map(\.report.provenance)
        var joined = all[0]
        func unique(_ values: [String]) -> String {
            values.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: "; ")
        }
        joined.toolVersion = unique(all.map(\.toolVersion))
        joined.cpu = unique(all.map(\.cpu))
        joined.date = unique(all.map(\.date))
        joined.stages = all.flatMap(\.stages).reduce(into: []) { stages, stage in
            if let place = stages.firstIndex(where: { $0.name == stage.name }) {
                stages[place].seconds += stage.seconds
            } else {
                stages.append(stage)
            }
        }
        return joined
    }
}
