extension SignificanceWarning {
    /// All that applies to these groups, gravest first.
    static func all(for groups: [ScoreGroup]) -> [SignificanceWarning] {
        [seeds(groups), unknownEncoders(groups)].compactMap(\.self)
            + groups.compactMap(single) + groups.compactMap(constant)
            + [unequalEncoders(groups)].compactMap(\.self) + groups.compactMap(unequalSeeds) + shared(groups)
    }

    private static func seeds(_ groups: [ScoreGroup]) -> SignificanceWarning? {
        let repeated = groups.filter(\.hasRepeats)
        guard !repeated.isEmpty else { return nil }
        let counts = repeated.map { group in
            "group \(group.name) has \(group.count) scores from \(counted(group.encoders?.count ?? 0, "encoder"))"
        }
        return SignificanceWarning(
            code: .seedsNotIndependent, groups: repeated.map(\.name),
            message: "Seeds of one encoder are not independent encoders: \(listed(counts)). "
                + "Tests whose unit is the score count every seed as a new encoder and so promise too much; "
                + "for statements about kinds of encoders read the tests whose unit is the encoder.")
    }

    private static func unknownEncoders(_ groups: [ScoreGroup]) -> SignificanceWarning? {
        let silent = groups.filter { $0.encoders == nil && $0.count > 1 }
        guard !silent.isEmpty else { return nil }
        let names = listed(silent.map(\.name))
        return SignificanceWarning(
            code: .encodersUnknown, groups: silent.map(\.name),
            message: "Nothing says which scores of \(silent.count == 1 ? "group" : "groups") \(names) "
                + "come from the same encoder. If some do (seeds, for instance), they are not independent and "
                + "p values by score are too small; give the scores with a column encoder.")
    }

    private static func single(_ group: ScoreGroup) -> SignificanceWarning? {
        if group.count == 1 {
            return SignificanceWarning(
                code: .singleScore, groups: [group.name],
                message: "Group \(group.name) has one score: it has no standard deviation, and t-tests and "
                    + "effect sizes with it are undefined.")
        }
        guard let encoders = group.encoders, encoders.count == 1 else { return nil }
        return SignificanceWarning(
            code: .singleEncoder, groups: [group.name],
            message: "Group \(group.name) has one encoder (\(encoders[0].name)): its seeds say nothing of how much "
                + "encoders of its kind differ.")
    }

    private static func constant(_ group: ScoreGroup) -> SignificanceWarning? {
        guard let summary = group.summary, summary.deviation == 0 else { return nil }
        return SignificanceWarning(
            code: .constantGroup, groups: [group.name],
            message: "All \(group.count) scores of group \(group.name) are the same (\(group.mean)): its variance is "
                + "zero, which is rarely true of the population; check that they are not copies.")
    }

    private static func unequalEncoders(_ groups: [ScoreGroup]) -> SignificanceWarning? {
        let known = groups.filter { $0.encoders != nil }
        let counts = known.map { $0.encoders?.count ?? 0 }
        guard Set(counts).count > 1 else { return nil }
        let list = listed(zip(known, counts).map { "\($0.name) \($1)" })
        return SignificanceWarning(
            code: .unequalEncoders, groups: known.map(\.name),
            message: "Groups have unequal numbers of encoders (\(list)): Student's test is then sensitive to unequal "
                + "variances, so prefer Welch's; and few encoders leave few assignments to permute.")
    }

    private static func unequalSeeds(_ group: ScoreGroup) -> SignificanceWarning? {
        guard let encoders = group.encoders, Set(encoders.map(\.scores.count)).count > 1 else { return nil }
        let list = listed(encoders.map { "\($0.name) \($0.scores.count)" })
        return SignificanceWarning(
            code: .unequalSeeds, groups: [group.name],
            message: "Encoders of group \(group.name) have unequal numbers of scores (\(list)): in means and tests by "
                + "score the encoders with more scores weigh more.")
    }

    private static func shared(_ groups: [ScoreGroup]) -> [SignificanceWarning] {
        var warnings: [SignificanceWarning] = []
        for (index, a) in groups.enumerated() {
            for b in groups[(index + 1)...] {
                let others = Set((b.encoders ?? []).map(\.name))
                let both = (a.encoders ?? []).map(\.name).filter(others.contains)
                guard !both.isEmpty else { continue }
                warnings.append(
                    SignificanceWarning(
                        code: .sharedEncoder, groups: [a.name, b.name],
                        message: "Groups \(a.name) and \(b.name) share \(counted(both.count, "encoder")) "
                            + "(\(listed(both))): the tests of independent groups do not know that; where all encoders "
                            + "and seeds match, read the paired test."))
            }
        }
        return warnings
    }
}

private func counted(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }

/// "a", "a and b", "a, b and c".
private func listed(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
}
