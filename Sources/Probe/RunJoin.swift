import Foundation
import SynFiles
import SynRuns

/// Brings runs that shared the work of one experiment together in one folder: several machines, each with some of the
/// encoders or seeds. What none of them did, the same settings file does afterwards, and it writes the report.
///
/// Only what is as it was written is taken. Nothing is computed and no model is opened.
package struct RunJoin {
    private let target: URL
    private let sources: [URL]
    private let remark: (String) -> Void

    /// - Parameters:
    ///   - folders: of the runs; all made with the same settings but for encoders and seeds.
    ///   - output: a new folder, or one that is a run itself and takes the others in.
    package init(_ folders: [String], into output: String, remark: @escaping (String) -> Void) {
        (target, sources) = (URL(filePath: output), folders.map { URL(filePath: $0) })
        self.remark = remark
    }

    /// What was joined.
    package struct Outcome: Encodable, Sendable {
        /// The file that makes the report, given to `probe`.
        package let settings: String
        package let encoders: [String]
        package let seeds: [Int]
        package let files: Int
    }

    package func run(progress: (Int, Int) throws -> Void = { _, _ in }) throws -> Outcome {
        for source in sources where !source.isFolder {
            throw UserError(.missing, "\(source.relativePath) is not a folder; name the folder of a run")
        }
        let names = (sources + [target]).map { $0.resolvingSymlinksInPath().path }
        guard Set(names).count == names.count else {
            throw UserError(.settings, "one of the folders is named twice; the output takes in the others")
        }
        let folders = try sources.map { try ProbeFolder($0, remark: remark) }
        let parts = try folders.map { folder in
            guard let settings = try folder.storedSettings() else {
                throw UserError(
                    .missing, "\(folder.root.relativePath) has no \(ProbeFolder.settingsName); name the folder of a run"
                )
            }
            guard !folder.knownInputs.entries.isEmpty else {
                throw UserError(
                    .badData,
                    "\(folder.root.relativePath) does not tell what its results were made from; run its probe once "
                        + "more, then join it"
                )
            }
            return (folder: folder, settings: settings)
        }
        let isNew = !target.isFolder
        if !isNew, try WholeFile.readIfThere(target.appending(path: ProbeFolder.settingsName)) == nil {
            throw UserError(.settings, "\(target.relativePath) is a folder, but not of a run; choose a new one")
        }
        // The whole must be possible before anything is written.
        let known = isNew ? nil : try ProbeFolder(target, remark: remark)
        var whole = try known?.storedSettings() ?? parts[0].settings
        whole.output = target.relativePath
        var inputs = known?.knownInputs ?? ChecksumTable()
        for (folder, settings) in parts {
            let joined = try whole.joined(with: settings)
            guard let settings = joined.settings else {
                throw UserError(
                    .settings,
                    "\(folder.root.relativePath) is of another experiment than \(whole.output) would be "
                        + "(\(joined.difference)); "
                        + "only encoders and seeds may differ")
            }
            let changes = RunInputs.changes(folder.knownInputs, since: inputs)
            if let first = changes.first {
                throw UserError(
                    .settings,
                    "\(folder.root.relativePath) was made from something else than the others (\(first)"
                        + (changes.count > 1 ? " and \(changes.count - 1) more" : "")
                        + "); such results are not to be compared")
            }
            whole = settings
            inputs = inputs.joined(with: folder.knownInputs)
        }
        try AtomicFile.makeFolder(target)
        let result = try known ?? ProbeFolder(target, remark: remark)
        try result.claim(whole, inputs)
        let clock = RunClock(target)
        _ = clock.takeUp()
        var (done, copied) = (0, 0)
        let lists = try parts.map { ($0.folder, try files($0.folder)) }
        let total = lists.reduce(0) { $0 + $1.1.reduce(0) { $0 + $1.names.count } }
        for (folder, list) in lists {
            let before = copied
            for (place, names) in list {
                let (source, own) = (
                    try folder.checksums(in: folder.root.appending(path: place)),
                    try result.checksums(in: target.appending(path: place))
                )
                for name in names {
                    if try take(name, from: source, to: own) { copied += 1 }
                    done += 1
                    try progress(done, total)
                }
            }
            let other = RunClock(folder.root)
            if copied > before, other.takeUp() { clock.add(other) }
        }
        clock.save()
        return Outcome(
            settings: "\(whole.output)/\(ProbeFolder.settingsName)", encoders: whole.encoders.map(\.name),
            seeds: whole.seeds,
            files: copied)
    }

    /// The results of a run by their folders below it.
    private func files(_ folder: ProbeFolder) throws -> [(place: String, names: [String])] {
        let lists = FileManager.default.enumerator(atPath: folder.root.path)
        var places: [String] = []
        while let path = lists?.nextObject() as? String {
            if path.hasSuffix("/" + Checksums.fileName) {
                places.append(String(path.dropLast(Checksums.fileName.count + 1)))
            }
        }
        return try places.sorted().map { place in
            let url = folder.root.appending(path: place)
            let states = [AdapterTraining.stateName, AdapterTraining.logName].filter {
                FileManager.default.fileExists(atPath: url.appending(path: $0).path)
            }
            let listed = try folder.checksums(in: url).fileNames
            return (place, listed + states.filter { !listed.contains($0) })
        }
    }

    /// Copies a file that is as it was written, unless it is there already. What was never noted (the state of a
    /// training) looks after itself.
    private func take(_ name: String, from source: Checksums, to own: Checksums) throws -> Bool {
        let finding = source.finding(name, thoroughly: true)
        guard finding == .intact || finding == .unlisted else {
            if let word = source.word(name, finding) { remark("\(word); it is not joined") }
            return false
        }
        if own.isIntact(name) {
            if own.hash(of: name) != source.hash(of: name), name == TrialFolder.trained[0] {
                remark("\(own.folder.relativePath)/\(name) is there already and not the same; it stays as it is")
            }
            return false
        }
        let (from, to) = (source.folder.appending(path: name), own.folder.appending(path: name))
        if finding == .unlisted, FileManager.default.fileExists(atPath: to.path) { return false }
        try AtomicFile.makeFolder(to.deletingLastPathComponent())
        let file = try OutputFile(to)
        try WholeFile.pieces(of: from) { piece in try piece.withUnsafeBytes { try file.write($0) } }
        try file.finish()
        if finding == .intact { try own.note(name) }
        return true
    }
}
