import Foundation
import TestSupport
import Testing

/// The ablation of the gap as a command, and the objectives that it trains with.
@Suite("Objectives as commands", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct SpaceAblationTests {
    private static let small = "space ablation --seeds 1 --steps 24 --batch 8 --pairs 20 --factors-only --threads 1 -q"

    /// Models and effects without the time at which they were printed.
    private func results(_ file: URL) throws -> NSDictionary {
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        var record = try #require(object as? [String: Any])
        record["provenance"] = nil
        return record as NSDictionary
    }

    @Test("killed at any time, the same command goes on to the same numbers; finished models are kept")
    func killed() throws {
        let place = try Workplace()
        func run(_ line: String) throws -> (code: Int32, complaints: String) {
            try BehaviourTests().shell(line, folder: place.folder)
        }
        let whole = try run("$synesthesia \(Self.small) --json --out whole > whole.json")
        #expect(whole.code == 0, "\(whole.complaints)")
        var kills = 0
        for time in [0.7, 1.1, 1.6, 2.3] {
            let code = try run("timeout -s KILL \(time) $synesthesia \(Self.small) --out parts > text").code
            kills += code == 137 ? 1 : 0
        }
        print("killed \(kills) times")
        let parts = try run("$synesthesia \(Self.small) --json --out parts > parts.json")
        #expect(parts.code == 0, "\(parts.complaints)")
        #expect(try results(place["whole.json"]) == results(place["parts.json"]))
        #expect(try results(place["parts/ablation.json"]) == results(place["parts.json"]))
        let record = try results(place["whole.json"])
        #expect(
            (record["models"] as? [[String: Any]])?.map { $0["objective"] as? String } == [
                "clip", "infoloob", "hopfield", "cloob",
            ])
        for name in ["clip", "infoloob", "hopfield", "cloob"] {
            let weights = "models/\(name)-seed-1/model.safetensors"
            #expect(try place.bytes("whole/\(weights)") == place.bytes("parts/\(weights)"))
        }
        let page = try String(contentsOf: place["whole/ablation.html"], encoding: .utf8)
        #expect(page.contains("What closes the gap") && page.contains("Conceptual Captions, 128 epochs"))
    }

    @Test("a model by an objective says so in its folder, keeps scale and bias, and is read again")
    func pretrained() throws {
        let place = try Workplace()
        let run = try CommandRun([
            "pretrain", "clip", "--objective", "siglip", "--steps", "3", "--batch", "6", "--part", "4", "--work",
            place.path("work"), "--out", place.path("model"), "-q",
        ])
        #expect(run.exitCode == 0, "\(run.complaints)")
        #expect(
            run.object?["command"] as? String
                == "synesthesia pretrain clip --steps 3 --batch 6 --objective siglip --part 4")
        let settings = try JSONSerialization.jsonObject(with: place.bytes("model/config.json")) as? [String: Any]
        #expect((settings?["training_objective"] as? [String: String])?["name"] == "siglip")
        #expect(settings?["logit_bias_init_value"] as? Double != nil)
        #expect(try place.tensor("logit_bias", in: "model/model.safetensors").count == 1)
        let gap = try CommandRun([
            "space", "gap", "--model", place.path("model"), "--data", "portraits", "--sample", "20", "--json", "-q",
        ])
        #expect(gap.object?["distance"] as? Double != nil, "\(gap.complaints)")
    }

    @Test("what cannot be is told in a sentence, with its code")
    func refusals() throws {
        for (piece, arguments) in [
            ("has not two towers", ["pretrain", "bert-mini", "--objective", "clip"]),
            ("learns by cyclip, not cloob", ["pretrain", "clip-cyclip", "--objective", "cloob"]),
            ("'loud' is invalid", ["pretrain", "clip", "--scale", "loud"]),
            ("--scale is 0", ["pretrain", "clip", "--scale", "0"]),
            ("--part is 0", ["pretrain", "clip", "--part", "0"]),
            ("--seeds is 0", ["space", "ablation", "--seeds", "0"]),
            ("more than the 10000000 portraits", ["space", "ablation", "--steps", "1000000"]),
        ] {
            let run = try CommandRun(arguments + ["-q"])
            #expect(run.exitCode == 64 && run.complaints.contains(piece), "\(arguments): \(run.complaints)")
        }
        let run = try CommandRun(["space", "ablation", "--published", "none", "--out", "/tmp/none", "-q"])
        #expect(run.exitCode == 66, "\(run.complaints)")
    }
}
