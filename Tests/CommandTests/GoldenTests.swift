import Foundation
import Testing

/// What the program prints, word for word, and how it ends. `UPDATE_GOLDENS=1` rewrites the files.
@Suite("The command as text", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct GoldenTests {
    static let tokenizer = "encoder"

    static let runs: [(name: String, arguments: [String])] = [
        ("help", ["--help"]),
        ("help-list", ["list", "--help"]),
        ("help-fetch", ["fetch", "--help"]),
        ("fetch-nothing", ["fetch"]),
        ("fetch-no-name", ["fetch", "a b"]),
        ("generate-negative-seed", ["generate", "--seed", "-1"]),
        ("portraits-negative-size", ["portraits", "--out", "x", "--size", "-8"]),
        ("help-env", ["env", "--help"]),
        ("help-inspect", ["inspect", "--help"]),
        ("inspect-missing", ["inspect", "none.ckpt"]),
        ("inspect-captions", ["inspect", "faces.txt"]),
        ("inspect-lightning", ["inspect", "../../checkpoints/lightning.ckpt"]),
        ("inspect-legacy", ["inspect", "../../checkpoints/views-legacy.pt"]),
        ("inspect-script", ["inspect", "../../checkpoints/script.pt"]),
        ("inspect-hostile", ["inspect", "../../checkpoints/hostile.pt"]),
        ("inspect-hostile-json", ["inspect", "../../checkpoints/hostile.pt", "--json"]),
        ("inspect-decoder", ["inspect", "../../checkpoints/decoder"]),
        ("inspect-clip", ["inspect", "../../models/clip-text"]),
        ("help-probe", ["probe", "--help"]),
        ("help-train", ["train", "--help"]),
        ("help-generate", ["generate", "--help"]),
        ("help-score", ["score", "--help"]),
        ("help-report", ["report", "--help"]),
        ("help-pretrain", ["pretrain", "--help"]),
        ("help-encode", ["encode", "--help"]),
        ("help-quantize", ["quantize", "--help"]),
        ("help-decode", ["decode", "--help"]),
        ("help-likelihood", ["likelihood", "--help"]),
        ("help-similarity", ["similarity", "--help"]),
        ("help-words", ["words", "--help"]),
        ("help-geometry", ["geometry", "--help"]),
        ("help-study-text", ["study", "text", "--help"]),
        ("help-glue", ["glue", "--help"]),
        ("help-study-glue", ["study", "glue", "--help"]),
        ("glue-no-files", ["glue", "--task", "rte", "--encoder", "x", "--data", "none"]),
        ("glue-unknown-task", ["glue", "--task", "rta", "--encoder", "x"]),
        ("glue-bad-rate", ["glue", "--task", "drawn", "--encoder", "x", "--set", "learning-rate=1"]),
        ("glue-bad-seeds", ["glue", "--task", "drawn", "--encoder", "x", "--seeds", "1,1"]),
        ("similarity-missing", ["similarity", "--task", "sts-l", "--encoder", "x", "--data", "none"]),
        ("words-unknown", ["words", "--task", "rg66", "--encoder", "x"]),
        ("unknown-command", ["prob"]),
        ("unknown-study", ["study", "txt"]),
        ("help-study", ["study", "--help"]),
        ("fetch-folder", ["fetch", "encoder"]),
        ("probe-letter-seed", ["probe", "unknown-key.yaml", "--set", "seeds=[a]"]),
        ("tokenize-null", ["tokenize", "--encoder", tokenizer, "--captions", "/dev/null"]),
        ("similarity-no-table", ["similarity", "--task", "own.csv", "--encoder", "x", "--data", "encoder"]),
        ("unknown-option", ["list", "--jason"]),
        ("contradiction", ["env", "--quiet", "--verbose"]),
        ("list-nothing", ["list"]),
        ("list-nothing-json", ["list", "--json", "--quiet"]),
        ("help-significance", ["significance", "--help"]),
        ("help-portraits", ["portraits", "--help"]),
        ("help-tokenize", ["tokenize", "--help"]),
        ("significance-paper", ["significance", "--groups", "paper.csv"]),
        ("significance-one-sample", ["significance", "--groups", "one-sample.csv"]),
        ("significance-missing", ["significance", "--groups", "none.csv"]),
        ("significance-bad-score", ["significance", "--groups", "bad-score.csv"]),
        ("significance-nothing-given", ["significance"]),
        ("portraits-none", ["portraits", "--out", "none", "--count", "0"]),
        ("portraits-unwritable", ["portraits", "--out", "faces.txt/below", "--quiet"]),
        ("tokenize", ["tokenize", "--encoder", tokenizer, "--captions", "faces.txt"]),
        ("tokenize-short", ["tokenize", "--encoder", tokenizer, "--captions", "faces.txt", "--max-length", "4"]),
        ("tokenize-not-utf8", ["tokenize", "--encoder", tokenizer, "--captions", "latin-1.txt"]),
        ("tokenize-no-captions", ["tokenize", "--encoder", tokenizer, "--captions", "nothing.txt"]),
        ("tokenize-missing", ["tokenize", "--encoder", tokenizer, "--captions", "none.txt"]),
        ("tokenize-no-encoder", ["tokenize", "--encoder", "./none", "--captions", "faces.txt"]),
        ("probe-no-settings", ["probe"]),
        ("probe-missing", ["probe", "none.yaml"]),
        ("probe-not-yaml", ["probe", "not-yaml.yaml"]),
        ("probe-unknown-key", ["probe", "unknown-key.yaml"]),
        ("probe-negative-rate", ["probe", "negative-rate.yaml"]),
        ("probe-no-encoders", ["probe", "no-encoders.yaml"]),
        ("probe-bad-override", ["probe", "no-encoders.yaml", "--set", "adapter.learning-rate"]),
        ("report-missing", ["report", "none"]),
        ("pretrain-unknown", ["pretrain", "bert-tiny"]),
        ("pretrain-no-steps", ["pretrain", "bert-mini", "--steps", "0"]),
        (
            "encode-bad-pooling",
            ["encode", "--encoder", "x", "--captions", "faces.txt", "--out", "x", "--pooling", "max"]
        ),
        ("likelihood-half", ["likelihood", "--decoder", "x", "--tokens", "x", "--adapter", "x"]),
        ("quantize-no-pictures", ["quantize", "--decoder", "x", "--images", "none", "--out", "x"]),
        (
            "score-no-splits",
            ["score", "--clip", "x", "--inception", "x", "--images", "x", "--captions", "x", "--splits", "0"]
        ),
        (
            "generate-cold",
            [
                "generate", "--decoder", "x", "--adapter", "x", "--encoder", "x", "--captions", "x", "--out", "x",
                "--temperature", "0",
            ]
        ),
        ("tokenize-no-tokenizer", ["tokenize", "--encoder", ".", "--captions", "faces.txt"]),
    ]

    @Test("is what the golden file says", arguments: runs)
    func golden(_ name: String, _ arguments: [String]) throws {
        let run = try CommandRun(arguments)
        let golden = try run.golden(name)
        #expect(run.transcript == golden)
    }

    @Test("every command's help ends in an example that fits a terminal")
    func examples() throws {
        let list = try CommandRun(["--help"]).output.split(separator: "SUBCOMMANDS:")[1]
        let names = list.matches(of: #/\n  ([a-z]+) /#).map { [String($0.1)] }
        #expect(names.count > 15)
        for command in names + [["study", "text"], ["study", "glue"]] {
            let help = try CommandRun(command + ["--help"]).output
            let example = help.split(separator: #/Examples?:\n/#).dropFirst().first?.split(separator: "\n\nUSAGE").first
            #expect(example?.hasPrefix("  ") == true && example?.contains("synesthesia ") == true, "\(command)")
            for line in example?.split(separator: "\n") ?? [] {
                #expect(line.hasPrefix("  ") && line.count <= 80, "\(line)")
            }
        }
    }

    @Test("a version is one line on standard output")
    func version() throws {
        let run = try CommandRun(["--version"])
        #expect(run.exitCode == 0 && run.complaints.isEmpty)
        #expect(run.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test("env tells the variables that matter, and no secret")
    func env() throws {
        let run = try CommandRun(
            ["env", "--json"],
            environment: [
                "HF_TOKEN": "hf_secret", "OMP_NUM_THREADS": "2", "HUGGING_FACE_HUB_TOKEN": "hf_secret", "X": "y",
            ])
        #expect(run.exitCode == 0)
        #expect(!run.output.contains("hf_secret"))
        let record = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        #expect(record?["variables"] as? [String: String] == ["OMP_NUM_THREADS": "2", "GOMP_SPINCOUNT": "1000"])
        #expect((record?["cores"] as? Int ?? 0) > 0)
        #expect(record?["cache"] as? String == "/nonexistent/.cache/huggingface/hub")
    }
}
