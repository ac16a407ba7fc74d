import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// What `inspect` takes checkpoints for, and that it says what a pickle wanted.
@Suite("inspect", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct InspectTests {
    private func kind(_ path: String) throws -> String {
        let run = try CommandRun(["inspect", path])
        #expect(run.exitCode == 0 && run.complaints.isEmpty, "\(run.complaints)")
        return String(run.output.prefix { $0 != "\n" }.dropFirst("kind: ".count))
    }

    @Test(
        "folders of the tests are what they are",
        arguments: [
            ("models/bert", "BERT, 3 layers, width 36, 97 words"),
            ("models/roberta", "RoBERTa, 3 layers, width 36, 97 words"),
            ("models/bert-mlm", "BERT, 2 layers, width 36, 97 words"),
            ("models/clip", "CLIP, 3 layers, width 40, 97 words"),
            ("models/clip-text-old", "CLIP text tower, 1 layer, width 40, 97 words"),
            ("models/inception", "Inception v3"),
            ("models/decoder", "taming transformer with its VQGAN, 3 layers, width 36, 61 codes"),
            ("checkpoints/bert", "BERT, 3 layers, width 36, 97 words"), ("checkpoints/lightning.ckpt", "unknown"),
            ("models/decoder/model.safetensors", "taming transformer with its VQGAN, 3 layers, width 36, 61 codes"),
        ])
    func fixtures(_ path: String, _ expected: String) throws {
        #expect(try kind(Fixture.url(path).path) == expected)
    }

    @Test(
        "names decide",
        arguments: [
            (
                ["wte.weight": [50, 8], "h.0.attn.c_attn.weight": [8, 24], "h.1.attn.c_attn.weight": [8, 24]],
                "GPT-2, 2 layers, width 8, 50 words"
            ),
            (
                ["transformer.wte.weight": [50, 8], "transformer.h.0.attn.c_attn.weight": [8, 24]],
                "GPT-2, 1 layer, width 8, 50 words"
            ),
            (
                [
                    "visual.class_embedding": [6], "token_embedding.weight": [50, 8],
                    "transformer.resblocks.11.ln_1.weight": [8],
                ]
                .merging(
                    Dictionary(uniqueKeysWithValues: (0..<11).map { ("transformer.resblocks.\($0).ln_1.weight", [8]) })
                ) { $1 },
                "CLIP ViT of OpenAI, 12 layers, width 8, 50 words"
            ),
            (
                ["visual.attnpool.positional_embedding": [5, 6], "token_embedding.weight": [50, 8]],
                "CLIP ResNet of OpenAI, width 8, 50 words"
            ),
            (
                [
                    "roberta.embeddings.word_embeddings.weight": [50, 8],
                    "roberta.encoder.layer.0.attention.self.query.weight": [8, 8],
                ],
                "RoBERTa, 1 layer, width 8, 50 words"
            ),
            (
                ["quantize.embedding.weight": [16, 4], "decoder.conv_in.weight": [8, 4, 3, 3]],
                "VQGAN, width 4, 16 codes"
            ),
            (["text2image.0.weight": [12, 8], "text2image.0.bias": [12]], "adapter, from 8 numbers to 12"),
            (["embeddings": [3, 8]], "caption vectors"), (["tokens": [3, 16]], "image tokens"), (["x": [1]], "unknown"),
            ([:], "unknown"),
        ] as [([String: [Int]], String)])
    func names(_ shapes: [String: [Int]], _ expected: String) throws {
        let place = try Workplace()
        try writeSafetensors(
            shapes.sorted { $0.key < $1.key }.map { ($0.key, Tensor.zeros($0.value)) }, to: place["x.safetensors"])
        #expect(try kind(place.path("x.safetensors")) == expected)
    }

    @Test("the JSON has the same facts")
    func json() throws {
        let run = try CommandRun(["inspect", "--json", Fixture.url("checkpoints/decoder").path])
        let object = try #require(run.object)
        #expect(object["tensorCount"] as? Int == 134 && object["otherTensorCount"] as? Int == 4)
        #expect(
            object["types"] as? [String: Int] == ["F16": 134] && object["companions"] as? [String] == ["project.yaml"])
        #expect((object["notCalled"] as? [String])?.contains("argparse.Namespace") == true)
        #expect((object["tensors"] as? [[String: Any]])?.count == 134)
    }

    @Test("a hostile checkpoint is not used, and what it wanted is named")
    func hostile() throws {
        let place = try Workplace()
        let folder = place["encoder"]
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (from, to) in [("models/bert/config.json", "config.json"), ("checkpoints/hostile.pt", "pytorch_model.bin")]
        {
            try FileManager.default.copyItem(at: Fixture.url(from), to: folder.appending(path: to))
        }
        for file in ["vocab.txt", "tokenizer_config.json"] {
            try FileManager.default.copyItem(
                at: Fixture.url("tokenizers/small/bert/\(file)"), to: folder.appending(path: file))
        }
        let run = try CommandRun(
            ["encode", "--encoder", folder.path, "--captions", "faces.txt", "--out", place.path("e.safetensors"), "-q"])
        #expect(run.exitCode == 65)
        #expect(run.complaints.contains("asks to call posix.system when it is unpickled"), "\(run.complaints)")
    }
}
