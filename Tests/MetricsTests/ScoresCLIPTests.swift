import Foundation
import SynImages
import SynMetrics
import SynRuns
import TestSupport
import Testing

@Suite("CLIP-Score")
struct ScoresCLIPTests {
    let reference: ScoresReference.CLIP
    let pictures: [Image]
    let judge: CLIPScore

    /// The small model's folder lacks its vocabulary, which is the tokenizers' fixture.
    init() throws {
        reference = try ScoresReference().clip
        pictures = try ScoresReference.pictures("clip")
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for path in [
            "scores/clip/config.json", "scores/clip/model.safetensors", "scores/clip/preprocessor_config.json",
            "tokenizers/small/clip/vocab.json", "tokenizers/small/clip/merges.txt",
        ] {
            let file = Fixture.url(path)
            try FileManager.default.copyItem(at: file, to: folder.appending(path: file.lastPathComponent))
        }
        judge = try CLIPScore(folder: folder)
    }

    @Test("equals transformers' unclamped, and torchmetrics', also for captions that are cut")
    func parity() throws {
        let found = try judge.scores(pictures, reference.captions)
        let errors = zip(found.scores, reference.scores).map { abs($0 - $1) }
        print("CLIP-Score: largest error \(errors.max() ?? .nan) of \(errors.count)")
        #expect(found.scores.count == 31 && errors.allSatisfy { $0 < 1e-4 })
        #expect(found.truncated == reference.truncated && found.truncated == 2)
        #expect(reference.scores.contains { $0 < -5 } && reference.scores.contains { $0 > 5 })
        #expect(reference.torchmetrics.count > 4)
        for (row, score) in reference.torchmetrics {
            #expect(abs(found.scores[row] - score) < 1e-4, "\(row): \(found.scores[row]), torchmetrics \(score)")
        }
    }

    @Test("batches of 1, 7 and 32 agree")
    func batches() throws {
        let all = try judge.scores(pictures, reference.captions, batch: 32)
        for size in [1, 7] {
            let parts = try judge.scores(pictures, reference.captions, batch: size)
            let largest = zip(parts.scores, all.scores).map { abs($0 - $1) }.max() ?? .nan
            print("CLIP-Score, batches of \(size) and 32: largest difference \(largest)")
            #expect(largest < 1e-4 && parts.scores.count == all.scores.count && parts.truncated == all.truncated)
        }
        #expect(try judge.scores([], []).scores.isEmpty)
    }
}
