import Foundation
import SynReports
import SynRuns
import SynTensors

/// All measurements of one set of pairs: parts that may be measured in any order, and the report of them all.
package struct LatentSpaceStudy: Sendable {
    private let input: LatentSpaceInput
    private let pictures: EncodedPictures?
    private let scale: Double
    private let seed: UInt64

    /// - Parameter towers: the model, where the pairs are drawn portraits that it has read; nil where only their
    ///   vectors count, which leaves out what asks a model.
    package init(
        _ input: LatentSpaceInput, towers: TwoTowers? = nil, scale: Double = GapStudy.defaultScale, seed: UInt64 = 0
    ) throws {
        (self.input, self.scale, self.seed) = (input, scale, seed)
        pictures = try towers.map {
            EncodedPictures(try KnownPictures(portraits: input.pairs.count), by: $0, vectors: input.pairs.images)
        }
    }

    /// In the order of the report.
    package static func parts(portraits: Bool) -> [SpacePart] {
        SpacePart.allCases.filter { portraits || !$0.needsPortraits }
    }

    package func findings(of part: SpacePart) throws -> SpaceFindings {
        let pairs = input.pairs
        var found = SpaceFindings()
        switch part {
        case .gap:
            found.gap = try GapStudy(pairs, scale: scale).record()
            found.pairCosines = (0..<pairs.count).map { dot(pairs.images.row($0), pairs.texts.row($0)) }
            let study = ModalityGap(pairs)
            found.changes = [
                Self.change("with the gap closed", pairs, try study.closed()),
                Self.change("centred", pairs, try study.centred()),
            ]
        case .searches: found.retrieval = RetrievalStudy(pairs, truth: input.truth).record()
        case .clusters:
            guard pairs.count <= PairClusters.most else { break }
            found.clusters = try [PairClusters.Rows.published, .pairs].map {
                try PairClusters(pairs, rows: $0).record(captions: input.captions)
            }
        case .pca, .umap, .tsne:
            guard let method = part.map else { break }
            found.maps = [try Projection(pairs, method: method, seed: seed).record()]
        default: found.measures = try measures(part)
        }
        return found
    }

    private func measures(_ part: SpacePart) throws -> LatentSpaceMeasures {
        var found = LatentSpaceMeasures()
        if part == .experiments {
            let experiments = PairExperiments(input.pairs)
            found.experiments = [
                ConeExperiment(seed: seed).record(), try SphereExperiment().record(), try experiments.minimum(),
                try experiments.closing(scale: scale),
            ]
        }
        guard let pictures else { return found }
        switch part {
        case .classes:
            let classes = ClassificationStudy(pictures, seed: seed)
            found.classification = try ClassTask.Portraits.allCases.map { try classes.record($0.task(pictures.known)) }
        case .ways:
            found.interpolation = try InterpolationStudy.portraitPairs.map {
                try InterpolationStudy.record(pictures, from: $0.0, to: $0.1, steps: 11, nearest: 10)
            }
        case .arithmetic: found.arithmetic = try ArithmeticStudy(pictures, seed: seed).record(Arithmetic.sums)
        case .scenes: found.composition = try CompositionStudy(pictures.towers, items: 100, seed: seed).record()
        case .tokens: found.tokens = try TokensStudy(pictures, seed: seed).record()
        case .change:
            let subject = try AugmentationSubject(picture: nil, portrait: 0, caption: nil)
            let changing = AugmentationStudy(
                pictures.towers, subject.image, caption: subject.caption, steps: 36, seed: seed)
            found.augmentation = AugmentationRecord(
                source: "\(pictures.towers.name) on \(subject.name)", caption: subject.caption,
                changes: try PictureChange.allCases.map { try changing.record($0) })
        default: break
        }
        return found
    }

    /// All parts together.
    package func report(of findings: [SpaceFindings]) throws -> LatentSpaceReport {
        let pairs = input.pairs
        guard let gap = findings.lazy.compactMap(\.gap).first,
            let retrieval = findings.lazy.compactMap(\.retrieval).first
        else { throw UserError(.failed, "the gap and the searches are not among what was measured") }
        let clusters = findings.flatMap(\.clusters)
        let machine = Machine(version: Release.version, environment: [:], cache: "")
        return LatentSpaceReport(
            source: pairs.source, gap: gap, retrieval: retrieval, clusters: clusters, maps: findings.flatMap(\.maps),
            pairCosines: findings.flatMap(\.pairCosines), changes: findings.flatMap(\.changes),
            measures: LatentSpaceMeasures(joining: findings.compactMap(\.measures)),
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
