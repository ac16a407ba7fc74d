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
        try AtomicFile.makeFolder(out)
        let lock = try FileLock(folder: out)
        defer { withExtendedLifetime(lock) {} }
        var found: [GLUEProbe] = []
        let total = encoders.count * data.count
        for encoder in encoders {
            let hash = try ModelContents.hash(of: encoder.folder)
            for data in data {
                let file = out.appending(path: encoder.name).appending(path: data.task.name)
                    .appending(path: "frozen.json")
                let key = "1 \(hash) \(data.hash)"
                if let bytes = try? WholeFile.readIfThere(file),
                    let kept = try? JSONDecoder().decode(KeptProbe.self, from: Data(bytes)), kept.key == key
                {
                    found.append(kept.probe)
                    continue
                }
                let name = "\(encoder.name), \(data.task.title), frozen"
                let probe = try FrozenProbes(encoder).run(data, interruption: interruption) { done, all in
                    progress(
                        WorkProgress(
                            task: name, done: done, total: all, note: "",
                            place: "frozen \(found.count + 1) of \(total)"))
                }
                try AtomicFile.makeFolder(file.deletingLastPathComponent())
                try AtomicFile.write(json: KeptProbe(key: key, probe: probe), to: file)
                found.append(probe)
            }
        }
        return found
    }
}
