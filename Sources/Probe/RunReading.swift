import Foundation
import SynCheckpoints
import SynFiles
import SynMetrics
import SynRuns
import SynTraining

/// Everything of a run's folder that is read back by commands which go on with it, join it or tell of it.
package enum RunReading {
    /// The names of the files of one adapter's folder, or of the run's own, that hold what this version writes under
    /// these names. All of them are outside data: what is in them may be anything.
    package static func soundFiles(of folder: URL) -> [String] {
        let readers: [(name: String, read: (URL) throws -> Bool)] = [
            (Checksums.fileName, { ChecksumTable.read(try WholeFile.read($0)).state == .whole }),
            (RunInputs.fileName, { ChecksumTable.read(try WholeFile.read($0)).state == .whole }),
            ("times.json", { _ in RunClock(folder).takeUp() }),
            (AdapterTraining.stateName, { try TrainingState($0).progress.isSound }),
            (AdapterTraining.logName, { try !JSONLines.read(TrainingLine.self, from: $0).isEmpty }),
            ("samples.jsonl", { try !JSONLines.read(SampleRecord.self, from: $0).isEmpty }),
            ("scores.json", { try decoded(TrialScores.self, $0).measured.count >= 0 }),
            (RealScores.fileName, { try decoded(RealScores.self, $0).measured.count >= 0 }),
            ("features/tokens.safetensors", { try isTensor("tokens", $0) }),
            ("features/embeddings.safetensors", { try isTensor("embeddings", $0) }),
        ]
        return readers.filter { reader in
            let url = folder.appending(path: reader.name)
            guard FileManager.default.fileExists(atPath: url.path) else { return false }
            return (try? reader.read(url)) ?? false
        }.map { $0.name }
    }

    private static func decoded<Value: Decodable>(_ type: Value.Type, _ url: URL) throws -> Value {
        try JSONDecoder().decode(type, from: Data(try WholeFile.read(url)))
    }

    /// Whether a file of features holds this tensor, with numbers that can be read.
    private static func isTensor(_ name: String, _ url: URL) throws -> Bool {
        let tensor = try SafetensorsFile(url).tensor(name)
        return tensor.elementType == .int32
            ? tensor.integers.count == tensor.count : tensor.floats.count == tensor.count
    }
}
