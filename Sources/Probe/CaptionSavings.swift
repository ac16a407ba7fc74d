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
    private var known: [ProbeSplit: [Double]] = [:]

    init(_ session: ProbeSession, _ features: ProbeFeatures) { (self.session, self.features) = (session, features) }

    /// Mean nats per token of each portrait without a prefix.
    func floor(_ split: ProbeSplit) throws -> [Double] {
        if let floor = known[split] { return floor }
        let key = [session.inputs.hash(ofModel: "decoder"), session.data.identity, session.precision.rawValue]
        let name = "floor-\(split.rawValue)"
        if let kept = features.shards.read(name, key)?["nats"] {
            known[split] = kept.floats.map(Double.init)
            return kept.floats.map(Double.init)
        }
        let floor = Likelihood(of: try features.tokens(split), under: try session.models().decoder).perSample
        // Means of Float32 rows, so nothing is lost as such.
        let nats = Tensor(floor.map(Float.init), shape: [floor.count])
        if !session.ranks.isAlone { try features.shards.write([("nats", nats)], name, key) }
        known[split] = floor
        return floor
    }

    /// Bits of the plan's captions at these places, in their order.
    func bits(of trial: Trial, in folder: TrialFolder, captions chosen: Range<Int>) throws -> [Double] {
        let decoder = try session.models().decoder
        let tokens = try features.tokens(session.data.scoredSplit)   // [portraits, h·w]
        let without = try floor(session.data.scoredSplit)
        let places = session.plan.captions[chosen].map(\.sample)
        let prefixes = try features.prefixes(of: trial, in: folder)
        let with = Likelihood(
            of: tokens.rows(at: places), under: decoder,
            prefixes: chosen.count == prefixes.size(0) ? prefixes : prefixes.rows(at: Array(chosen)))
        let scale = Double(tokens.size(1)) / log(2)
        return zip(places, with.perSample).map { (without[$0] - $1) * scale }
    }
}
