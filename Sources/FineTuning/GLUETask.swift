/// The tasks of the GLUE benchmark (Wang et al. 2019) as Chen et al. (2023, section 3) use them.
package enum GLUETask: String, CaseIterable, Sendable, Codable {
    case cola
    case sst2 = "sst-2"
    case mrpc
    case stsb = "sts-b"
    case qqp, mnli, qnli, rte, wnli

    /// As papers write it; also the name of its folder.
    package var title: String {
        switch self {
        case .cola: "CoLA"
        case .sst2: "SST-2"
        case .mrpc: "MRPC"
        case .stsb: "STS-B"
        case .qqp: "QQP"
        case .mnli: "MNLI"
        case .qnli: "QNLI"
        case .rte: "RTE"
        case .wnli: "WNLI"
        }
    }

    /// What it asks, for a reader who does not know it.
    package var question: String {
        switch self {
        case .cola: "is the sentence acceptable English?"
        case .sst2: "is the review's sentence positive?"
        case .mrpc: "do two sentences of the news say the same?"
        case .stsb: "how similar are two sentences, from 0 to 5?"
        case .qqp: "do two questions ask the same?"
        case .mnli: "does the first sentence imply the second, contradict it, or neither?"
        case .qnli: "does the sentence answer the question?"
        case .rte: "does the first text imply the second?"
        case .wnli: "does the first text imply the second, whose pronoun is replaced?"
        }
    }

    /// Spellings of the labels as the files and a submission have them, in the order of a model's outputs (that of
    /// Hugging Face's `datasets`). Empty where the answer is a number.
    package var labels: [String] {
        switch self {
        case .cola, .sst2, .mrpc, .qqp, .wnli: ["0", "1"]
        case .qnli, .rte: ["entailment", "not_entailment"]
        case .mnli: ["entailment", "neutral", "contradiction"]
        case .stsb: []
        }
    }

    /// Whether the answer is a number from 0 to 5 instead of a label.
    package var isRegression: Bool { labels.isEmpty }

    /// How many numbers a head puts out.
    package var outputs: Int { max(labels.count, 1) }

    /// Whether examples are pairs of texts.
    package var isPair: Bool { self != .cola && self != .sst2 }

    /// Which measures are reported; the first is Table 1's.
    package var metrics: [GLUEMetric] {
        switch self {
        case .cola: [.matthews]
        case .mrpc, .qqp: [.f1, .accuracy]
        case .stsb: [.spearman, .pearson]
        case .sst2, .mnli, .qnli, .rte, .wnli: [.accuracy]
        }
    }

    /// Whether it counts in the average of Table 1: all but WNLI, as in the paper.
    package var countsInAverage: Bool { self != .wnli }

    /// Passes over the training set: five for MRPC, three for the others (Chen et al. 2023, section 3).
    package var epochs: Int { self == .mrpc ? 5 : 3 }

    /// Where a person gets its files.
    package static let page = "https://gluebenchmark.com/tasks"

    /// The headings of its columns: the first text, the second, and the label or the score.
    var columns: (first: String, second: String?, answer: String) {
        switch self {
        case .cola, .sst2: ("sentence", nil, "label")
        case .mrpc: ("#1 String", "#2 String", "Quality")
        case .stsb: ("sentence1", "sentence2", "score")
        case .qqp: ("question1", "question2", "is_duplicate")
        case .mnli: ("sentence1", "sentence2", "gold_label")
        case .qnli: ("question", "sentence", "label")
        case .rte, .wnli: ("sentence1", "sentence2", "label")
        }
    }
}

/// A part of a task's data, each a file of its own.
package enum GLUEPart: String, CaseIterable, Sendable, Codable {
    case train, dev, test
    /// MNLI's second development and test sets, from genres that the training set lacks.
    case mismatchedDev, mismatchedTest

    package var isTest: Bool { self == .test || self == .mismatchedTest }

    /// The published file's name.
    package func fileName(of task: GLUETask) -> String {
        switch (self, task) {
        case (.train, _): "train.tsv"
        case (.dev, .mnli): "dev_matched.tsv"
        case (.test, .mnli): "test_matched.tsv"
        case (.dev, _): "dev.tsv"
        case (.test, _): "test.tsv"
        case (.mismatchedDev, _): "dev_mismatched.tsv"
        case (.mismatchedTest, _): "test_mismatched.tsv"
        }
    }

    /// The parts that a task's scores come from.
    package static func development(of task: GLUETask) -> [GLUEPart] {
        task == .mnli ? [.dev, .mismatchedDev] : [.dev]
    }

    /// The parts whose answers only the benchmark's server knows.
    package static func tests(of task: GLUETask) -> [GLUEPart] { task == .mnli ? [.test, .mismatchedTest] : [.test] }
}

/// A text or a pair of texts and what is to be said of it.
package struct LabelledText: Equatable, Sendable {
    package let first: String
    package let second: String?
    /// The place of the label among the task's labels, or the score; nil where nobody tells it.
    package let answer: Double?

    package init(_ first: String, _ second: String? = nil, answer: Double?) {
        (self.first, self.second, self.answer) = (first, second, answer)
    }
}
