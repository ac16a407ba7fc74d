import SynEmbedding

extension GLUEStudy {
    /// An encoder's answers to the test sets, of the seed that is best on the development set of each task.
    package func submission(of encoder: TextEmbedder, _ results: [TrialResult]) -> Submission {
        Submission(
            data.compactMap { data -> (task: GLUETask, parts: [[Double]])? in
                guard let task = GLUETask(rawValue: data.task.name), !data.tests.isEmpty else { return nil }
                let truth = (data.development.first?.examples ?? []).map { $0.answer ?? 0 }
                let own = results.filter { $0.encoder == encoder.name && $0.task == data.task.name }
                let best = own.max {
                    GLUEReportBuilder.score(task.metrics[0], truth, $0.development[0], seed: 0).value
                        < GLUEReportBuilder.score(task.metrics[0], truth, $1.development[0], seed: 0).value
                }
                return best.map { (task, $0.tests) }
            })
    }
}
