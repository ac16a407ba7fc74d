import Files
import Foundation

/// What a folder of generated pictures was drawn from: `generation.json`.
///
/// Pictures that are there are not drawn again, so the folder must say that they are the right ones. The batch is
/// left out, for it decides nothing.
struct GenerationRecord: Codable, Equatable {
    let captions: String
    let models: String
    let seed: UInt64
    let sampling: String

    /// - Parameter models: a hash of all that the models' files say.
    init(_ captions: [String], seed: UInt64, _ sampling: SamplingSettings, models: String) {
        var hash = ContentHash()
        for caption in captions { hash.add(part: caption) }
        self.captions = hash.hexadecimal
        (self.models, self.seed) = (models, seed)
        let draws = sampling.greedy
            ? "greedy, guidance \(sampling.guidance)"
            : "top-k \(sampling.topK), top-p \(sampling.topP), temperature \(sampling.temperature), guidance \(sampling.guidance)"
        self.sampling = draws + (sampling.weights == .int8 ? ", int8 weights" : "")
    }

    /// Makes a folder these pictures' own, or checks that it is; a stopped generation goes on in it.
    func claim(_ folder: URL, files: [String]) throws {
        try AtomicFile.makeFolder(folder)
        let url = folder.appending(path: "generation.json")
        guard let found = try RunFolder.read(GenerationRecord.self, url) else {
            if let stranger = files.first(where: { FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }) {
                throw Complaint(
                    .settings, "\(folder.path) holds a \(stranger) that was not drawn by this command; choose another folder")
            }
            return try RunFolder.write(self, url)
        }
        guard found != self else { return }
        let differences = [
            found.captions == captions ? nil : "other captions", found.models == models ? nil : "other models",
            found.seed == seed ? nil : "seed \(found.seed)", found.sampling == sampling ? nil : found.sampling,
        ].compactMap(\.self)
        throw Complaint(
            .settings,
            "\(folder.path) holds pictures drawn with \(differences.joined(separator: ", ")); choose another folder or remove it")
    }
}
