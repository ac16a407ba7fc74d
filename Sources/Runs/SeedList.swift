import Foundation
import Yams

/// Seeds as people write them: `[1, 2, 3]`, `1..20`, `1,2,3`, `[1..3, 7]`.
package struct SeedList: SettingsValue, Equatable {
    package var numbers: [Int]

    package static let expectation = "a list of whole numbers, or a range such as 1..20"
    /// The most that a range may name: more are a slip of the keys.
    private static let most = 10_000

    package init(_ numbers: [Int]) { self.numbers = numbers }

    /// Numbers and ranges between commas; nil for anything else.
    package init?(_ text: some StringProtocol) {
        numbers = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false)
                .map { Int($0.trimmingCharacters(in: .whitespaces)) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last, last < first + Self.most
            else { return nil }
            numbers += first...last
        }
    }

    package init?(_ node: Node) {
        // A single number could mean so many seeds as well as this one.
        if let alone = node.scalar?.string, Int(alone) != nil { return nil }
        let items = node.sequence.map(Array.init) ?? [node]
        numbers = []
        for item in items {
            guard let scalar = item.scalar, scalar.style == .plain || scalar.style == .any,
                let some = SeedList(scalar.string)
            else { return nil }
            numbers += some.numbers
        }
    }

    package var node: Node { numbers.node }
}

extension SettingsRule<SeedList> {
    /// None twice, and each one that a run's seed may be.
    package static var seeds: Self {
        let rule = SettingsRule<[Int]>.distinct(.within(NumberRange<Int>.seed))
        return Self(sentence: rule.sentence) { rule.allows($0.numbers) }
    }
}
