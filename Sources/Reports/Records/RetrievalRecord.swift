/// How searches end, as `space retrieve --json` prints it.
package struct RetrievalRecord: Codable, Sendable, Equatable {
    package var source: String
    package var pairs: Int
    /// The own partner alone is right.
    package var own: BothWays
    /// Whatever is true is right; nil where nothing is known but the pairs.
    package var everyTrue: BothWays?
    /// How the truth is known.
    package var truth: String?
    /// By the size of a batch: the share of its other captions that are true of a picture too.
    package var falseNegatives: [FalseNegatives]?

    package struct FalseNegatives: Codable, Sendable, Equatable {
        package var batch: Int
        package var share: Double

        package init(batch: Int, share: Double) { (self.batch, self.share) = (batch, share) }
    }

    enum CodingKeys: String, CodingKey {
        case source, pairs, own, truth
        case everyTrue = "every_true_caption"
        case falseNegatives = "false_negatives"
    }

    package init(
        source: String, pairs: Int, own: BothWays, everyTrue: BothWays?, truth: String?,
        falseNegatives: [FalseNegatives]?
    ) {
        (self.source, self.pairs, self.own) = (source, pairs, own)
        (self.everyTrue, self.truth, self.falseNegatives) = (everyTrue, truth, falseNegatives)
    }
}
