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

    /// Everything in one call: trainings, frozen probes, tests and curves. What is finished in the folder is kept.
    package func wholeReport(
        limit: Int? = nil, interruption: Interruption = Interruption(), remark: (String) -> Void = { _ in },
        progress: (WorkProgress) -> Void = { _ in }
    ) throws -> GLUEReport {
        let start = ContinuousClock.now
        let results = try run(interruption: interruption, remark: remark, progress: progress)
        let probes = try probes(interruption: interruption, progress: progress)
        let seconds = Double((ContinuousClock.now - start).components.seconds)
        return GLUEReportBuilder(self, results).report(probes: probes, limit: limit, seconds: seconds)
    }
}
