import Foundation
import SynCheckpoints
import SynFiles
import SynRuns
import SynTensors

/// What frozen models made of texts and pictures, computed once and kept in a folder: vectors, layers, image tokens.
///
/// A file's name ends in a hash of everything its content depends on (the model's files, the data, the settings), so a
/// stale one is never read; one that is no longer what was written is made again, with a word. Files are memory-mapped.
package struct FeatureCache {
    private let checksums: Checksums
    /// Of the folder, where nobody else holds one for it.
    private let lock: FileLock?
    private let remark: (String) -> Void

    /// - Parameter checksums: of a folder that the caller has locked.
    package init(_ checksums: Checksums, remark: @escaping (String) -> Void) {
        (self.checksums, self.remark, lock) = (checksums, remark, nil)
    }

    /// Makes the folder and locks it. Throws when another process works in it.
    package init(folder: URL, remark: @escaping (String) -> Void) throws {
        try AtomicFile.makeFolder(folder)
        lock = try FileLock(folder: folder)   // first: opening the list may mend it
        checksums = try Checksums(folder)
        self.remark = remark
        if let word = checksums.remark { remark(word) }
    }

    /// One of several ranks' view of a folder that they fill together: each notes its files in a list of its own, which
    /// whoever opens the folder alone takes up. The first rank makes and locks it; the others come when it is there.
    package init(folder: URL, sharedBy ranks: Ranks, remark: @escaping (String) -> Void) throws {
        if ranks.isFirst { try AtomicFile.makeFolder(folder) }
        lock = ranks.isFirst ? try FileLock(folder: folder) : nil
        checksums = try Checksums(folder, side: "rank-\(ranks.number)")
        self.remark = remark
    }

    /// Takes up what other ranks have made since.
    package func refresh() throws { try checksums.refresh() }

    /// How the names of its files end.
    package static var nameEnding: Regex<Substring> { /-[0-9a-f]{16}\.safetensors$/ }

    /// The file of what `key` stands for.
    package static func file(_ name: String, _ key: ContentHash) -> String {
        "\(name)-\(key.hexadecimal.prefix(16)).safetensors"
    }

    /// A file that is there as it was written; nil otherwise.
    package func kept(_ file: String) -> SafetensorsFile? {
        let finding = checksums.finding(file, thoroughly: true)
        if finding == .intact, let found = try? SafetensorsFile(checksums.folder.appending(path: file)) { return found }
        if let word = checksums.word(file, finding) { remark("\(word); it is made again") }
        return nil
    }

    package func keep(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], as file: String
    ) throws {
        try AtomicFile.makeFolder(checksums.folder)
        try writeSafetensors(tensors, metadata: metadata, to: checksums.folder.appending(path: file))
        try checksums.note(file)
    }

    /// A single tensor: the kept one if it is sound, else made and kept.
    ///
    /// - Parameters:
    ///   - name: the file's, without hash.
    ///   - tensor: what it is called in its file.
    ///   - key: everything that it depends on.
    package func tensor(
        _ name: String, _ tensor: String, key: [String], isSound: (Tensor) -> Bool, make: () throws -> Tensor
    ) throws -> Tensor {
        var hash = ContentHash()
        for part in key { hash.add(part: part) }
        let file = Self.file(name, hash)
        if let kept = try? kept(file)?.tensor(tensor), isSound(kept) { return kept }
        let made = try make()
        try keep([(tensor, made)], as: file)
        return made
    }
}
