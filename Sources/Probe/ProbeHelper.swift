import Foundation
import SynEmbedding
import SynRuns

/// A probe on the ranks beside the first, which has the folder, tells how far all is and writes the report: they take
/// pieces of work and leave them in the folder.
package struct ProbeHelper {
    private let session: ProbeSession
    private let shared: SharedProbe

    /// Waits until the first rank has checked everything and made the folder. Nil where the run is finished.
    package init?(
        _ settings: ProbeSettings, locator: ModelLocator, ranks: Ranks, interruption: Interruption,
        remark: @escaping (String) -> Void = { _ in }
    ) throws {
        guard ranks.everyone.fromFirst([]) == [1] else { return nil }
        session = try ProbeSession(
            settings.limited, locator: locator, ranks: ranks, interruption: interruption, remark: remark
        ) { _ in }
        let features = try ProbeFeatures(session)
        shared = SharedProbe(
            session, features, TrialTraining(session: session, features: features),
            TrialDrawing(session: session, features: features), TrialScoring(session, features))
    }

    /// Takes pieces of the whole probe until none is left.
    package func run() throws { try shared.work(session.plan.trials) }

    /// The same of the adapters alone of the named encoders and seeds.
    package func trainAdapters(encoders: [String] = [], seeds: [Int] = []) throws {
        let chosen = try session.plan.published(encoders: encoders, seeds: seeds, of: session.settings)
        try shared.work(chosen, trainingOnly: true)
    }
}
