/// One of the experiments on the gap, as `space gap --experiment NAME --json` prints it.
package struct GapExperimentRecord: Codable, Sendable, Equatable {
    package var experiment: String
    package var source: String
    /// What the rows differ in.
    package var rowName: String
    package var columns: [String]
    package var rows: [Row]
    /// When it is said to have come out as published.
    package var rule: String
    package var passes: Bool
    package var notes: [String]

    package struct Row: Codable, Sendable, Equatable {
        package var label: String
        /// In the order of the columns.
        package var values: [Double?]
        /// What was published for them; nil where nothing was.
        package var published: [Double?]

        package init(_ label: String, _ values: [Double?], published: [Double?]) {
            (self.label, self.values, self.published) = (label, values, published)
        }
    }

    enum CodingKeys: String, CodingKey {
        case experiment, source, columns, rows, rule, passes, notes
        case rowName = "rows_are"
    }

    package init(
        experiment: String, source: String, rowName: String, columns: [String], rows: [Row], rule: String,
        passes: Bool, notes: [String]
    ) {
        (self.experiment, self.source, self.rowName, self.columns) = (experiment, source, rowName, columns)
        (self.rows, self.rule, self.passes, self.notes) = (rows, rule, passes, notes)
    }
}
