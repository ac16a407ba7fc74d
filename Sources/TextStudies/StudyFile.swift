import Foundation
import SynEmbedding
import SynRuns
import SynStatistics

/// The published files of the text studies: what each is called and where a person gets it.
///
/// None of them is in this repository; each stands under its authors' terms.
package enum StudyFile: String, CaseIterable, Sendable {
    case rg65 = "rg65.csv"
    case wordSim353 = "wordsim353.csv"
    case simLex999 = "simlex999.csv"
    case simVerb3500 = "SimVerb-3500.txt"
    case bellezza = "Bellezza_Lexicon.csv"
    case stsBenchmark = "sts-test.csv"
    case cxcValidation = "sts_val.csv"
    case cxcTest = "sts_test.csv"
    case cocoCaptions = "captions_val2014.json"
    case cxcValidationJoined = "sts_val_joined.tsv"
    case cxcTestJoined = "sts_test_joined.tsv"
    case stsYears = "sts12_16.tsv"

    /// The page a person gets it from.
    package var page: String {
        switch self {
        case .rg65, .wordSim353, .simLex999, .simVerb3500, .bellezza:
            "https://github.com/wolferobert3/clip_contrastive_acl_2022 (folder data)"
        case .stsBenchmark: "https://ixa2.si.ehu.eus/stswiki/index.php/STSbenchmark"
        case .cxcValidation, .cxcTest, .cxcValidationJoined, .cxcTestJoined:
            "https://github.com/google-research-datasets/Crisscrossed-Captions (folder data)"
        case .cocoCaptions: "https://cocodataset.org/#download (2014 Train/Val annotations)"
        case .stsYears: "https://github.com/facebookresearch/SentEval (data/downstream/get_transfer_data.bash)"
        }
    }
}

/// A folder in which published files are looked for: itself and the subfolders they usually lie in.
package struct StudyFolder: Sendable {
    package let url: URL

    package init(_ path: String) { url = URL(filePath: path) }

    private static let usual = ["", "words", "stsb", "stsbenchmark", "cxc", "annotations", "sts12_16", "data"]

    /// Where the file is, or nil.
    package func find(_ file: StudyFile) -> URL? { find(file.rawValue) }

    func find(_ name: String) -> URL? {
        Self.usual.lazy.map { url.appending(path: $0).appending(path: name) }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// A file of the user's own: where its path says, else below the data folder; nil where neither has it.
    func findOwn(_ path: String) -> URL? {
        let url = URL(filePath: path)
        if FileManager.default.fileExists(atPath: url.path) { return url }
        return path.hasPrefix("/") ? nil : find(path)
    }

    /// Where the file is; otherwise a complaint that names it and its page.
    func require(_ file: StudyFile) throws -> URL {
        if let found = find(file) { return found }
        throw packed(file)
            ?? UserError(
                .missing,
                "\(file.rawValue) is not in \(url.relativePath); get it from \(file.page) and put it there, "
                    + "or name another folder with --data")
    }

    /// A complaint if the file is there, but packed.
    func packed(_ file: StudyFile) -> UserError? {
        find(file.rawValue + ".gz").map {
            UserError(.missing, "\($0.relativePath) is packed; unpack it with: gunzip -k \($0.relativePath)")
        }
    }
}

extension DelimitedText.Row {
    /// The field as a finite number, blanks around it allowed.
    func number(_ column: Int, _ what: String, file: String) throws -> Double {
        let text = fields[column].trimmingCharacters(in: .whitespaces)
        guard !text.isEmpty else {
            throw DataFileError(file: file, line: line, column: "\(column + 1)", "the \(what) is missing.")
        }
        guard let value = decimalNumber(text) else {
            throw DataFileError(
                file: file, line: line, column: "\(column + 1)", "\"\(text)\" is not a number (the \(what)).")
        }
        return value
    }

    /// The field as a text with something in it, and nothing that no text holds.
    func text(_ column: Int, _ what: String, file: String) throws -> String {
        guard fields[column].contains(where: { !$0.isWhitespace }) else {
            throw DataFileError(file: file, line: line, column: "\(column + 1)", "the \(what) is empty.")
        }
        if let problem = CaptionFile.problem(fields[column].utf8) {
            throw DataFileError(file: file, line: line, column: "\(column + 1)", "the \(what) \(problem).")
        }
        return fields[column]
    }

    /// Refuses rows with too few fields, or with others than `counts`.
    func require(_ counts: ClosedRange<Int>, _ layout: String, file: String) throws {
        guard counts.contains(fields.count) else {
            throw DataFileError(
                file: file, line: line,
                "there are \(fields.count) columns, but this file has \(layout); is it another file?")
        }
    }
}
