import Foundation
import SynFiles
import SynProbe
import SynReports
import SynTraining

extension FuzzTarget {
    /// What a run's folder holds and is read back: settings, records, logs, states, lists of checksums, features,
    /// weights.
    func readRun(_ input: Data, _ folder: URL) {
        let names: Set<String> = [
            "settings.yaml", "report.json", "text.json", "training.jsonl", "samples.jsonl", "adapter.safetensors",
            "state.safetensors", "scores.json", "real/scores.json", "times.json", "inputs.tsv", ".checksums",
            "features/tokens.safetensors", "features/embeddings.safetensors",
        ]
        unpack(input, names, into: folder)
        func bytes(_ name: String) -> Data? { try? Data(contentsOf: folder.appending(path: name)) }
        _ = try? ProbeSettings(file: folder.appending(path: "settings.yaml").path, overrides: [])
        if let json = bytes("report.json"),
            let report = try? RecordFile.decode(ProbeReport.self, from: json, name: "report.json")
        {
            _ = ProbePage(report, picturesBelow: folder).rendered.count + report.markdown.count + report.terminal.count
            _ = report.scoresCSV.count
        }
        if let json = bytes("text.json"),
            let report = try? RecordFile.decode(TextStudyReport.self, from: json, name: "text.json")
        {
            _ = report.terminal(layers: true, caveats: true).count
            _ = try? report.write(to: folder.appending(path: "text"), home: nil)
        }
        _ = RunReading.soundFiles(of: folder)
        _ = try? Adapter(at: folder, width: 8)
    }
}
