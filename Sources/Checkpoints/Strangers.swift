/// Words that names of tensors begin with which stand in a model's place without being the model's: heads for tasks,
/// which transformers' `AutoModel` leaves alone too, and what training programs keep beside a model.
enum Strangers {
    static let heads: Set<Substring> = [
        "classifier", "pre_classifier", "qa_outputs", "multiple_choice_head", "mc_head", "score", "cls", "lm_head",
        "sequence_summary", "summary", "vocab_transform", "vocab_layer_norm", "vocab_projector",
        "generator_predictions",
        "generator_lm_head", "discriminator_predictions", "regressor", "head", "heads",
    ]

    static let training: Set<Substring> = [
        "optimizer", "optimizers", "optimizer_states", "optimizer_state_dict", "lr_scheduler", "lr_schedulers",
        "lr_scheduler_state_dict", "scheduler", "scheduler_state_dict", "scaler", "amp", "callbacks", "loops", "loss",
        "losses", "loss_fn", "criterion", "metric", "metrics", "epoch", "global_step", "step", "steps", "iteration",
        "best_loss", "rng_state", "random_state", "args", "hparams", "hyper_parameters", "config",
    ]

    /// Models that are trained together with another and saved in one file with it.
    static let companions: Set<Substring> = [
        "teacher", "ema", "model_ema", "discriminator", "decoder", "generator", "momentum_encoder", "text2image",
        "transformer", "first_stage_model", "cond_stage_model", "text_model", "vision_model",
    ]

    static func include(_ word: Substring) -> Bool {
        heads.contains(word) || training.contains(word) || companions.contains(word)
    }
}

/// The tensors of a checkpoint that nobody asked for, told apart: the model's own, which must not be left unread, and
/// others'.
struct UnreadTensors {
    /// Names in the model's place that the model does not know.
    private(set) var own: [String] = []
    /// How many others there are, by the first word of their names.
    private(set) var strangers: [String: Int] = [:]

    /// - Parameters:
    ///   - names: all names of the checkpoint.
    ///   - touched: those that were read.
    ///   - place: what the model's names begin with, nothing or a key and a dot; nil where it was not looked for. Then
    ///     names
    ///     whose first word is that of one that was read are the model's.
    ///   - base: what the names of the probable model begin with.
    ///   - patterns: names to ignore without a word; `*` stands for any run of characters.
    init(among names: [String], touched: Set<String>, place: String?, base: String, ignoring patterns: [String]) {
        let begin = place ?? base
        func firstWord(_ name: Substring) -> Substring { name.prefix { $0 != "." } }
        let words = Set(touched.lazy.filter { $0.hasPrefix(begin) }.map { firstWord($0.dropFirst(begin.count)) })
        for name in names where !touched.contains(name) {
            let inside = name.hasPrefix(begin) ? name.dropFirst(begin.count) : nil
            let whole = name.hasPrefix(base) ? name.dropFirst(base.count) : nil
            let spellings = [inside, whole].compactMap(\.self)
            guard let spelling = spellings.first else { continue }   // an optimiser's
            if patterns.contains(where: { pattern in spellings.contains { Self.matches($0, pattern) } }) { continue }
            let isOwn =
                inside.map { inside in
                    let word = firstWord(inside)
                    return words.contains(word) || (place != nil && !Strangers.include(word))
                } ?? false
            if isOwn {
                own.append(name)
            } else {
                strangers[String(firstWord(spelling)), default: 0] += 1
            }
        }
    }

    /// Whether a name fits a pattern in which `*` stands for any run of characters.
    private static func matches(_ name: Substring, _ pattern: String) -> Bool {
        let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard pieces.count > 1, let first = pieces.first, let last = pieces.last else { return name == pattern }
        guard name.hasPrefix(first), name.dropFirst(first.count).hasSuffix(last) else { return false }
        var rest = name.dropFirst(first.count).dropLast(last.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let place = rest.firstRange(of: piece) else { return false }
            rest = rest[place.upperBound...]
        }
        return true
    }
}
