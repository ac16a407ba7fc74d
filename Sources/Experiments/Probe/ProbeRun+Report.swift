import Files
import Foundation
import Reports

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
    /// and tables beside it that are not are written again.
    func finishedReport() throws -> ProbeReport? {
        let checksums = folder.checksums
        guard checksums.finding(Self.recordName, thoroughly: true) == .intact,
            checksums.hash(of: Self.requestName) == (try request),
            storedTruth(data.generationCaptions(settings.sampling.captions).count) != nil
        else { return nil }
        let jobs = self.jobs
        for variant in publishedVariants + ablationVariants where try runFolder(variant).finished(jobs) == nil { return nil }
        let file = root.appending(path: Self.recordName)
        let report = try RecordFile.decode(ProbeReport.self, from: Data(try WholeFile.read(file)), name: file.path)
        let damaged = checksums.fileNames.filter { name in
            !name.contains("/") && ![ProbeFolder.settingsName, RunInputs.fileName].contains(name)
                && checksums.finding(name, thoroughly: true) != .intact
        }
        if damaged.isEmpty { return report }
        guard report.secondPage == nil || checksums.finding(Self.studyName, thoroughly: true) == .intact else { return nil }
        for name in damaged {
            if let word = checksums.word(name, checksums.finding(name)) { remark("\(word); it is written again") }
        }
        try keep(report)
        if report.secondPage != nil {
            let file = root.appending(path: Self.studyName)
            let study = try RecordFile.decode(TextStudyReport.self, from: Data(try WholeFile.read(file)), name: file.path)
            for url in try study.write(to: root, home: "report.html") { try checksums.note(url.lastPathComponent) }
        }
        return report
    }
}
