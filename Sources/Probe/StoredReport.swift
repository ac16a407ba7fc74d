import Foundation
import SynFiles
import SynReports
import SynRuns

/// The report that a finished run wrote, kept and given back.
struct StoredReport {
    private let session: ProbeSession

    init(_ session: ProbeSession) { self.session = session }

    private static let secondPage = "text.html"
    private static let home = "report.html"
    private static let recordName = "report.json"
    private static let studyName = "text.json"
    private static let thirdPage = "glue.html"
    private static let tuningName = "glue.json"
    /// Not a file: the hash of what the report was asked to tell.
    private static let requestName = "request of report.json"

    private var folder: ProbeFolder { session.folder }

    /// Writes the report and perhaps its further pages, and forgets the pages of an earlier one. Returns the report as
    /// written.
    func write(_ report: ProbeReport, text: TextStudyReport?, glue: GLUEReport?) throws -> ProbeReport {
        var report = report
        if let text {
            try note(text.write(to: session.root, home: Self.home))
            report.secondPage = Self.secondPage
        }
        if let glue {
            try note(glue.write(to: session.root, home: Self.home))
            report.thirdPage = Self.thirdPage
        }
        try write(report)
        try forgetStrays()
        return report
    }

    private func write(_ report: ProbeReport) throws {
        try note(report.write(to: session.root))
        try folder.checksums.note(Self.requestName, hash: try request)
    }

    private func note(_ files: [URL]) throws {
        for url in files { try folder.checksums.note(url.lastPathComponent) }
    }

    /// Pages, tables and records beside the report that an earlier sitting wrote and this one does not: they are not
    /// vouched for any more.
    private func forgetStrays() throws {
        let strays = Set(pages.filter { folder.checksums.finding($0) != .intact })
        try folder.checksums.forget { strays.contains($0) }
    }

    /// Everything noted that a report consists of.
    private var pages: [String] {
        folder.checksums.fileNames.filter {
            !$0.contains("/") && ![ProbeFolder.settingsName, ProbeFolder.splitName, RunInputs.fileName].contains($0)
        }
    }

    /// Everything that the report depends on, the run's results aside.
    private var request: String {
        get throws {
            var hash = ContentHash()
            var settings = session.settings
            (settings.name, settings.output, settings.threads) = ("", "", nil)
            settings.sampling.batch = 1
            hash.add(part: try settings.yaml)
            hash.add(part: session.inputs.table.contentHash)
            return hash.hexadecimal
        }
    }

    /// The stored report of these settings, if everything that it was made from is still there as it was written. Pages
    /// and tables beside it that are not are written again; with a word, as is the report itself where it is not as it
    /// was.
    func read() throws -> ProbeReport? {
        let checksums = folder.checksums
        let damaged = pages.filter { checksums.finding($0, thoroughly: true) != .intact }
        for name in damaged {
            if let word = checksums.word(name, checksums.finding(name)) { session.remark("\(word); it is made again") }
        }
        guard checksums.finding(Self.recordName, thoroughly: true) == .intact else {
            let file = session.root.appending(path: Self.recordName)
            if !damaged.contains(Self.recordName), FileManager.default.fileExists(atPath: file.path) {
                session.remark("\(file.relativePath) is not in the list of checksums; it is made again")
            }
            return nil
        }
        let known = checksums.hash(of: Self.requestName)
        guard known == (try request) else {
            if known == nil {
                session.remark(
                    "\(checksums.folder.relativePath)/\(Checksums.fileName) does not tell of what settings the "
                        + "report is; it is made again"
                )
            }
            return nil
        }
        guard session.realScores != nil else { return nil }
        let trials = session.plan.trials
        guard try session.finishedScores(trials).count == trials.count else { return nil }
        let report: ProbeReport = try record(Self.recordName)
        // Of a list that has lost lines nobody knows which pages they named.
        if damaged.isEmpty, checksums.remark == nil { return report }
        for (page, record) in [(report.secondPage, Self.studyName), (report.thirdPage, Self.tuningName)]
        where page != nil && checksums.finding(record, thoroughly: true) != .intact {
            return nil
        }
        try write(report)
        if report.secondPage != nil {
            let study: TextStudyReport = try record(Self.studyName)
            try note(study.write(to: session.root, home: Self.home))
        }
        if report.thirdPage != nil {
            let study: GLUEReport = try record(Self.tuningName)
            try note(study.write(to: session.root, home: Self.home))
        }
        try forgetStrays()
        return report
    }

    private func record<Record: Decodable>(_ name: String) throws -> Record {
        let file = session.root.appending(path: name)
        return try RecordFile.decode(Record.self, from: Data(try WholeFile.read(file)), name: file.path)
    }
}
