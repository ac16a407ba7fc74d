import Foundation
import TestSupport
import Testing

/// `score` as people use it: one judge alone, pictures of all sizes, models that hold what is not a number.
@Suite(
    "Scoring pictures",
    .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)),
    .enabled(
        if: Workplace.has("bert-mini", "clip-mini", "inception-mini", "decoder"), Comment(rawValue: Workplace.absent)))
struct ScoreCommandTests {
    let clip = Workplace.weights("clip-mini")
    let inception = Workplace.weights("inception-mini")

    func scores(_ run: CommandRun) throws -> [String: Any] {
        try #require(run.exitCode == 0, "\(run.complaints)")
        return try #require(run.object?["scores"] as? [String: Any])
    }

    /// Portraits of several sizes in one folder, under names that people give.
    func pictures(_ place: borrowing Workplace) throws -> String {
        try FileManager.default.createDirectory(at: place["all"], withIntermediateDirectories: true)
        for (size, names) in [(64, ["img_9.png", "IMG_11.png"]), (96, ["img_10.png"]), (200, ["2.png", "02.png"])] {
            let folder = "p\(size)"
            _ = try CommandRun([
                "portraits", "--out", place.path(folder), "--count", "\(names.count)", "--size", "\(size)", "-q",
            ])
            for (number, name) in names.enumerated() {
                try FileManager.default.moveItem(
                    at: place["\(folder)/celeba-hq/\(number).png"], to: place["all/\(name)"])
            }
        }
        return place.path("all")
    }

    @Test("each picture is resized by itself, and has the score it has alone")
    func sizes() throws {
        let place = try Workplace()
        let folder = try pictures(place)
        let captions = Array(Workplace.captions.prefix(5))
        let run = try CommandRun([
            "score", "--clip", clip, "--inception", inception, "--splits", "2", "--images", folder, "--captions",
            try place.captionFile(captions), "--json",
        ])
        let found = try scores(run)
        let pairs = try #require(run.object?["pairs"] as? [[String: Any]])
        let order = ["02.png", "2.png", "img_9.png", "img_10.png", "IMG_11.png"]
        #expect(pairs.compactMap { $0["file"] as? String } == order)
        #expect(
            (found["notes"] as? [String])?.contains { $0.hasPrefix("02.png and 2.png have the same place") } == true)
        let interval = try #require(found["clip_score_interval"] as? [Double])
        let mean = try #require(found["clip_score"] as? Double)
        let each = pairs.compactMap { $0["clip_score"] as? Double }
        let deviation = (each.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4).squareRoot()
        // Student's t for four degrees of freedom, from the table.
        #expect(
            abs(interval[1] - (mean + 2.776445105 * deviation / 5.0.squareRoot())) < 1e-6
                && abs(interval[0] + interval[1] - 2 * mean) < 1e-9)
        for (place_, name) in order.enumerated() {
            let one = place["one-\(place_)"]
            try FileManager.default.createDirectory(at: one, withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: place["all/\(name)"], to: one.appending(path: name))
            let alone = try scores(
                try CommandRun([
                    "score", "--clip", clip, "--images", one.path, "--captions",
                    try place.captionFile([captions[place_]]), "--json",
                ]))
            #expect(abs((alone["clip_score"] as? Double ?? .nan) - each[place_]) < 1e-4)
            #expect(alone["clip_score_interval"] == nil && alone["inception_score"] == nil)
        }
    }

    @Test("judges alone, the shuffle's seed, and what is missing")
    func alone() throws {
        let place = try Workplace()
        let folder = try pictures(place)
        let base = ["score", "--inception", inception, "--images", folder, "--splits", "2", "--json"]
        let plain = try #require(try scores(CommandRun(base))["inception_score"] as? [String: Any])
        #expect(plain["seed"] as? Int == 2020)
        let same = try #require(try scores(CommandRun(base + ["--seed", "2020"]))["inception_score"] as? [String: Any])
        #expect(same["mean"] as? Double == plain["mean"] as? Double)
        let others = try (1...4).map {
            try #require(try scores(CommandRun(base + ["--seed", "\($0)"]))["inception_score"] as? [String: Any])
        }
        #expect(others.contains { $0["mean"] as? Double != plain["mean"] as? Double })
        func refuse(_ code: Int32, _ words: String, _ arguments: [String]) throws {
            let run = try CommandRun(["score", "--images", folder] + arguments)
            #expect(run.exitCode == code && run.complaints.contains(words), "\(run.complaints)")
        }
        try refuse(64, "nobody is to judge", [])
        try refuse(64, "--clip compares pictures with captions", ["--clip", clip])
        try refuse(
            64, "--captions are read by --clip and --attributes only", ["--inception", inception, "--captions", "x"])
        try refuse(64, "needs at least 10 pictures, but", ["--inception", inception])
        let run = try CommandRun([
            "score", "--images", folder, "--clip", clip, "--inception", inception, "--captions",
            try place.captionFile(Array(Workplace.captions.prefix(5))),
        ])
        #expect(
            run.exitCode == 0
                && run.output.contains("there is no Inception Score: 5 pictures are fewer than 10 splits"),
            "\(run.output)")
        try Data("GIF89a".utf8).write(to: place["all/x.gif"])
        try refuse(
            65, "holds 5 pictures, but there are 1 captions; they must be as many (x.gif is not read",
            ["--clip", clip, "--captions", try place.captionFile(["One."])])
    }

    @Test("a folder without image settings is prepared as OpenAI's, and that is said; version 5's file is read")
    func imageSettings() throws {
        let place = try Workplace()
        let folder = try pictures(place)
        let copy = try place.copy("clip-mini")
        func run() throws -> [String: Any] {
            try scores(
                try CommandRun([
                    "score", "--clip", copy.path, "--images", folder, "--captions",
                    try place.captionFile(Array(Workplace.captions.prefix(5))), "--json",
                ]))
        }
        let before = try run()
        let old = copy.appending(path: "preprocessor_config.json")
        let text = try String(contentsOf: old, encoding: .utf8)
        try FileManager.default.removeItem(at: old)
        let without = try run()
        #expect(
            (without["notes"] as? [String])?.contains { $0.contains("does not say how its pictures are prepared") }
                == true)
        try Data(#"{"image_processor": \#(text), "processor_class": "CLIPProcessor"}"#.utf8)
            .write(to: copy.appending(path: "processor_config.json"))
        #expect(try run()["clip_score"] as? Double == before["clip_score"] as? Double)
    }

    /// Writes not-a-number, as half or single precision, over one element of a tensor.
    func spoil(_ folder: URL, _ wanted: (String) -> Bool) throws -> String {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        where name.hasSuffix(".safetensors") {
            let file = folder.appending(path: name)
            var bytes = try Data(contentsOf: file)
            let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
            let header = try #require(try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any])
            guard let tensor = header.keys.filter(wanted).sorted().first, let entry = header[tensor] as? [String: Any],
                let offsets = entry["data_offsets"] as? [Int]
            else { continue }
            let isHalf = entry["dtype"] as? String == "F16"
            for (place, byte) in (isHalf ? [0x00, 0x7E] : [0, 0, 0xC0, 0x7F] as [UInt8]).enumerated() {
                bytes[8 + length + offsets[0] + place] = byte
            }
            try bytes.write(to: file)
            return tensor
        }
        throw CocoaError(.fileNoSuchFile)
    }

    @Test(
        "what is not a number is never a result: exit 65, and the weights that hold it are named",
        arguments: ["f32", "bf16"])
    func notNumbers(_ precision: String) throws {
        let place = try Workplace()
        let folder = try pictures(place)
        let captions = try place.captionFile(Array(Workplace.captions.prefix(5)))
        func check(_ model: String, _ wanted: (String) -> Bool, _ arguments: (String) -> [String]) throws {
            let copy = try place.copy(model)
            defer { try? FileManager.default.removeItem(at: copy) }
            let tensor = try spoil(copy, wanted)
            for json in [[], ["--json"]] {
                let run = try CommandRun(arguments(copy.path) + json)
                #expect(run.exitCode == 65, "\(model) \(tensor): \(run.output)")
                #expect(run.complaints.contains("holds NaN, first in the tensor \(tensor) at [0"), "\(run.complaints)")
            }
        }
        for layer in [
            "Conv2d_1a_3x3.conv.weight", "Mixed_6d.branch1x1.bn.bias", "Mixed_7b.branch1x1.bn.running_var", "fc.weight",
        ] {
            try check("inception-mini", { $0 == layer }) {
                ["score", "--inception", $0, "--images", folder, "--splits", "2", "--precision", precision]
            }
        }
        for tower in ["vision", "text"] {
            try check("clip-mini", { $0.contains(tower) && $0.contains("fc1.weight") }) {
                ["score", "--clip", $0, "--images", folder, "--captions", captions, "--precision", precision]
            }
        }
        try check("bert-mini", { $0.contains("intermediate.dense.weight") }) {
            [
                "encode", "--encoder", $0, "--captions", captions, "--out", place.path("e.safetensors"), "--precision",
                precision,
            ]
        }
        #expect(!FileManager.default.fileExists(atPath: place.path("e.safetensors")))
    }

    @Test("pictures and tokens: a decoder that holds what is not a number neither reads nor draws")
    func decoder() throws {
        let place = try Workplace()
        let folder = try pictures(place)
        let sound = Workplace.weights("decoder")
        let tokens = place.path("t.safetensors")
        let first = try CommandRun(["quantize", "--decoder", sound, "--images", folder, "--out", tokens, "-q"])
        try #require(first.exitCode == 0, "\(first.complaints)")
        func check(_ wanted: (String) -> Bool, _ arguments: (String) -> [String]) throws {
            let copy = try place.copy("decoder")
            defer { try? FileManager.default.removeItem(at: copy) }
            let tensor = try spoil(copy, wanted)
            let run = try CommandRun(arguments(copy.path))
            #expect(
                run.exitCode == 65 && run.complaints.contains("holds NaN, first in the tensor \(tensor)"),
                "\(tensor): \(run.complaints)")
        }
        try check({ $0.contains("first_stage_model.encoder.") && $0.hasSuffix("conv1.weight") }) {
            ["quantize", "--decoder", $0, "--images", folder, "--out", place.path("n.safetensors")]
        }
        try check({ $0.contains("first_stage_model.decoder.") && $0.hasSuffix("conv1.weight") }) {
            ["decode", "--decoder", $0, "--tokens", tokens, "--out", place.path("d")]
        }
        try check({ $0.contains("transformer.blocks.") && $0.hasSuffix("weight") }) {
            ["likelihood", "--decoder", $0, "--tokens", tokens]
        }
        try check({ $0.contains("transformer.blocks.") && $0.hasSuffix("weight") }) {
            [
                "generate", "--decoder", $0, "--encoder", Workplace.weights("bert-mini"), "--captions", "faces.txt",
                "--out",
                place.path("g"), "--adapter", (try? place.adapter(from: 96, width: 192)) ?? "",
            ]
        }
    }
}
