import SynStatistics

/// Tokens against the pooled vector, long captions, printed words, as `space tokens --json` prints it.
package struct TokensRecord: Codable, Sendable, Equatable {
    package var source: String
    package var pictures: Int
    package var places: [Place]
    package var probes: [Probe]
    package var drops: [Drop]
    package var sight: Sight
    package var byMentions: [Search]
    /// Other sentences behind the caption, and before it.
    package var behind: [Search]
    package var before: [Search]
    package var printed: [Printed]

    /// A mean with Student's interval of 95 %; none where values do not differ.
    package struct Mean: Codable, Sendable, Equatable {
        package var value: Double
        package var interval: Interval?

        package init(_ values: [Double]) throws {
            value = values.reduce(0, +) / Double(max(values.count, 1))
            interval = Set(values).count > 1 ? try TTest.oneSample(values).interval : nil
        }
    }

    package struct Place: Codable, Sendable, Equatable {
        package var place: String
        package var mentions: Int
        /// Of pictures with the attribute above those without, by cosine; 0.5 is chance.
        package var area: Mean

        package init(place: String, mentions: Int, area: Mean) {
            (self.place, self.mentions, self.area) = (place, mentions, area)
        }
    }

    package struct Probe: Codable, Sendable, Equatable {
        /// How far through the caption the token stands, from 0, the start, to 1, the end.
        package var through: Double
        package var area: Double?
        /// With the attributes of other captions: what chance gives.
        package var areaOfOthers: Double?
        package var attributes: Int

        enum CodingKeys: String, CodingKey {
            case through, area, attributes
            case areaOfOthers = "area_of_others"
        }

        package init(through: Double, area: Double?, areaOfOthers: Double?, attributes: Int) {
            (self.through, self.area, self.areaOfOthers, self.attributes) = (through, area, areaOfOthers, attributes)
        }
    }

    package struct Drop: Codable, Sendable, Equatable {
        package var left: String
        package var cases: Int
        package var drop: Mean

        package init(left: String, cases: Int, drop: Mean) { (self.left, self.cases, self.drop) = (left, cases, drop) }
    }

    package struct Sight: Codable, Sendable, Equatable {
        /// The largest change of earlier tokens' vectors when later words change, and of later when earlier do.
        package var ofEarlier: Double
        package var ofLater: Double

        enum CodingKeys: String, CodingKey {
            case ofEarlier = "of_earlier"
            case ofLater = "of_later"
        }

        package init(ofEarlier: Double, ofLater: Double) { (self.ofEarlier, self.ofLater) = (ofEarlier, ofLater) }
    }

    package struct Search: Codable, Sendable, Equatable {
        package var name: String
        package var captions: Int
        package var r1: Double
        package var r10: Double
        package var medianRank: Double
        package var meanTokens: Double
        /// Captions that lost their end, and those that still have the end token.
        package var cut: Int
        package var keepEnd: Int

        enum CodingKeys: String, CodingKey {
            case name, captions, r1, r10, cut
            case medianRank = "median_rank"
            case meanTokens = "mean_tokens"
            case keepEnd = "keep_end_token"
        }

        package init(
            name: String, captions: Int, r1: Double, r10: Double, medianRank: Double, meanTokens: Double, cut: Int,
            keepEnd: Int
        ) {
            (self.name, self.captions, self.r1, self.r10) = (name, captions, r1, r10)
            (self.medianRank, self.meanTokens, self.cut, self.keepEnd) = (medianRank, meanTokens, cut, keepEnd)
        }
    }

    package struct Printed: Codable, Sendable, Equatable {
        package var task: String
        package var pictures: Int
        /// Right answers without print, with a row of X, with another class's name.
        package var rightBare: Proportion
        package var rightOther: Proportion
        package var rightPrinted: Proportion
        /// Answers that are the printed class, likewise.
        package var followBare: Proportion
        package var followOther: Proportion
        package var followPrinted: Proportion
        /// Of McNemar's exact test of the last two, two-sided.
        package var p: Double

        enum CodingKeys: String, CodingKey {
            case task, pictures, p
            case rightBare = "right_bare"
            case rightOther = "right_with_x"
            case rightPrinted = "right_with_name"
            case followBare = "follow_bare"
            case followOther = "follow_with_x"
            case followPrinted = "follow_with_name"
        }

        package init(
            task: String, pictures: Int, rightBare: Proportion, rightOther: Proportion, rightPrinted: Proportion,
            followBare: Proportion, followOther: Proportion, followPrinted: Proportion, p: Double
        ) {
            (self.task, self.pictures, self.p) = (task, pictures, p)
            (self.rightBare, self.rightOther, self.rightPrinted) = (rightBare, rightOther, rightPrinted)
            (self.followBare, self.followOther, self.followPrinted) = (followBare, followOther, followPrinted)
        }
    }

    enum CodingKeys: String, CodingKey {
        case source, pictures, places, probes, drops, sight, printed
        case byMentions = "by_mentions"
        case behind = "sentences_behind"
        case before = "sentences_before"
    }

    package init(
        source: String, pictures: Int, places: [Place], probes: [Probe], drops: [Drop], sight: Sight,
        byMentions: [Search], behind: [Search], before: [Search], printed: [Printed]
    ) {
        (self.source, self.pictures, self.places, self.probes) = (source, pictures, places, probes)
        (self.drops, self.sight, self.byMentions) = (drops, sight, byMentions)
        (self.behind, self.before, self.printed) = (behind, before, printed)
    }
}
