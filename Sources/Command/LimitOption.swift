import ArgumentParser
import SynRuns

/// `--limit N`: a quick try of a long command.
struct LimitOption: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Try the command on at most so many items (captions, pictures, pairs, steps); the result is marked as "
                + "partial.",
            valueName: "n"))
    var limit: Int?

    func validate() throws {
        if let limit { try NumberRange.limit.check(limit, "--limit") }
    }

    /// The first so many, and the portion that they are; nil where none is left out.
    func applied<Item>(to all: [Item], _ what: String) -> (items: [Item], portion: Portion?) {
        let portion = Portion(limit: limit, of: all.count, what)
        return (portion.map { Array(all.prefix($0.taken)) } ?? all, portion)
    }
}

extension NumberRange {
    /// Refuses an option's value out of range.
    func check(_ value: Value, _ option: String) throws {
        if let refusal = refusal(of: value, for: option) { throw ValidationError(refusal) }
    }
}
