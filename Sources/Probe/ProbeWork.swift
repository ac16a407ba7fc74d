import SynMetrics
import SynRuns

/// A probe cut into pieces that ranks take from one list.
///
///     image tokens, captions' vectors (each in shards, then joined) ─ adapter ─ pictures ─ verdicts ─ scores
///                                                                               (in shards)
///     real pictures' features, for everybody's Fréchet distances ───────────────────────────┘
struct ProbeWork {
    enum Task: Hashable, Sendable {
        /// Shard `shard` of a split's image tokens.
        case tokens(ProbeSplit, shard: Int)
        case joinedTokens(ProbeSplit)
        /// An encoder's vectors of a split's captions.
        case vectors(encoder: String, ProbeSplit, shard: Int)
        case joinedVectors(encoder: String, ProbeSplit)
        case silentPrefix(Int)
        /// Short trainings of an encoder with so many prefix tokens, to choose its learning rate by.
        case rate(encoder: String, Int)
        case training(Trial)
        /// The requests of a range of the plan.
        case drawing(Trial, Range<Int>)
        /// Features of the real pictures and what the decoder expects without a prefix: for every trial's scores.
        case references
        /// What the judges say of a range of a trial's pictures.
        case judging(Trial, Range<Int>)
        case scoring(Trial)
        case realScores

        var kind: RunProgress.Kind {
            switch self {
            case .tokens, .joinedTokens: .tokens
            case .vectors, .joinedVectors: .vectors
            case .silentPrefix, .rate, .training: .training
            case .drawing: .drawing
            case .references, .judging, .scoring, .realScores: .scoring
            }
        }

        /// The title without which shard it is.
        var group: String {
            switch self {
            case .tokens(let split, _), .joinedTokens(let split): "image tokens, \(split.rawValue)"
            case .vectors(let encoder, let split, _), .joinedVectors(let encoder, let split):
                "\(encoder), caption vectors, \(split.rawValue)"
            case .drawing(let trial, _): "\(trial.title), pictures"
            case .judging(let trial, _): "\(trial.title), verdicts"
            default: title
            }
        }

        var title: String {
            switch self {
            case .tokens(let split, let shard): "image tokens, \(split.rawValue), shard \(shard + 1)"
            case .joinedTokens(let split): "image tokens, \(split.rawValue), joined"
            case .vectors(let encoder, let split, let shard):
                "\(encoder), caption vectors, \(split.rawValue), shard \(shard + 1)"
            case .joinedVectors(let encoder, let split): "\(encoder), caption vectors, \(split.rawValue), joined"
            case .silentPrefix(let count): "silent prefix of \(count)"
            case .rate(let encoder, let count): "\(encoder), learning rate of \(count) prefix tokens"
            case .training(let trial): "\(trial.title), adapter"
            case .drawing(let trial, let range): "\(trial.title), pictures \(range.lowerBound + 1)–\(range.upperBound)"
            case .references: "what scores are held against"
            case .judging(let trial, let range):
                "\(trial.title), verdicts on \(range.lowerBound + 1)–\(range.upperBound)"
            case .scoring(let trial): "\(trial.title), scores"
            case .realScores: "real pictures, scores"
            }
        }
    }

    /// How many of everything there are; all that the list depends on beside the settings.
    struct Counts: Equatable, Sendable {
        var pictures: [ProbeSplit: Int] = [:]
        var captions: [ProbeSplit: Int] = [:]
        /// Captions that are drawn, and pictures of them.
        var drawn = 0
        var requests = 0

        var splits: [ProbeSplit] { [.training, .validation, .test].filter { pictures[$0] != nil } }
    }

    /// Image tokens are made of so many pictures at a time, in shards of two such batches; see ``ProbeFeatures``.
    static let tokenShard = 64
    /// Pictures that are judged in one piece: 16 batches, a quarter of a minute where a pair takes 30 ms.
    static let judgedShard = 16 * ImageScorer.batch
    /// Captions of a shard: 16 batches of 64.
    static let captionShard = 1024

    private(set) var tasks: [Task] = []
    private(set) var list = WorkList([])
    /// Units of work of each task, in its kind's unit.
    private(set) var units: [Double] = []

    /// - Parameters:
    ///   - trials: those to be drawn and scored.
    ///   - batch: pictures that are drawn together.
    ///   - isDone: whether a task need not be done again.
    ///   - trainingOnly: whether adapters are all that is wanted.
    init(
        _ settings: ProbeSettings, _ trials: [Trial], _ counts: Counts, batch: Int, rates: WorkRates, ranks: Int,
        trainingOnly: Bool = false, isDone: (Task) -> Bool = { _ in false }
    ) {
        let batch = max(1, batch)
        var draft = Draft(rates)
        let steps = settings.adapter.steps(for: counts.pictures[.training] ?? 0)
        var tokens: [ProbeSplit: Int] = [:]
        for split in counts.splits {
            let count = counts.pictures[split] ?? 0
            let shards = (0..<(count + Self.tokenShard - 1) / Self.tokenShard).map {
                draft.add(.tokens(split, shard: $0), Double(min(Self.tokenShard, count - $0 * Self.tokenShard)))
            }
            tokens[split] = draft.add(.joinedTokens(split), 0, after: shards)
        }
        var vectors: [String: [Int]] = [:]
        for encoder in settings.encoders
        where encoder.path != nil && trials.contains(where: { $0.encoder == encoder.name }) {
            vectors[encoder.name] = counts.splits.map { split in
                let count = counts.captions[split] ?? 0
                let shards = (0..<(count + Self.captionShard - 1) / Self.captionShard).map {
                    draft.add(
                        .vectors(encoder: encoder.name, split, shard: $0),
                        Double(min(Self.captionShard, count - $0 * Self.captionShard)))
                }
                return draft.add(.joinedVectors(encoder: encoder.name, split), 0, after: shards)
            }
        }
        let features = tokens.values.sorted()
        // Several trials may share an adapter, and then a folder: nobody scores there while others draw.
        var adapters: [String: Int] = [:]
        var silent: [Int: Int] = [:]
        var choices: [Task: Int] = [:]
        let trained = trials.filter(\.hasAdapter)
        let (crews, parts) = (Crews(settings, trained, ranks: ranks, isDone: isDone), settings.adapter)
        for trial in trained where adapters[trial.folder] == nil {
            var needs = features + (vectors[trial.encoder] ?? [])
            if settings.adapter.initial == .silent {
                let count = trial.prefixTokens
                if silent[count] == nil {
                    silent[count] = draft.add(
                        .silentPrefix(count),
                        Double(settings.adapter.silentSteps * (settings.adapter.precondition ? 2 : 1)),
                        after: features)
                }
                needs += [silent[count]].compactMap(\.self)
            }
            if settings.adapter.choiceSteps > 0 {
                let task = Task.rate(encoder: trial.encoder, trial.prefixTokens)
                let choice = choices[task] ?? draft.add(task, Double(settings.adapter.choiceSteps), after: needs)
                choices[task] = choice
                needs.append(choice)
            }
            let crew = crews[trial.folder]
            adapters[trial.folder] = draft.add(
                .training(trial), Double(steps), after: needs, crew: crew,
                share: Crews.share(parts, of: crew?.count ?? 1))
        }
        if !trainingOnly {
            let real = draft.add(.references, Double(counts.drawn) / 4, after: features)
            let shards = stride(from: 0, to: counts.requests, by: batch).map { $0..<min($0 + batch, counts.requests) }
            var drawings: [String: [Int]] = [:]
            for trial in trials {
                let needs = [adapters[trial.folder]].compactMap(\.self) + (trial.hasAdapter ? [] : features)
                drawings[trial.folder, default: []] += shards.map {
                    draft.add(.drawing(trial, $0), Double($0.count), after: needs)
                }
            }
            var scorings: [String: Int] = [:]
            for trial in trials {
                let drawn = (drawings[trial.folder] ?? []) + [real]
                let verdicts = Self.judgedRanges(counts.requests).map {
                    draft.add(.judging(trial, $0), Double($0.count), after: drawn)
                }
                let needs = verdicts + [scorings[trial.folder]].compactMap(\.self)
                scorings[trial.folder] = draft.add(.scoring(trial), 0, after: needs)
            }
            draft.add(.realScores, Double(2 * counts.drawn), after: features)
        }
        (tasks, units) = (draft.tasks, draft.units)
        list = WorkList(draft.pieces, done: Set(tasks.indices.filter { isDone(tasks[$0]) }))
    }

    static func judgedRanges(_ count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: judgedShard).map { $0..<min($0 + judgedShard, count) }
    }

    /// The list while it is written.
    private struct Draft {
        let rates: WorkRates
        var tasks: [Task] = []
        var units: [Double] = []
        var pieces: [WorkList.Piece] = []

        init(_ rates: WorkRates) { self.rates = rates }

        @discardableResult
        mutating func add(
            _ task: Task, _ units: Double, after needs: [Int] = [], crew: Range<Int>? = nil, share: Double = 1
        ) -> Int {
            tasks.append(task)
            self.units.append(units)
            pieces.append(
                WorkList.Piece(
                    task.title, cost: units * rates[task.kind].seconds * share, needs: needs, crew: crew))
            return tasks.count - 1
        }
    }
}

/// Which ranks train an adapter together: where there are fewer adapters to train than ranks, each gets an equal run of
/// them, at most as many as a batch has parts. Otherwise every adapter has one rank, which takes no messages.
struct Crews {
    private var crews: [String: Range<Int>] = [:]

    init(
        _ settings: ProbeSettings, _ trials: [Trial], ranks: Int, isDone: (ProbeWork.Task) -> Bool
    ) {
        var (open, seen) = ([String](), Set<String>())
        for trial in trials where seen.insert(trial.folder).inserted && !isDone(.training(trial)) {
            open.append(trial.folder)
        }
        let parts = Self.parts(settings.adapter)
        guard !open.isEmpty, open.count < ranks, parts > 1 else { return }
        for (place, folder) in open.enumerated() {
            let own = ranks * place / open.count..<ranks * (place + 1) / open.count
            if own.count > 1 { crews[folder] = own.prefix(parts) }
        }
    }

    subscript(folder: String) -> Range<Int>? { crews[folder] }

    /// Parts of a batch, whose gradients are summed.
    static func parts(_ settings: AdapterSettings) -> Int {
        settings.microBatch.map { (settings.batch + $0 - 1) / $0 } ?? 1
    }

    /// The share of one rank's time that a training takes so many: as many parts one after another as the busiest has.
    static func share(_ settings: AdapterSettings, of ranks: Int) -> Double {
        let parts = parts(settings)
        return Double((parts + ranks - 1) / ranks) / Double(parts)
    }
}
