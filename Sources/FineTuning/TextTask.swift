import SynRuns

/// A question about texts or pairs of texts, as fine-tuning sees it: one of GLUE's or one of the drawn world's.
package struct TextTask: Sendable, Equatable {
    /// Short, such as `cola`; a folder is called so.
    package let name: String
    package let title: String
    package let question: String
    /// In the order of a model's outputs; empty where the answer is a number.
    package let labels: [String]
    package let isPair: Bool
    /// The first is the one quoted.
    package let metrics: [GLUEMetric]
    /// Passes over the training set, where the settings say nothing.
    package let epochs: Int
    package let countsInAverage: Bool

    package init(
        name: String, title: String, question: String, labels: [String], isPair: Bool, metrics: [GLUEMetric],
        epochs: Int = 3, countsInAverage: Bool = true
    ) {
        (self.name, self.title, self.question, self.labels) = (name, title, question, labels)
        (self.isPair, self.metrics, self.epochs, self.countsInAverage) = (isPair, metrics, epochs, countsInAverage)
    }

    package var isRegression: Bool { labels.isEmpty }
    package var outputs: Int { max(labels.count, 1) }
}

extension GLUETask {
    package var task: TextTask {
        TextTask(
            name: rawValue, title: title, question: question, labels: labels, isPair: isPair, metrics: metrics,
            epochs: epochs, countsInAverage: countsInAverage)
    }
}

/// A task's examples.
package struct TaskData: Sendable {
    /// A part with answers or without: a development set, a test set.
    package struct Part: Sendable {
        /// `dev`, `test`, or `dev mismatched` for MNLI's second.
        package let name: String
        package let examples: [LabelledText]

        package init(_ name: String, _ examples: [LabelledText]) { (self.name, self.examples) = (name, examples) }
    }

    package let task: TextTask
    package let train: [LabelledText]
    /// Scores come from these; the first is the one quoted.
    package let development: [Part]
    /// Without answers; empty unless predictions are wanted.
    package let tests: [Part]
    /// What a person should know of the data, a sentence each.
    package let remarks: [String]

    /// - Throws where nothing can be learnt or measured.
    package init(
        _ task: TextTask, train: [LabelledText], development: [Part], tests: [Part] = [], remarks: [String] = []
    ) throws {
        (self.task, self.train, self.development, self.tests) = (task, train, development, tests)
        self.remarks = remarks
        if !task.isRegression {
            let found = Set(train.compactMap(\.answer))
            if found.count == 1, let only = found.first {
                throw UserError(
                    .badData,
                    "the training set of \(task.title) has only the label \(task.labels[Int(only)]), so there is "
                        + "nothing to learn; is the file whole?")
            }
        }
    }

    /// A task of GLUE from its files.
    ///
    /// - Parameters:
    ///   - limit: the most examples of every part; nil for all.
    ///   - predicts: whether the test parts are wanted too.
    package init(_ task: GLUETask, in folder: GLUEFolder, limit: Int? = nil, predicts: Bool = false) throws {
        var remarks: [String] = []
        func read(_ part: GLUEPart) throws -> [LabelledText] {
            let file = try folder.read(part, of: task)
            if file.leftOut > 0 {
                remarks.append(
                    "\(task.title) \(part.name): \(file.leftOut) lines are broken or lack a question and are left out")
            }
            guard let portion = Portion(limit: limit, of: file.examples.count, "\(task.title) \(part.name) examples")
            else { return file.examples }
            remarks.append(portion.sentence)
            return Array(file.examples.prefix(portion.taken))
        }
        let train = try read(.train)
        let development = try GLUEPart.development(of: task).map { Part($0.name, try read($0)) }
        let tests =
            predicts ? try GLUEPart.tests(of: task).map { Part($0.name, try folder.read($0, of: task).examples) } : []
        try self.init(task.task, train: train, development: development, tests: tests, remarks: remarks)
    }
}

extension GLUEPart {
    /// As tables call it.
    package var name: String {
        switch self {
        case .train, .dev, .test: rawValue
        case .mismatchedDev: "dev mismatched"
        case .mismatchedTest: "test mismatched"
        }
    }
}
