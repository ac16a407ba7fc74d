/// The first items of a list, where a quick try (`--limit`) takes no more: what records, pages and the terminal say.
package struct Portion: Sendable, Equatable {
    package let taken: Int
    /// How many there are.
    package let all: Int
    /// Of what, in the plural: "captions".
    package let what: String

    /// Nil where all are taken.
    package init?(limit: Int?, of all: Int, _ what: String) {
        guard let limit, limit < all else { return nil }
        (taken, self.all, self.what) = (limit, all, what)
    }

    package var sentence: String { "only the first \(taken) of \(all) \(what): a partial result" }
}
