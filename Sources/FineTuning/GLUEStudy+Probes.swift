import Foundation
import SynEmbedding
import SynFiles
import SynReports
import SynRuns

/// One encoder's probes on one task, as they are kept in its folder.
private struct KeptProbe: Codable {
    let key: String
    let probe: GLUEProbe
}

extension GLUEStudy {
    /// Linear probes of every encoder on every task; what is finished in the folder is kept.
    package func probes(
        interruption: Interruption = Interruption(), progress: (WorkProgress) -> Void = { _ in }
    ) throws -> [GLUEProbe] {
        let lock = try open()
        defer { withExtendedLifetime(lock) {} }
        let keys = try probeKeys()
        var found: [GLUEProbe] = []
        let total = encoders.count * data.count
        for encoder in encoders {
            for data in data {
                let key = keys[encoder.name] ?? ""
                if let kept = keptProbe(encoder, data, key: key) {
                    found.append(kept)
                    continue
                }
                let name = Self.probeTitle(encoder, data)
                let probe = try makeProbe(encoder, data, key: key, interruption: interruption) { done, all in
                    progress(
                        WorkProgress(
                            task: name, done: done, total: all, note: "",
                            place: "frozen \(found.count + 1) of \(total)"))
                }
                found.append(probe)
            }
        }
        return found
    }

    static func probeTitle(_ encoder: TextEmbedder, _ data: TaskData) -> String {
        "\(encoder.name), \(data.task.title), frozen"
    }

    /// What a probe depends on beside the task, by the encoders' names.
    func probeKeys() throws -> [String: String] {
        try encoders.reduce(into: [:]) { $0[$1.name] = "1 \(try ModelContents.hash(of: $1.folder))" }
    }

    private func file(_ encoder: TextEmbedder, _ data: TaskData) -> URL {
        out.appending(path: encoder.name).appending(path: data.task.name).appending(path: "frozen.json")
    }

    /// What an earlier command or another rank has left.
    func keptProbe(_ encoder: TextEmbedder, _ data: TaskData, key: String) -> GLUEProbe? {
        guard let bytes = try? WholeFile.readIfThere(file(encoder, data)),
            let kept = try? JSONDecoder().decode(KeptProbe.self, from: Data(bytes)), kept.key == "\(key) \(data.hash)"
        else { return nil }
        return kept.probe
    }

    func makeProbe(
        _ encoder: TextEmbedder, _ data: TaskData, key: String, interruption: Interruption,
        progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> GLUEProbe {
        let probe = try FrozenProbes(encoder).run(data, interruption: interruption, progress: progress)
        let file = file(encoder, data)
        try AtomicFile.makeFolder(file.deletingLastPathComponent())
        try AtomicFile.write(json: KeptProbe(key: "\(key) \(data.hash)", probe: probe), to: file)
        return probe
    }
}
