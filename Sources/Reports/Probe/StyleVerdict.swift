import SynStatistics

/// The answer to the probe's question: do encoders of one style draw what captions say better than those of the other,
/// by how much, how surely, and would other encoders of these styles show it?
///
/// The unit is the encoder, counted once as its mean over seeds: Welch's test of encoder means, two-sided at 0.05, its
/// one comparison named before looking, so uncorrected. Where a style has one encoder nothing can be said of styles;
/// then the two encoders are compared over their seeds, and where those are too few as well, only that is said.
package struct StyleVerdict: Sendable, Equatable {
    package enum Answer: String, Sendable {
        /// The test said yes.
        case difference
        /// The test was made and could have said yes.
        case noClearDifference
        /// No test can be made of styles.
        case untestable
    }

    package let answer: Answer
    /// One or two sentences, the answer first.
    package let sentence: String

    /// Nil where no encoder that learned something has a score.
    package init?(_ scores: [ScoreRecord]) {
        let learned = EncoderSummary.of(scores).filter { !$0.style.isBaseline }
        let measured = learned.filter { $0.clipScore?.mean.isFinite == true }
        guard !measured.isEmpty else { return nil }
        let lost = learned.count - measured.count
        let left =
            lost == 0
            ? "" : " \(Self.counted(lost, "encoder")) without a finite score \(lost == 1 ? "is" : "are") left out."
        let styles = [EncoderStyle.bert, .clip].map { style in measured.filter { $0.style == style } }
        let told = Self.told(styles[0], styles[1])
        answer = told.answer
        sentence = told.sentence + left
    }

    private typealias Told = (answer: Answer, sentence: String)

    private static func told(_ bert: [EncoderSummary], _ clip: [EncoderSummary]) -> Told {
        guard let someBert = bert.first, let someClip = clip.first else {
            let only = bert.isEmpty ? EncoderStyle.clip : .bert
            let other = bert.isEmpty ? EncoderStyle.bert : .clip
            let means = (bert + clip).map { "\($0.encoder) \(points($0.mean))" }
            return (
                .untestable,
                "Whether the styles differ cannot be told: there are \(only.name) encoders and no \(other.name) one. "
                    + "Mean CLIP-Scores, no test made: \(listed(means))."
            )
        }
        if bert.count > 1, clip.count > 1 { return byEncoder(bert, clip) }
        let single = bert.count == 1 ? someBert : someClip
        let open =
            "Whether the styles differ cannot be told: with one \(single.style.name) encoder (\(single.encoder)) "
            + "nothing is known of how much encoders of that style differ."
        guard bert.count == 1, clip.count == 1 else {
            return (
                .untestable,
                open + " Mean CLIP-Scores, no test made: "
                    + listed((bert + clip).map { "\($0.encoder) \(points($0.mean))" }) + "."
            )
        }
        return (.untestable, open + " " + bySeed(someBert, someClip))
    }

    // MARK: Styles

    private static func byEncoder(_ bert: [EncoderSummary], _ clip: [EncoderSummary]) -> Told {
        let counts = "Welch's test of encoder means, \(clip.count) against \(bert.count)"
        do throws(StatisticsError) {
            let test = try TTest.welch(clip.map(\.mean), bert.map(\.mean))
            let (higher, lower) = test.difference >= 0 ? ("CLIP-style", "BERT-style") : ("BERT-style", "CLIP-style")
            let sure = figures(test)
            guard test.p < 0.05 else {
                return (
                    .noClearDifference,
                    "No clear difference between the styles: the CLIP-Scores of \(higher) encoders lie "
                        + "\(points(abs(test.difference))) above those of \(lower) ones (\(sure); \(counts)), and "
                        + "other "
                        + "encoders of these styles may show no difference or the opposite one."
                )
            }
            let few =
                min(bert.count, clip.count) < 4
                ? " With so few encoders that rests on their scores being spread like a normal distribution." : ""
            return (
                .difference,
                "The styles differ: the CLIP-Scores of \(higher) encoders lie \(points(abs(test.difference))) above "
                    + "those "
                    + "of \(lower) ones (\(sure); \(counts)), and since the encoder is the unit, other encoders of "
                    + "these styles should show it too." + few
            )
        } catch {
            return (
                .untestable,
                "Whether the styles differ cannot be tested: all encoders of a style have the same score "
                    + "(\(listed((bert + clip).map { "\($0.encoder) \(points($0.mean))" }))); check that they are "
                    + "not copies."
            )
        }
    }

    // MARK: Two encoders

    private static func bySeed(_ bert: EncoderSummary, _ clip: EncoderSummary) -> String {
        let (a, b) = clip.mean >= bert.mean ? (clip, bert) : (bert, clip)
        guard a.scores.count > 1, b.scores.count > 1,
            let test = try? TTest.welch(a.scores.map(\.clipScore), b.scores.map(\.clipScore))
        else {
            let why =
                min(a.scores.count, b.scores.count) == 1
                ? "one seed does not tell" : "their scores do not vary, which does not tell"
            return "Of these two encoders \(a.encoder) has \(points(a.mean)) and \(b.encoder) \(points(b.mean)), and "
                + "\(why) whether that is more than chance."
        }
        let counts = "Welch's test over \(a.scores.count) and \(b.scores.count) seeds"
        return test.p < 0.05
            ? "Of these two encoders alone \(a.encoder) scores \(points(test.difference)) higher than \(b.encoder) "
                + "(\(figures(test)); \(counts))."
            : "Between these two encoders there is no clear difference either: \(points(test.difference)) "
                + "(\(figures(test)); \(counts))."
    }

    // MARK: Words

    /// Of the difference as it is told, from the higher to the lower.
    private static func figures(_ test: TTest) -> String {
        "95 % interval " + sure(test.difference, test.interval, p: test.p)
    }

    /// "2.32 to 6.97, p < .001": how sure a difference is that is told from the higher to the lower.
    static func sure(_ difference: Double, _ interval: Interval, p: Double) -> String {
        let ends = difference >= 0 ? (interval.lower, interval.upper) : (-interval.upper, -interval.lower)
        let text = NumberText.pValue(p)
        return "\(points(ends.0)) to \(points(ends.1)), p \(text.hasPrefix("<") ? text : "= " + text)"
    }

    static func points(_ value: Double) -> String { NumberText.fixed(value, decimals: 2) }

    static func counted(_ n: Int, _ noun: String) -> String { n == 1 ? "1 \(noun)" : "\(n) \(noun)s" }

    /// "a", "a and b", "a, b and c".
    static func listed(_ items: [String]) -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }
}

extension EncoderSummary {
    /// Of the CLIP-Score over seeds.
    fileprivate var mean: Double { clipScore?.mean ?? .nan }
}
