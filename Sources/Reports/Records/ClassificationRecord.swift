import SynStatistics

/// Zero-shot classification, as `space classify --json` prints it.
package struct ClassificationRecord: Codable, Sendable, Equatable {
    package var source: String
    /// What was told apart.
    package var task: String
    package var pictures: Int
    package var classes: [String]
    /// Pictures of each class.
    package var counts: [Int]
    /// One for each wording of the classes.
    package var readings: [Reading]
    /// Of each class with the last wording; nil for one without pictures.
    package var recallOfLast: [Double?]
    /// What other wordings than the first change, picture by picture.
    package var changes: [Change]
    /// Of guessing: one over the classes.
    package var chance: Double
    /// Of always naming the class with the most pictures.
    package var largestClass: Double

    package struct Reading: Codable, Sendable, Equatable {
        package var wording: String
        package var templates: [String]
        package var top1: Proportion
        /// Nil with five classes or fewer.
        package var top5: Proportion?
        package var meanPerClass: Double
        package var meanPerClassInterval: Interval

        enum CodingKeys: String, CodingKey {
            case wording, templates, top1, top5
            case meanPerClass = "mean_per_class"
            case meanPerClassInterval = "mean_per_class_interval"
        }

        package init(
            wording: String, templates: [String], top1: Proportion, top5: Proportion?, meanPerClass: Double,
            meanPerClassInterval: Interval
        ) {
            (self.wording, self.templates, self.top1, self.top5) = (wording, templates, top1, top5)
            (self.meanPerClass, self.meanPerClassInterval) = (meanPerClass, meanPerClassInterval)
        }
    }

    package struct Change: Codable, Sendable, Equatable {
        package var from: String
        package var to: String
        package var lost: Int
        package var gained: Int
        /// Of McNemar's exact test, two-sided.
        package var p: Double

        package init(from: String, to: String, lost: Int, gained: Int, p: Double) {
            (self.from, self.to, self.lost, self.gained, self.p) = (from, to, lost, gained, p)
        }
    }

    enum CodingKeys: String, CodingKey {
        case source, task, pictures, classes, counts, readings, changes, chance
        case recallOfLast = "recall_by_class"
        case largestClass = "largest_class"
    }

    package init(
        source: String, task: String, pictures: Int, classes: [String], counts: [Int], readings: [Reading],
        recallOfLast: [Double?], changes: [Change], chance: Double, largestClass: Double
    ) {
        (self.source, self.task, self.pictures, self.classes) = (source, task, pictures, classes)
        (self.counts, self.readings, self.recallOfLast, self.changes) = (counts, readings, recallOfLast, changes)
        (self.chance, self.largestClass) = (chance, largestClass)
    }
}
