import Foundation
import SynFiles
import SynRuns

/// The folder of one probe while a process works in it: locked, and checked against the settings and everything else
/// that its results were made from.
///
///     settings.yaml     what was asked for
///     inputs.tsv        the content of every model and of the data, as hashes
///     split.csv         of a table's pictures, who is on which side
///     times.json        how long it took, with a hash of its own
///     .checksums        of every file here; further ones stand in the folders below
///     .lock
final class ProbeFolder {
    let root: URL
    let checksums: Checksums
    /// What the results so far were made from; empty where that is not known for certain.
    let knownInputs: ChecksumTable
    /// Nil where rank 0 of the same job holds it.
    private let lock: FileLock?
    /// The name of this rank's own lists of checksums, where rank 0 is another.
    private let side: String?
    private let remark: (String) -> Void
    private var lists: [String: Checksums] = [:]

    /// Locks the folder, which must be there. Throws when another process works in it.
    ///
    /// - Parameter rank: of a job whose rank 0 has the folder locked, if this is not that one.
    init(_ root: URL, rank: Int = 0, remark: @escaping (String) -> Void) throws {
        (self.root, self.remark) = (root, remark)
        side = rank == 0 ? nil : Self.side(rank)
        lock = rank == 0 ? try FileLock(folder: root) : nil
        checksums = try Checksums(root, side: side)
        if let word = checksums.remark { remark(word) }
        let finding = checksums.finding(RunInputs.fileName, thoroughly: true)
        let bytes =
            finding == .intact || finding == .unlisted
            ? try WholeFile.readIfThere(root.appending(path: RunInputs.fileName)) : nil
        knownInputs = ChecksumTable.read(bytes ?? []).table
    }

    /// The checksums of a folder of this run, the same object each time.
    func checksums(in folder: URL) throws -> Checksums {
        if folder.path == root.path { return checksums }
        if let known = lists[folder.path] { return known }
        let opened = try Checksums(folder, side: side)
        if let word = opened.remark { remark(word) }
        lists[folder.path] = opened
        return opened
    }

    /// A folder's checksums for a piece of work of many: with a list of the rank's own, where others write there at the
    /// same time; else as they are on the disk now.
    func checksums(in folder: URL, sharedBy rank: Int?) throws -> Checksums {
        try Checksums(folder, side: rank.map(Self.side))
    }

    private static func side(_ rank: Int) -> String { "rank-\(rank)" }

    /// Takes up what other ranks have left, once they have ended.
    func takeUpRanks() throws {
        for list in [checksums] + lists.values { try list.refresh(alone: true) }
    }

    /// Throws unless the results here, if there are any, are those of these settings, or of some that asked for less.
    func check(_ settings: ProbeSettings) throws {
        let url = root.appending(path: Self.settingsName)
        let text = try settings.yaml
        let finding = checksums.finding(Self.settingsName, thoroughly: true)
        guard finding != .changed, finding != .missing || checksums.hash(of: Self.settingsName) == nil else {
            var hash = ContentHash()
            hash.add(Array(text.utf8))
            guard hash.hexadecimal == checksums.hash(of: Self.settingsName) else {
                throw UserError(
                    .badData,
                    "\(checksums.word(Self.settingsName, finding) ?? url.path), so nobody can tell what the run was "
                        + "made "
                        + "with; put it back, or choose another output")
            }
            return remark("\(checksums.word(Self.settingsName, finding) ?? url.path); it is written again")
        }
        guard let old = try storedSettings() else { return }
        if checksums.isNew {
            remark(
                "\(root.path) has no list of checksums, so nothing says that its results are whole; they are made again"
            )
        }
        if let changed = try settings.difference(from: old) {
            throw UserError(
                .settings,
                "\(root.path) holds a run with other settings (\"\(changed.earlier)\" there, \"\(changed.now)\" now); "
                    + "choose another output or remove that folder")
        }
    }

    /// What the results here were made with; nil where there are none yet.
    func storedSettings() throws -> ProbeSettings? {
        let url = root.appending(path: Self.settingsName)
        guard let bytes = try WholeFile.readIfThere(url) else { return nil }
        do {
            return try ProbeSettings(yaml: String(decoding: bytes, as: UTF8.self), source: url.path)
        } catch {
            throw UserError(
                .badData,
                "\(root.path) holds a run with settings that this version does not read: "
                    + "\(UserError(error).description)"
            )
        }
    }

    /// Throws unless the results here were made from the same models and the same data.
    func check(_ inputs: RunInputs) throws {
        let changes = RunInputs.changes(inputs.table, since: knownInputs)
        if let first = changes.first {
            let more = changes.count > 1 ? " and \(changes.count - 1) more" : ""
            throw UserError(
                .settings,
                "\(root.path) holds results that were made from something else than what is there now "
                    + "(\(first)\(more)); "
                    + "put that back, or choose another output")
        }
        let finding = checksums.finding(RunInputs.fileName, thoroughly: true)
        guard finding != .unlisted, let word = checksums.word(RunInputs.fileName, finding) else { return }
        guard inputs.table.contentHash == checksums.hash(of: Self.contentsName) else {
            throw UserError(
                .badData,
                "\(word), and the models and data that are there now are not those of its results; choose another "
                    + "output"
            )
        }
        remark("\(word); it is written again")
    }

    /// Makes the folder's results those of these settings, which were checked.
    func claim(_ settings: ProbeSettings, _ inputs: ChecksumTable) throws {
        let text = try settings.yaml
        let url = root.appending(path: Self.settingsName)
        if checksums.finding(Self.settingsName) != .intact || (try? WholeFile.read(url)) != Array(text.utf8) {
            try AtomicFile.write(text, to: url)
            try checksums.note(Self.settingsName)
        }
        let table = inputs.joined(with: knownInputs)
        let inputsURL = root.appending(path: RunInputs.fileName)
        if checksums.finding(RunInputs.fileName) != .intact
            || (try? WholeFile.read(inputsURL)) != Array(table.text.utf8)
        {
            try AtomicFile.write(table.text, to: inputsURL)
            try checksums.note(RunInputs.fileName)
            try checksums.note(Self.contentsName, hash: table.contentHash)
        }
    }

    /// The same for a finished run, where something of that is not as it was written.
    func mend(_ settings: ProbeSettings, _ inputs: ChecksumTable) throws {
        let names = [Self.settingsName, RunInputs.fileName]
        if !names.allSatisfy({ checksums.finding($0) == .intact }) { try claim(settings, inputs) }
    }

    /// Whether an earlier sitting made the folder a run's.
    var isKnown: Bool { checksums.hash(of: Self.settingsName) != nil }

    /// Writes a file that only says what is known anyway; one that said something else, with a word.
    func keep(_ text: String, as name: String) throws {
        let url = root.appending(path: name)
        let finding = checksums.finding(name, thoroughly: true)
        if finding == .intact, (try? WholeFile.read(url)) == Array(text.utf8) { return }
        if finding != .unlisted, let word = checksums.word(name, finding) { remark("\(word); it is written again") }
        try AtomicFile.write(text, to: url)
        try checksums.note(name)
    }

    /// Removes what killed processes left half written, here and in all folders below.
    func sweep() {
        let folders = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.isDirectoryKey])
        while let url = folders?.nextObject() as? URL {
            if (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true {
                AtomicFile.removeLeftovers(in: url)
            }
        }
    }

    /// Whether a name in the folder is taken by the run itself, so that no encoder can have it.
    static func isOwn(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["features", "real", "ablation", Self.glueStudyName].contains(name)
            || ["json", "jsonl", "yaml", "tsv", "csv", "html", "md", "svg", "safetensors"].contains {
                name.hasSuffix(".\($0)")
            }
    }

    /// Where the trials of the third page stand.
    static let glueStudyName = "glue-study"
    static let settingsName = "settings.yaml"
    static let splitName = "split.csv"
    /// Not a file: the hash of what `inputs.tsv` says, stamps aside.
    private static let contentsName = "contents of inputs.tsv"
}
