/// The area under the receiver operating characteristic: how often a case with the label has a higher value than one
/// without, ties counting half; 0.5 says nothing, 1 all. As scikit-learn's `roc_auc_score`, weights as `sample_weight`.
///
/// Values are sorted once, so that a resample costs time in proportion to the cases.
package struct AreaUnderROC: Sendable {
    private let labels: [Bool]
    /// Places from the smallest value to the largest, and where each run of equal values ends.
    private let order: [Int]
    private let runs: [Int]

    package init(_ values: [Double], _ labels: [Bool]) {
        precondition(values.count == labels.count, "every value has one label")
        self.labels = labels
        let order = values.indices.sorted { values[$0] < values[$1] }
        runs = order.indices.filter { $0 + 1 == order.count || values[order[$0 + 1]] != values[order[$0]] }.map {
            $0 + 1
        }
        self.order = order
    }

    /// Nil where one of the labels has no weight.
    ///
    /// - Parameter weight: of the case at a place.
    package func callAsFunction(_ weight: (Int) -> Double = { _ in 1 }) -> Double? {
        var (below, won, with) = (0.0, 0.0, 0.0)
        var start = 0
        for end in runs {
            var (yes, no) = (0.0, 0.0)
            for place in start..<end {
                let own = weight(order[place])
                if labels[order[place]] { yes += own } else { no += own }
            }
            won += yes * (below + 0.5 * no)
            below += no
            with += yes
            start = end
        }
        return with > 0 && below > 0 ? won / (with * below) : nil
    }
}
