import Foundation
import SynReports
import SynRuns
import SynTensors

/// All measurements of one set of pairs, in one report.
package struct LatentSpaceStudy: Sendable {
    private let input: LatentSpaceInput
    private let scale: Double
    private let seed: UInt64

    package init(_ input: LatentSpaceInput, scale: Double = GapStudy.defaultScale, seed: UInt64 = 0) {
        (self.input, self.scale, self.seed) = (input, scale, seed)
    }

    /// - Parameters:
    ///   - measures: what was measured beside, for the same report.
    ///   - progress: told which part begins, of how many.
    package func report(
        measures: LatentSpaceMeasures? = nil,
        progress: (_ part: String, _ done: Int, _ total: Int) throws -> Void = { _, _, _ in }
    ) throws
        -> LatentSpaceReport
    {
        let pairs = input.pairs
        let total = 6
        try progress("the gap", 0, total)
        let gap = try GapStudy(pairs, scale: scale).record()
        let study = ModalityGap(pairs)
        let changes = [
            Self.change("with the gap closed", pairs, try study.closed()),
            Self.change("centred", pairs, try study.centred()),
        ]
        try progress("searches", 1, total)
        let retrieval = RetrievalStudy(pairs, truth: input.truth).record()
        try progress("clusters", 2, total)
        let clusters =
            pairs.count <= PairClusters.most
            ? try PairClusters.Rows.allCases.map { try PairClusters(pairs, rows: $0).record(captions: input.captions) }
            : []
        var maps: [ProjectionRecord] = []
        for (place, method) in Projection.Method.allCases.enumerated() where 2 * pairs.count >= 4 {
            try progress("map: \(method.rawValue)", 3 + place, total)
            maps.append(try Projection(pairs, method: method, seed: seed).record())
        }
        try progress("report", total, total)
        let machine = Machine(version: Release.version, environment: [:], cache: "")
        return LatentSpaceReport(
            source: pairs.source, gap: gap, retrieval: retrieval, clusters: clusters, maps: maps,
            pairCosines: (0..<pairs.count).map { i in
                dot(pairs.images.row(i), pairs.texts.row(i))
            }, changes: changes, measures: measures,
            settings: [
                .init("source", pairs.source), .init("scale", scale.shortest), .init("batch", "\(gap.batch)"),
                .init("seed", "\(seed)"),
            ],
            provenance: Provenance(
                toolVersion: machine.version, cpu: machine.recorded, threads: Threads.count, precision: "f64",
                date: Date.now.formatted(.iso8601)),
            remarks: pairs.remarks.map { $0 + "." }
                + (clusters.isEmpty ? ["Clusters are left out: a tree of so many pairs would take too long."] : []))
    }

    /// Which pictures find their own caption first, before and after.
    private static func change(
        _ name: String, _ before: PairedVectors, _ after: PairedVectors
    ) -> LatentSpaceReport.TreatmentTest {
        let (old, new) = (RetrievalRanks.imageToText(before), RetrievalRanks.imageToText(after))
        let lost = zip(old.ranks, new.ranks).count { $0 == 1 && $1 != 1 }
        let gained = zip(old.ranks, new.ranks).count { $0 != 1 && $1 == 1 }
        return .init(
            treatment: name, before: old.recall(at: 1), after: new.recall(at: 1), lost: lost, gained: gained,
            p: mcNemar(lost, gained))
    }

    /// The chance that of so many changes, each way as likely, as few or fewer go one way; two-sided.
    package static func mcNemar(_ a: Int, _ b: Int) -> Double {
        let n = a + b
        guard n > 0 else { return 1 }
        func logFactorial(_ k: Int) -> Double { Foundation.lgamma(Double(k + 1)) }
        var fewer = 0.0
        for k in 0...min(a, b) {
            let logChance: Double = logFactorial(n) - logFactorial(k) - logFactorial(n - k) - Double(n) * M_LN2
            fewer += Foundation.exp(logChance)
        }
        return min(1, 2 * fewer)
    }
}
