import ArgumentParser
import Foundation
import SynReports
import SynRuns

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the report of a finished run or study again, or one report of several.",
        discussion: """
            One folder: terminal, Markdown, CSV, plots and page are made again in it from its report.json or \
            text.json. Several folders, of runs and text studies mixed: one report with an overview, then each study. \
            Runs whose settings agree are joined, encoder by encoder and seed by seed; others are set beside each \
            other with what differs. --out names the folder for the page of several.

            Tables as LaTeX need booktabs (and longtable for more than 40 rows), those as CSV begin with a line # TITLE.

            Examples:
              synesthesia report runs/miniature
              synesthesia report runs/seed-1 runs/seed-2 --out runs/joined
              synesthesia report runs/miniature --format latex
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, markdown, latex, csv }

    @Argument(help: "Folders of runs and text studies, such as runs/miniature.")
    var folders: [String]

    @Option(help: "The folder for the report of several; without it the report is only printed.")
    var out: String?

    @Option(help: "What is printed: the report as text or markdown, or every table as latex or csv.")
    var format: Format = .text

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if folders.count == 1, out != nil {
            throw ValidationError("--out belongs to several folders; a single run's report stays in its own")
        }
        if shared.json, format != .text { throw ValidationError("--json and --format contradict each other; give one") }
    }

    func run() throws {
        let found = try StudyFolders(folders, out: out)
        if folders.count == 1 {
            for run in found.probes { try run.report.write(to: run.folder) }
            let home = found.probes.isEmpty ? nil : "report.html"
            for text in found.texts { try text.report.write(to: text.folder, home: home) }
            for one in found.glue { try one.report.write(to: one.folder, home: home) }
            for space in found.spaces { try space.report.write(to: space.folder) }
        }
        let collection = try ReportCollection(
            probes: found.probes,
            texts: found.texts.map { .init($0.report, name: $0.name, folder: $0.folder) }
                + found.spaces.map { .init($0.report, name: $0.name, folder: $0.folder) },
            glue: found.glue.map { .init($0.report, name: $0.name, folder: $0.folder) })
        if folders.count > 1 { for remark in collection.remarks { shared.remark(remark) } }
        let single = folders.count == 1 || collection.entries.count == 1 ? collection.entries.first : nil
        if let out {
            let folder = URL(filePath: out)
            if let joined = single?.study as? ProbeReport {
                try joined.write(to: folder)
            } else {
                try collection.write(to: folder)
            }
        }
        try print(collection, single?.study)
        if let out { shared.remark("the whole report: \(out)/report.html") }
    }

    private func print(_ all: ReportCollection, _ single: (any StudyReport)?) throws {
        switch format {
        case .latex: try Output.write(all.tables.map(\.latex).joined(separator: "\n"))
        case .csv:
            try Output.write(all.tables.map { "# \($0.title ?? "")\n" + $0.csv }.joined(separator: "\n"))
        case .markdown: try Output.write(single?.markdown ?? all.markdown)
        case .text:
            if shared.json {
                if let probe = single as? ProbeReport { return try Output.write(RecordFile.json(probe)) }
                if let text = single as? TextStudyReport { return try Output.write(RecordFile.json(text)) }
                if let glue = single as? GLUEReport { return try Output.write(RecordFile.json(glue)) }
                if let space = single as? LatentSpaceReport { return try Output.write(RecordFile.json(space)) }
                return try Output.write(RecordFile.json(all.tables))
            }
            if let text = single as? TextStudyReport {
                return try Output.write(text.terminal(layers: false, caveats: true))
            }
            if let glue = single as? GLUEReport { return try Output.write(glue.terminal(caveats: true)) }
            if let space = single as? LatentSpaceReport { return try Output.write(space.terminal) }
            try Output.write((single as? ProbeReport)?.terminal ?? all.terminal)
        }
    }
}

/// What lies in the folders that a user named.
private struct StudyFolders {
    var probes: [JoinedReport.Run] = []
    var texts: [(report: TextStudyReport, name: String, folder: URL)] = []
    var glue: [(report: GLUEReport, name: String, folder: URL)] = []
    var spaces: [(report: LatentSpaceReport, name: String, folder: URL)] = []

    init(_ folders: [String], out: String?) throws {
        var seen: [String: String] = [:]
        for name in folders {
            let url = URL(filePath: name)
            if let earlier = seen.updateValue(name, forKey: Self.place(url)) {
                throw UserError(.badData, "\(name) is the same folder as \(earlier); name each once")
            }
        }
        if let out, let own = seen[Self.place(URL(filePath: out))] {
            throw UserError(
                .settings, "--out \(out) is \(own), whose own report would be overwritten; name another folder")
        }
        let short = Self.shortNames(folders)
        for (name, short) in zip(folders, short) {
            let url = URL(filePath: name)
            let probe: ProbeReport? = try Self.record("report.json", in: url)
            let text: TextStudyReport? = try Self.record("text.json", in: url)
            if let probe { probes.append(.init(probe, name: short, folder: url)) }
            if let text { texts.append((text, probe == nil ? short : "\(short) (texts)", url)) }
            let tuned: GLUEReport? = try Self.record("glue.json", in: url)
            if let tuned {
                glue.append((tuned, probe == nil && text == nil ? short : "\(short) (fine-tuning)", url))
            }
            let space: LatentSpaceReport? = try Self.record("space.json", in: url)
            if let space { spaces.append((space, probe == nil && text == nil ? short : "\(short) (space)", url)) }
            if probe == nil, text == nil, tuned == nil, space == nil { throw Self.nothing(in: name) }
        }
    }

    /// The last part of each path, or the whole of it where another folder is called so too.
    private static func shortNames(_ folders: [String]) -> [String] {
        let last = folders.map { URL(filePath: $0).standardizedFileURL.lastPathComponent }
        return zip(folders, last).map { whole, short in
            last.count { $0 == short } == 1 && !short.isEmpty && short != "/" ? short : whole
        }
    }

    private static func place(_ url: URL) -> String { url.resolvingSymlinksInPath().standardizedFileURL.path }

    private static func nothing(in name: String) -> UserError {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) else {
            return UserError(.missing, "\(name) does not exist; name the folder of a finished run or text study")
        }
        guard isFolder.boolValue else {
            return UserError(.badData, "\(name) is a file; name the folder of a finished run or text study")
        }
        func holds(_ file: String) -> Bool {
            FileManager.default.fileExists(atPath: URL(filePath: name).appending(path: file).path)
        }
        if holds("settings.yaml") {
            return UserError(
                .missing,
                "\(name) is a run that has not finished: it has settings.yaml, but no report.json yet; "
                    + "synesthesia probe \(name)/settings.yaml goes on with it")
        }
        if holds("fine-tuning.yaml") {
            return UserError(
                .missing,
                "\(name) is a fine-tuning study without a report: it has fine-tuning.yaml, but no glue.json yet; "
                    + "synesthesia study glue with the same options makes it")
        }
        if holds("features") {
            return UserError(
                .missing,
                "\(name) is a text study that has not finished: it has features, but no text.json yet; "
                    + "the command that began it goes on with it")
        }
        return UserError(
            .missing,
            "\(name) holds neither report.json (of a finished run) nor text.json (of a text study) nor glue.json (of "
                + "fine-tuning); name the folder of a finished one")
    }

    private static func record<Record: Decodable>(_ file: String, in folder: URL) throws -> Record? {
        let path = folder.appending(path: file).relativePath
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes = try InputFile.bytes(path, purpose: "the folder of a finished run")
        return try RecordFile.decode(Record.self, from: Data(bytes), name: path)
    }
}
