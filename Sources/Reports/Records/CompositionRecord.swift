import SynStatistics

/// Whether a model minds which word belongs to which thing, as `space compose --json` prints it.
package struct CompositionRecord: Codable, Sendable, Equatable {
    package var source: String
    /// Of each kind.
    package var items: Int
    package var parts: [Part]

    package struct Part: Codable, Sendable, Equatable {
        package var combinations: String
        package var choices: [Choice]
        package var orders: [Order]

        package init(combinations: String, choices: [Choice], orders: [Order]) {
            (self.combinations, self.choices, self.orders) = (combinations, choices, orders)
        }
    }

    package struct Choice: Codable, Sendable, Equatable {
        package var kind: String
        package var items: Int
        /// The share of pictures nearer to their own caption than to the other, and its 95 % interval.
        package var accuracy: Double
        package var interval: Interval?
        /// The same of a judge who sees no picture.
        package var textOnly: Double
        /// Items whose captions have the same words.
        package var equalWords: Double
        /// Winoground's scores; by chance 1/4, 1/4, 1/6.
        package var text: Proportion
        package var image: Proportion
        package var group: Proportion

        enum CodingKeys: String, CodingKey {
            case kind, items, accuracy, interval
            case textOnly = "text_only"
            case equalWords = "equal_words"
            case text = "text_score"
            case image = "image_score"
            case group = "group_score"
        }

        package init(
            kind: String, items: Int, accuracy: Double, interval: Interval?, textOnly: Double, equalWords: Double,
            text: Proportion, image: Proportion, group: Proportion
        ) {
            (self.kind, self.items, self.accuracy, self.interval) = (kind, items, accuracy, interval)
            (self.textOnly, self.equalWords) = (textOnly, equalWords)
            (self.text, self.image, self.group) = (text, image, group)
        }
    }

    package struct Order: Codable, Sendable, Equatable {
        package var shuffled: String
        /// How often the proper caption is nearer to its picture than the shuffled one.
        package var prefersProper: Proportion
        /// The same with the mean picture in the place of every picture.
        package var textOnly: Double
        package var recallBefore: Double
        package var recallAfter: Double

        enum CodingKeys: String, CodingKey {
            case shuffled
            case prefersProper = "prefers_proper"
            case textOnly = "text_only"
            case recallBefore = "r1_proper"
            case recallAfter = "r1_shuffled"
        }

        package init(
            shuffled: String, prefersProper: Proportion, textOnly: Double, recallBefore: Double, recallAfter: Double
        ) {
            (self.shuffled, self.prefersProper, self.textOnly) = (shuffled, prefersProper, textOnly)
            (self.recallBefore, self.recallAfter) = (recallBefore, recallAfter)
        }
    }

    package init(source: String, items: Int, parts: [Part]) {
        (self.source, self.items, self.parts) = (source, items, parts)
    }
}
