import ArgumentParser
import Experiments

/// `--limit N`: a quick try of a long command.
struct LimitOption: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Try the command on at most so many captions, pictures, steps; the result is marked as partial.", valueName: "n"))
    var limit: Int?

    func validate() throws {
        if let limit { try NumberRange.limit.check(limit, "--limit") }
    }

    /// The first so many, and whether any are left out.
    func applied<Item>(to all: [Item]) -> (items: [Item], isPartial: Bool) {
        guard let limit, limit < all.count else { return (all, false) }
        return (Array(all.prefix(limit)), true)
    }
}

extension NumberRange {
    /// Refuses an option's value out of range.
    func check(_ value: Value, _ option: String) throws {
        if let refusal = refusal(of: value, for: option) { throw ValidationError(refusal) }
    }
}
