import Foundation
import SynModels
import SynRuns
import SynTensors

/// How much less surprising a portrait's tokens are to the decoder once it has a caption's prefix: a measure of what
/// the prefix tells, in which no judge has a part.
///
/// bits saved = (−log2 p(tokens) without a prefix) − (−log2 p(tokens | prefix)), of all tokens of the caption's own
/// portrait, which the adapter never saw.
final class CaptionSavings {
    private let session: ProbeSession
    private let features: ProbeFeatures
    /// Mean nats per token of each scored portrait without a prefix.
    private var known: [Double]?

    init(_ session: ProbeSession, _ features: ProbeFeatures) { (self.session, self.features) = (session, features) }

    /// Bits of every caption of the plan, in its order.
    func bits(of trial: Trial, in folder: TrialFolder) throws -> [Double] {
        let decoder = try session.models().decoder
        let tokens = try features.tokens(session.data.scoredSplit)   // [portraits, h·w]
        let without = known ?? Likelihood(of: tokens, under: decoder).perSample
        known = without
        let places = session.plan.captions.map(\.sample)
        let with = Likelihood(
            of: tokens.rows(at: places), under: decoder, prefixes: try features.prefixes(of: trial, in: folder))
        let scale = Double(tokens.size(1)) / log(2)
        return zip(places, with.perSample).map { (without[$0] - $1) * scale }
    }
}
