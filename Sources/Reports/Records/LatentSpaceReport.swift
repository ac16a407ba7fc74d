/// Everything `study space` found of one set of pairs: gap, searches, clusters, maps. Written to `space.json`; the page
/// and the tables are made from this record alone.
package struct LatentSpaceReport: Codable, Sendable, Equatable {
    package static let currentSchema = 1

    package var schemaVersion: Int = LatentSpaceReport.currentSchema
    package var source: String
    package var gap: GapRecord
    package var retrieval: RetrievalRecord
    package var clusters: [ClusterRecord]
    package var maps: [ProjectionRecord]
    /// Cosine of each pair, in order.
    package var pairCosines: [Double]
    /// What closing and centring do to the first place of the own caption, pair by pair.
    package var changes: [TreatmentTest]
    /// Classes, ways, sums, scenes, tokens, experiments; nil where they were not asked for.
    package var measures: LatentSpaceMeasures?
    package var settings: [Setting]
    package var provenance: Provenance
    package var remarks: [String]

    /// Pictures whose own caption comes first before a treatment and not after it, or the other way round.
    package struct TreatmentTest: Codable, Sendable, Equatable {
        package var treatment: String
        package var before: Double
        package var after: Double
        package var lost: Int
        package var gained: Int
        /// Of McNemar's exact test, two-sided.
        package var p: Double

        package init(treatment: String, before: Double, after: Double, lost: Int, gained: Int, p: Double) {
            (self.treatment, self.before, self.after) = (treatment, before, after)
            (self.lost, self.gained, self.p) = (lost, gained, p)
        }
    }

    enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case pairCosines = "pair_cosines"
        case source, gap, retrieval, clusters, maps, changes, measures, settings, provenance, remarks
    }

    package init(
        source: String, gap: GapRecord, retrieval: RetrievalRecord, clusters: [ClusterRecord],
        maps: [ProjectionRecord], pairCosines: [Double], changes: [TreatmentTest],
        measures: LatentSpaceMeasures? = nil, settings: [Setting],
        provenance: Provenance, remarks: [String]
    ) {
        (self.source, self.gap, self.retrieval, self.clusters) = (source, gap, retrieval, clusters)
        (self.maps, self.pairCosines, self.changes) = (maps, pairCosines, changes)
        self.measures = measures
        (self.settings, self.provenance, self.remarks) = (settings, provenance, remarks)
    }
}

extension LatentSpaceReport: VersionedRecord {}
