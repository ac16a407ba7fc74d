import SynTensors

/// What the judges say of some of a set's pictures: the parts of a set, in its order, make the whole, whoever judged
/// them.
package struct JudgedPart: Sendable {
    /// Of these pictures, with their scores filled in.
    package var records: [SampleRecord]
    /// Captions that lost their end.
    package let truncated: Int
    /// What scores of the whole set are made of, a row for each picture.
    package let rows: [Kind: Tensor]

    package enum Kind: String, CaseIterable, Sendable {
        /// The Inception network's logits [pictures, classes] and final features [pictures, features].
        case logits, features
        /// The same of what the released code fed to it.
        case publishedLogits = "published-logits"
        case publishedFeatures = "published-features"
        /// The CLIP's vectors [pictures, d].
        case pictures, captions
    }

    package init(records: [SampleRecord], truncated: Int, rows: [Kind: Tensor]) {
        (self.records, self.truncated, self.rows) = (records, truncated, rows)
    }
}

extension [JudgedPart] {
    /// All parts' rows of a kind; nil where there are none.
    func rows(_ kind: JudgedPart.Kind) -> Tensor? {
        let rows = compactMap { $0.rows[kind] }
        return rows.isEmpty ? nil : concatenated(rows, axis: 0)
    }
}
