import Foundation
import SynEmbedding
import SynReports
import SynRuns

extension GLUEStudy {
    /// The drawn world's four tasks with its settings and one seed.
    ///
    /// - Parameter limit: at most so many examples.
    package init(drawn encoders: [TextEmbedder], limit: Int? = nil, out: URL) throws {
        self.init(
            encoders, try DrawnTask.allCases.map { try $0.data(limit: limit) }, seeds: [1], .miniature, out: out)
    }
}
