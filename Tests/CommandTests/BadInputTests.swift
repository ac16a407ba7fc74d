import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// Bad input ends with one sentence and the right exit code, never with a trap.
@Suite(
    "Bad input",
    .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)),
    .enabled(if: Workplace.has("bert-mini", "decoder"), Comment(rawValue: Workplace.absent)))
struct BadInputTests {
    /// Runs a command that must fail, and checks that it says so once.
    func refuse(_ code: Int32, _ piece: String, _ arguments: [String], input: Data = Data()) throws {
        let run = try CommandRun(arguments + ["-q"], input: input)
        #expect(run.exitCode == code, "\(arguments): \(run.complaints)")
        #expect(
            run.complaints.hasPrefix("synesthesia: ") && run.complaints.split(separator: "\n").count == 1,
            "\(run.complaints)")
        #expect(run.complaints.contains(piece), "\(run.complaints) does not say: \(piece)")
        #expect(run.output.isEmpty)
    }

    func encode(_ place: borrowing Workplace, _ encoder: String, out: String = "e.safetensors") -> [String] {
        ["encode", "--encoder", encoder, "--captions", "faces.txt", "--out", place.path(out)]
    }

    @Test("weights: missing, empty, cut, of another shape, misnamed, too many")
    func weights() throws {
        let place = try Workplace()
        let folder = try place.copy("bert-mini")
        let file = folder.appending(path: "model.safetensors")
        let whole = try Data(contentsOf: file)
        let stored = try SafetensorsFile(file)
        let name = "bert.encoder.layer.0.output.dense.weight"
        func rewrite(_ change: (String, Tensor) -> [(name: String, tensor: Tensor)]) throws {
            try writeSafetensors(try stored.names.flatMap { change($0, try stored.tensor($0)) }, to: place["changed"])
            try Data(contentsOf: place["changed"]).write(to: file)
        }
        let line = encode(place, folder.path)
        try FileManager.default.removeItem(at: file)
        try refuse(66, "has no model.safetensors", line)
        for (length, sentence) in [
            (0, "was cut"), (20, "was cut"), (whole.count / 2, "the file was cut or is damaged"),
        ] {
            try whole.prefix(length).write(to: file)
            try refuse(65, sentence, line)
        }
        try Data(repeating: 0x78, count: 1000).write(to: file)
        try refuse(65, "is no checkpoint: neither a safetensors file", line)
        try rewrite { $0 == name ? [($0, $1.slice(axis: 0, from: 0, to: 95))] : [($0, $1)] }
        try refuse(65, "tensor \(name) has the shape [95, 384], but the model's settings ask for [96, 384]", line)
        try rewrite { $0 == name ? [("\($0)s", $1)] : [($0, $1)] }
        try refuse(65, "has no tensor \(name), did you mean \(name)s", line)
        try rewrite { $0 == name ? [($0, $1), ("bert.extra", $1)] : [($0, $1)] }
        try refuse(65, "holds 1 tensor that the model does not use: bert.extra", line)
    }

    @Test(
        "pretrain: a batch beyond memory is refused before work, with what it would need",
        arguments: ["vqgan", "bert-mini"])
    func pretraining(_ model: String) throws {
        let place = try Workplace()
        let line = ["pretrain", model, "--work", place.path("work"), "--out", place.path("out"), "--batch"]
        try refuse(64, "--batch is 1000000000000; this would need ", line + ["1000000000000"])
        try refuse(64, "it must be from 2 to 4096", line + ["1"])
        let (code, said) = try BehaviourTests().shell(
            "ulimit -v 8000000; $synesthesia pretrain vqgan --batch 4096 --work work --out out", folder: place.folder)
        #expect(code == 64 && said.contains("this would need 22.94 GB of memory"), "\(said)")
        #expect(try place.names("") == ["complaints"])
    }

    @Test("settings of a model: not JSON, incomplete, absurd")
    func modelSettings() throws {
        let place = try Workplace()
        let folder = try place.copy("bert-mini")
        let file = folder.appending(path: "config.json")
        let whole = try String(contentsOf: file, encoding: .utf8)
        let line = encode(place, folder.path)
        for (text, sentence) in [
            ("{\"a\": ", "this is not JSON"), ("{}", "model_type is missing"),
            (
                whole.replacing("\"hidden_size\" : 96", with: "\"hidden_size\" : -4"),
                "hidden_size is -4; it must be a number from 1 to 65536"
            ),
            (
                whole.replacing("\"num_attention_heads\" : 3", with: "\"num_attention_heads\" : 7"),
                "cannot be divided among 7 heads"
            ),
            (
                whole.replacing("\"num_hidden_layers\" : 2", with: "\"num_hidden_layers\" : 1000000"),
                "num_hidden_layers is 1000000; it must be a number from 1 to 4096"
            ),
            (whole.replacing("\"bert\"", with: "\"t5\""), "holds a model of type t5"),
        ] {
            try Data(text.utf8).write(to: file)
            try refuse(65, sentence, line)
        }
        try refuse(
            66, "project.yaml cannot be read",
            ["decode", "--decoder", folder.path, "--tokens", "none", "--out", place.path("d")])
    }

    @Test("captions: none, empty, not UTF-8; 10,000 characters are cut, and that is said")
    func captions() throws {
        let place = try Workplace()
        let line = [
            "encode", "--encoder", Workplace.weights("bert-mini"), "--captions", "-", "--out",
            place.path("e.safetensors"),
        ]
        try refuse(65, "standard input holds no captions", line)
        try refuse(
            65, "standard input, line 2: the caption is empty", line, input: Data("A man.\r\n \r\nA woman.".utf8))
        try refuse(
            65, "standard input, line 2: not UTF-8 at byte 3", line,
            input: Data("A man.\nA \u{80}".utf8.dropLast(2)) + [0xFF])
        let long = try CommandRun(line, input: Data(String(repeating: "hair ", count: 2000).utf8))
        #expect(long.exitCode == 0)
        #expect(long.complaints.hasSuffix("synesthesia: 1 of 1 captions were too long and lost their end\n"))
    }

    @Test("outputs: a folder that is not there, a file in the way, a file beyond the limit")
    func outputs() throws {
        let place = try Workplace()
        let bert = Workplace.weights("bert-mini")
        try refuse(1, "the folder \(place.path("none")) does not exist", encode(place, bert, out: "none/e.safetensors"))
        try FileManager.default.createDirectory(at: place["taken"], withIntermediateDirectories: true)
        try refuse(1, "a folder of that name is in the way", encode(place, bert, out: "taken"))
        let blocked = try place.file("file", "")
        try refuse(
            1, "a file stands where a folder should be", ["portraits", "--count", "1", "--out", blocked + "/below"])
        let (code, complaints) = try BehaviourTests().shell(
            "ulimit -f 1; $synesthesia encode -q --encoder \(bert) --captions \(try place.captionFile()) --layers "
                + "--out e.safetensors",
            folder: place.folder)
        #expect(
            code == 1 && complaints.contains("e.safetensors cannot be written: the file would be larger"),
            "\(complaints)")
        #expect(try place.names(".").allSatisfy { !$0.contains("e.safetensors") })
    }

    @Test("pictures: cut, no picture at all, none; an adapter and tokens that do not fit")
    func pictures() throws {
        let place = try Workplace()
        let decoder = Workplace.weights("decoder")
        _ = try CommandRun(["portraits", "--out", place.path("p"), "--count", "1", "-q"])
        let picture = place["p/celeba-hq/0.png"]
        let whole = try Data(contentsOf: picture)
        let line = [
            "quantize", "--decoder", decoder, "--images", place.path("p/celeba-hq"), "--out",
            place.path("q.safetensors"),
        ]
        for (bytes, sentence) in [
            (whole.prefix(whole.count / 2), "this PNG is damaged or cut short"), (Data(), "the file is empty"),
            (Data("hello".utf8), "this is neither a PNG nor a JPEG"),
        ] {
            try bytes.write(to: picture)
            try refuse(65, sentence, line)
        }
        try FileManager.default.removeItem(at: picture)
        try refuse(66, "holds no PNG or JPEG pictures", line)

        let tokens = place["t.safetensors"]
        let decode = ["decode", "--decoder", decoder, "--tokens", tokens.path, "--out", place.path("d")]
        try refuse(66, "t.safetensors cannot be opened", decode)
        for (name, tensor, sentence) in [
            ("codes", Tensor([Int32](repeating: 0, count: 64), shape: [1, 64]), "has no tensor tokens"),
            ("tokens", Tensor([Int32](repeating: 0, count: 63), shape: [1, 63]), "tokens have the shape [1, 63]"),
            (
                "tokens", Tensor([Int32](repeating: 1024, count: 64), shape: [1, 64]),
                "token 1024 is not among the decoder's 1024 codes"
            ),
            ("tokens", Tensor([Float](repeating: 0, count: 64), shape: [1, 64]), "whole numbers"),
        ] {
            try writeSafetensors([(name, tensor)], to: tokens)
            try refuse(65, sentence, decode)
        }
        let generate = [
            "generate", "--decoder", decoder, "--encoder", Workplace.weights("bert-mini"), "--captions", "faces.txt",
            "--out", place.path("g"), "--adapter",
        ]
        try refuse(66, "none does not exist; name the folder of a trained adapter", generate + [place.path("none")])
        try refuse(65, "was it trained for another encoder?", generate + [try place.adapter(from: 95, width: 192)])
        try refuse(
            65, "was the adapter trained for another decoder?", generate + [try place.adapter(from: 96, width: 191)])
    }
}
