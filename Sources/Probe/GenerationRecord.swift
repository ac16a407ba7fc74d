import Foundation
import SynFiles
import SynRuns

/// What a folder of generated pictures was drawn from: `generation.json`.
///
/// Pictures that are there are not drawn again, so the folder must say that they are the right ones. The batch is
/// left out, for it decides nothing. More captions behind the same ones go on in the folder.
struct GenerationRecord: Codable, Equatable {
    let captions: String
    /// How many captions these are.
    let count: Int
    let models: String
    let seed: UInt64
    let sampling: String

    /// - Parameter models: a hash of all that the models' files say.
    init(_ captions: [String], seed: UInt64, _ sampling: SamplingSettings, models: String) {
        var hash = ContentHash()
        for caption in captions { hash.add(part: caption) }
        self.captions = hash.hexadecimal
        count = captions.count
        (self.models, self.seed) = (models, seed)
        let draws =
            sampling.greedy
            ? "greedy, guidance \(sampling.guidance)"
            : "top-k \(sampling.topK), top-p \(sampling.topP), temperature \(sampling.temperature), guidance "
                + "\(sampling.guidance)"
        self.sampling = draws + (sampling.weights == .int8 ? ", int8 weights" : "")
    }

    static let fileName = "generation.json"

    /// Makes a folder these pictures' own, or checks that it is; a stopped generation goes on in it.
    ///
    /// - Parameter beginning: the record of the first so many of the captions.
    func claim(
        _ folder: URL, _ checksums: Checksums, files: [String], remark: (String) -> Void,
        beginning: (Int) -> GenerationRecord
    ) throws {
        let url = folder.appending(path: Self.fileName)
        let finding = checksums.finding(Self.fileName, thoroughly: true)
        if finding == .changed || finding == .missing, let noted = checksums.hash(of: Self.fileName) {
            var hash = ContentHash()
            hash.add(try json)
            let word = checksums.word(Self.fileName, finding) ?? url.path
            guard hash.hexadecimal == noted else {
                throw UserError(
                    .badData,
                    "\(word), so nothing says what the pictures beside it are; choose another folder or remove it")
            }
            remark("\(word); it is written again")
            return try write(to: url, checksums)
        }
        guard let bytes = try WholeFile.readIfThere(url) else {
            if let stranger = files.first(where: {
                FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
            }) {
                throw UserError(
                    .settings,
                    "\(folder.path) holds a \(stranger) that was not drawn by this command; choose another folder")
            }
            return try write(to: url, checksums)
        }
        guard let found = try? JSONDecoder().decode(GenerationRecord.self, from: Data(bytes)) else {
            throw UserError(.badData, "\(url.path) is not what this version writes; choose another folder or remove it")
        }
        if found == self {
            for word in files.compactMap({ checksums.word($0, checksums.finding($0)) }) {
                remark("\(word); it is drawn again")
            }
            if finding == .unlisted { try write(to: url, checksums) }
            return
        }
        let start = found.count <= count && found.count >= 0 ? beginning(found.count) : self
        guard found != start else { return try write(to: url, checksums) }
        let differences = [
            found.captions == start.captions ? nil : "other captions", found.models == models ? nil : "other models",
            found.seed == seed ? nil : "seed \(found.seed)", found.sampling == sampling ? nil : found.sampling,
        ].compactMap(\.self)
        throw UserError(
            .settings,
            "\(folder.path) holds pictures drawn with \(differences.joined(separator: ", ")); choose another folder "
                + "or remove it"
        )
    }

    private func write(to url: URL, _ checksums: Checksums) throws {
        try AtomicFile.write(try json, to: url)
        try checksums.note(Self.fileName)
    }

    /// What the file holds.
    private var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return try encoder.encode(self)
        }
    }
}
