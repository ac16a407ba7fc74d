import Foundation
import SynFiles
import SynMetrics
import SynRuns

extension ProbeSettings {
    /// What the attribute reader saw in the faces drawn so far, by the encoder's name; nothing where no reader looked.
    ///
    /// Faces of all seeds are together, as they were drawn for the published comparison.
    package func drawnAttributes() throws -> [String: [DrawnAttributes]] {
        let settings = limited
        guard settings.scores.attributes != nil else { return [:] }
        var found: [String: [DrawnAttributes]] = [:]
        for encoder in settings.encoders {
            for seed in settings.seeds {
                let folder = try TrialFolder(
                    reading: URL(filePath: settings.output), Trial(encoder.name, seed: seed, settings))
                found[encoder.name, default: []] += try JSONLines.read(SampleRecord.self, from: folder.samplesFile)
                    .compactMap(DrawnAttributes.init)
            }
        }
        return found
    }
}
