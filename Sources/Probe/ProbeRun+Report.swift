import SynRuns
import SynFiles
import Foundation
import SynReports

/// The report that a finished run wrote, kept and given back.
extension ProbeRun {
    static let secondPage = "text.html"
    private static let recordName = "report.json"
    private static let studyName = "text.json"
    /// Not a file: the hash of what the report was asked to tell.
    private static let requestName = "request of report.json"

    func keep(_ report: ProbeReport) throws {
        for url in try report.write(to: root) { try folder.checksums.note(url.lastPathComponent) }
        try folder.checksums.note(Self.requestName, hash: try request)
    }

    /// Pages, tables and records beside the report that an earlier sitting wrote and this one does not: they are not vouched
    /// for any more.
    func forgetStrays() throws {
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
            var settings = settings
            (settings.name, settings.output, settings.threads) = ("", "", nil)
            settings.sampling.batch = 1
            hash.add(part: try settings.yaml)
            hash.add(part: inputs.table.contentHash)
            return hash.hexadecimal
        }
    }

    /// The stored report of these settings, if everything that it was made from is still there as it was written. Pages
    /// and tables beside it that are not are written again; with a word, as is the report itself where it is not as it was.
    func finishedReport() throws -> ProbeReport? {
        let checksums = folder.checksums
        let damaged = pages.filter { checksums.finding($0, thoroughly: true) != .intact }
        for name in damaged {
            if let word = checksums.word(name, checksums.finding(name)) { remark("\(word); it is made again") }
        }
        guard checksums.finding(Self.recordName, thoroughly: true) == .intact else {
            let file = root.appending(path: Self.recordName)
            if !damaged.contains(Self.recordName), FileManager.default.fileExists(atPath: file.path) {
                remark("\(file.relativePath) is not in the list of checksums; it is made again")
            }
            return nil
        }
        let known = checksums.hash(of: Self.requestName)
        guard known == (try request) else {
            if known == nil {
                remark("\(checksums.folder.relativePath)/\(Checksums.fileName) does not tell of what settings the report is; it is made again")
            }
            return nil
        }
        guard storedTruth(data.generationCaptions(settings.sampling.captions).count) != nil else { return nil }
        let jobs = self.jobs
        for variant in publishedVariants + ablationVariants where try finished(variant, jobs) == nil { return nil }
        let file = root.appending(path: Self.recordName)
        let report = try RecordFile.decode(ProbeReport.self, from: Data(try WholeFile.read(file)), name: file.path)
        // Of a list that has lost lines nobody knows which pages they named.
        if damaged.isEmpty, checksums.remark == nil { return report }
        guard report.secondPage == nil || checksums.finding(Self.studyName, thoroughly: true) == .intact else { return nil }
        try keep(report)
        if report.secondPage != nil {
            let file = root.appending(path: Self.studyName)
            let study = try RecordFile.decode(TextStudyReport.self, from: Data(try WholeFile.read(file)), name: file.path)
            for url in try study.write(to: root, home: "report.html") { try checksums.note(url.lastPathComponent) }
        }
        try forgetStrays()
        return report
    }
}
