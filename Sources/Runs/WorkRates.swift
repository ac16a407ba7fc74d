/// Seconds that one unit of each kind of work takes on one rank: as a run measured it, or assumed.
package struct WorkRates: Sendable {
    package struct Rate: Sendable {
        package var seconds: Double
        package var isMeasured: Bool
    }

    private var rates: [RunProgress.Kind: Rate] = [:]

    /// Nothing measured: the published sizes on two cores (`Documentation/TheFullExperiment.md`, Time), which only say
    /// what is long and what is short. Units are pictures, captions, steps of 64 pictures, and pictures.
    package init() {
        let assumed: [RunProgress.Kind: Double] = [
            .tokens: 0.23, .vectors: 0.01, .training: 65, .drawing: 1, .scoring: 0.5,
        ]
        rates = assumed.mapValues { Rate(seconds: $0, isMeasured: false) }
    }

    /// What a run's clock has measured; the rest assumed.
    package init(measuredBy clock: RunClock) {
        self.init()
        for kind in RunProgress.Kind.allCases {
            guard let pace = clock.pace(kind.rawValue), pace.units > 0 else { continue }
            rates[kind] = Rate(seconds: pace.seconds / pace.units, isMeasured: true)
        }
        // The judges are only part of a trial's scores: the stage has all of it.
        if let pace = clock.pace(RunProgress.Kind.scoring.rawValue), pace.units > 0,
            let stage = clock.stages.first(where: { $0.name == "scores" })
        {
            rates[.scoring] = Rate(seconds: max(stage.seconds, pace.seconds) / pace.units, isMeasured: true)
        }
    }

    package subscript(kind: RunProgress.Kind) -> Rate {
        get { rates[kind] ?? Rate(seconds: 1, isMeasured: false) }
        set { rates[kind] = newValue }
    }

    package var areMeasured: Bool { RunProgress.Kind.allCases.allSatisfy { self[$0].isMeasured } }
}
