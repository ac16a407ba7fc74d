import SynStatistics

/// Picture + text - text, as `space arithmetic --json` prints it.
package struct ArithmeticRecord: Codable, Sendable, Equatable {
    package var source: String
    package var pictures: Int
    package var nearest: Int
    package var changes: [Change]
    package var additivity: [Additive]

    package struct Change: Codable, Sendable, Equatable {
        package var attribute: String
        package var plus: String
        package var minus: String
        /// Portraits without the attribute that the sums began at.
        package var starts: Int
        /// The attribute's share in all portraits.
        package var share: Double
        package var treated: [Treated]

        package init(
            attribute: String, plus: String, minus: String, starts: Int, share: Double, treated: [Treated]
        ) {
            (self.attribute, self.plus, self.minus) = (attribute, plus, minus)
            (self.starts, self.share, self.treated) = (starts, share, treated)
        }
    }

    package struct Treated: Codable, Sendable, Equatable {
        /// As trained, closed, centred.
        package var vectors: String
        package var queries: [Figures]

        package init(vectors: String, queries: [Figures]) { (self.vectors, self.queries) = (vectors, queries) }
    }

    package struct Figures: Codable, Sendable, Equatable {
        package var query: String
        /// Of the nearest portraits: the share with the attribute; and of their other attributes the share that is as
        /// the start's.
        package var changed: Double
        package var kept: Double
        /// How often the same face with the attribute comes first, and among the first ten.
        package var r1: Double
        package var r10: Double
        package var medianRank: Double
        /// Mean difference of `changed` to the search with the picture alone, with Student's interval of 95 %.
        package var changedMoreThanAlone: Double
        package var interval: Interval?

        enum CodingKeys: String, CodingKey {
            case query, changed, kept, interval
            case r1 = "counterpart_r1"
            case r10 = "counterpart_r10"
            case medianRank = "counterpart_median_rank"
            case changedMoreThanAlone = "changed_more_than_alone"
        }

        package init(
            query: String, changed: Double, kept: Double, r1: Double, r10: Double, medianRank: Double,
            changedMoreThanAlone: Double, interval: Interval?
        ) {
            (self.query, self.changed, self.kept, self.r1, self.r10) = (query, changed, kept, r1, r10)
            (self.medianRank, self.changedMoreThanAlone, self.interval) = (medianRank, changedMoreThanAlone, interval)
        }
    }

    package struct Additive: Codable, Sendable, Equatable {
        package var vectors: String
        package var fitted: Double
        package var heldOut: Double
        package var fittedCount: Int
        package var heldOutCount: Int

        enum CodingKeys: String, CodingKey {
            case vectors
            case fitted = "r2_fitted"
            case heldOut = "r2_held_out"
            case fittedCount = "fitted"
            case heldOutCount = "held_out"
        }

        package init(vectors: String, fitted: Double, heldOut: Double, fittedCount: Int, heldOutCount: Int) {
            (self.vectors, self.fitted, self.heldOut) = (vectors, fitted, heldOut)
            (self.fittedCount, self.heldOutCount) = (fittedCount, heldOutCount)
        }
    }

    package init(source: String, pictures: Int, nearest: Int, changes: [Change], additivity: [Additive]) {
        (self.source, self.pictures, self.nearest) = (source, pictures, nearest)
        (self.changes, self.additivity) = (changes, additivity)
    }
}
