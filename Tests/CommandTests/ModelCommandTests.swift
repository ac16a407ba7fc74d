import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

/// The fixed forms that others script against, on the models of `Weights/`: names, shapes, keys, and what must not
/// change the numbers.
@Suite(
    "Commands with models",
    .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)),
    .enabled(if: Workplace.has("bert-mini", "clip-mini", "decoder"), Comment(rawValue: Workplace.absent)))
struct ModelCommandTests {
    let bert = Workplace.weights("bert-mini")
    let clip = Workplace.weights("clip-mini")
    let decoder = Workplace.weights("decoder")

    func succeed(_ arguments: [String], input: Data = Data()) throws -> CommandRun {
        let run = try CommandRun(arguments, input: input)
        try #require(run.exitCode == 0, "\(arguments.joined(separator: " ")): \(run.complaints)")
        return run
    }

    @Test("encode writes embeddings, and with --layers every layer pooled alike")
    func encode() throws {
        let place = try Workplace()
        let captions = try place.captionFile()
        let run = try succeed(
            [
                "encode", "--encoder", bert, "--captions", captions, "--out", place.path("e.safetensors"), "--layers",
                "--json",
            ])
        #expect(run.object?["captions"] as? Int == 7 && run.object?["truncated"] as? Int == 0)
        let (vectors, hidden) = (
            try place.tensor("embeddings", in: "e.safetensors"), try place.tensor("hidden", in: "e.safetensors")
        )
        #expect(vectors.shape == [7, 96])
        #expect(hidden.shape == [3, 7, 96])
        // BERT's probe pooling is the mean of the last layer, so its layers end with the embeddings.
        #expect(Closeness(Array(hidden.floats.suffix(7 * 96)), vectors.floats).within(1e-6))

        _ = try succeed([
            "encode", "--encoder", clip, "--captions", captions, "--out", place.path("c.safetensors"), "--pooling",
            "eos",
        ])
        #expect(try SafetensorsFile(place["c.safetensors"]).names == ["embeddings"])
        #expect(try place.tensor("embeddings", in: "c.safetensors").size(0) == 7)
    }

    @Test("a caption's vector is the same alone, among others, and from a file with Windows line ends")
    func encodeAlone() throws {
        let place = try Workplace()
        func vectors(_ text: String) throws -> [Float] {
            _ = try succeed(
                ["encode", "--encoder", bert, "--captions", "-", "--out", place.path("e.safetensors"), "-q"],
                input: Data(text.utf8))
            return try place.tensor("embeddings", in: "e.safetensors").floats
        }
        let together = try vectors(Workplace.captions.joined(separator: "\n"))
        #expect(try vectors("\u{FEFF}" + Workplace.captions.joined(separator: "\r\n") + "\r\n") == together)
        for (row, caption) in Workplace.captions.enumerated() {
            let error = Closeness(try vectors(caption), Array(together[row * 96..<(row + 1) * 96]))
            #expect(error.within(1e-5), "caption \(row): \(error)")
        }
    }

    @Test("quantize, decode and quantize again: same tokens from same pictures, most tokens from decoded ones")
    func roundTrip() throws {
        let place = try Workplace()
        _ = try succeed(["portraits", "--out", place.path("portraits"), "--count", "12", "-q"])
        func quantize(_ folder: String, _ file: String) throws -> Tensor {
            _ = try succeed([
                "quantize", "--decoder", decoder, "--images", place.path(folder), "--out", place.path(file), "-q",
            ])
            return try place.tensor("tokens", in: file)
        }
        let tokens = try quantize("portraits/celeba-hq", "a.safetensors")
        #expect(tokens.shape == [12, 64] && tokens.elementType == .int32)
        _ = try quantize("portraits/celeba-hq", "a2.safetensors")
        #expect(try place.bytes("a.safetensors") == place.bytes("a2.safetensors"))
        let names = try JSONDecoder().decode(
            [String].self, from: Data((try SafetensorsFile(place["a.safetensors"]).metadata["names"] ?? "").utf8))
        #expect(names == (0..<12).map { "\($0).png" })   // 2 before 10

        let run = try succeed(
            [
                "decode", "--decoder", decoder, "--tokens", place.path("a.safetensors"), "--out", place.path("decoded"),
                "--json",
            ])
        #expect(run.object?["files"] as? [String] == names)
        #expect(Set(try place.names("decoded")) == Set(names))
        let again = try quantize("decoded", "b.safetensors")
        let kept = zip(tokens.integers, again.integers).count { $0 == $1 }
        print("tokens kept by decoding and quantising again: \(kept) of \(tokens.count)")
        #expect(kept > tokens.count / 2)
    }

    @Test("--limit: encode, tokenize, quantize, decode, likelihood and score take the first so many, and say so")
    func limit() throws {
        let place = try Workplace()
        let captions = try place.captionFile()
        let said = "synesthesia: only the first 3 of 7 captions: a partial result\n"
        let encode = try succeed([
            "encode", "--encoder", bert, "--captions", captions, "--out", place.path("e.safetensors"), "--limit", "3",
            "--json",
        ])
        #expect(
            encode.complaints.hasSuffix(said) && encode.object?["partial"] as? Bool == true
                && encode.object?["captions"] as? Int == 3)
        #expect(try place.tensor("embeddings", in: "e.safetensors").size(0) == 3)
        #expect(
            try SafetensorsFile(place["e.safetensors"]).metadata["partial"]
                == "only the first 3 of 7 captions: a partial result")
        let index =
            try JSONSerialization.jsonObject(with: try place.bytes("e.safetensors.index.json")) as? [String: Any]
        #expect(index?["partial"] as? Bool == true && (index?["captions"] as? [Any])?.count == 3)
        let whole = try succeed([
            "encode", "--encoder", bert, "--captions", captions, "--out", place.path("w.safetensors"), "--limit", "7",
            "--json",
        ])
        #expect(whole.object?["partial"] == nil && !whole.complaints.contains("partial"))
        let tokens = try succeed(["tokenize", "--encoder", bert, "--captions", captions, "--limit", "3"])
        #expect(tokens.output.split(separator: "\n").count == 3 && tokens.complaints == said)

        _ = try succeed(["portraits", "--out", place.path("p"), "--count", "7", "-q"])
        let images = place.path("p/celeba-hq")
        let quantize = try succeed([
            "quantize", "--decoder", decoder, "--images", images, "--out", place.path("t.safetensors"), "--limit", "4",
            "--json",
        ])
        #expect(
            quantize.object?["partial"] as? Bool == true
                && quantize.complaints.contains("only the first 4 of 7 pictures"))
        #expect(try place.tensor("tokens", in: "t.safetensors").size(0) == 4)
        #expect(
            try SafetensorsFile(place["t.safetensors"]).metadata["partial"]?.hasPrefix("only the first 4 of 7") == true)
        let decode = try succeed([
            "decode", "--decoder", decoder, "--tokens", place.path("t.safetensors"), "--out", place.path("d"),
            "--limit", "2", "--json",
        ])
        #expect(
            decode.object?["files"] as? [String] == ["0.png", "1.png"] && decode.object?["partial"] as? Bool == true)
        #expect(try place.names("d") == ["0.png", "1.png"])
        let likely = ["likelihood", "--decoder", decoder, "--tokens", place.path("t.safetensors")]
        let all = try succeed(likely).object?["per_sample"] as? [Double]
        let some = try succeed(likely + ["--limit", "2"])
        let few = try #require(some.object?["per_sample"] as? [Double])
        #expect(
            few.count == 2 && some.object?["partial"] as? Bool == true
                && some.complaints.contains("2 of 4 rows of tokens"))
        #expect(zip(few, all ?? []).allSatisfy { abs($0 - $1) < 1e-6 })

        let score = [
            "score", "--clip", Workplace.weights("clip-mini"), "--images", images, "--captions", captions,
        ]
        let scored = try succeed(score + ["--limit", "3", "--json"])
        let scores = try #require(scored.object?["scores"] as? [String: Any])
        #expect(
            scores["n"] as? Int == 3 && scores["partial"] as? Bool == true
                && (scored.object?["pairs"] as? [Any])?.count == 3)
        #expect((scores["notes"] as? [String])?.first == "only the first 3 of 7 pictures: a partial result")
        #expect(try succeed(score + ["--limit", "3"]).output.contains("Note: only the first 3 of 7 pictures"))
    }

    @Test("decode refuses names that are none", arguments: ["", "..", ".", "a/..", "/", "b/.png/"])
    func names(_ name: String) throws {
        let place = try Workplace()
        let list = String(decoding: try JSONEncoder().encode(["0.png", name]), as: UTF8.self)
        let tokens = Tensor([Int32](repeating: 0, count: 128), shape: [2, 64])
        try writeSafetensors([("tokens", tokens)], metadata: ["names": list], to: place["t.safetensors"])
        let run = try CommandRun([
            "decode", "--decoder", decoder, "--tokens", place.path("t.safetensors"), "--out", place.path("d"),
        ])
        #expect(
            run.exitCode == 65 && run.complaints.contains("row 2 is called \"\(name)\", which names no picture"),
            "\(run.complaints)")
        #expect(!FileManager.default.fileExists(atPath: place.path("d")))
    }

    @Test("likelihood without a prefix, with a stored one and with a caption's is what the logits say")
    func likelihood() throws {
        let place = try Workplace()
        let model = try ImageDecoder(folder: URL(filePath: decoder))
        let width = model.configuration.transformer.width
        var stream = RandomStream(seed: 3, purpose: "tokens", index: 0)
        let tokens = (0..<3 * 64).map { _ in Int32(stream.below(model.configuration.transformer.vocabularySize)) }
        try writeSafetensors([("tokens", Tensor(tokens, shape: [3, 64]))], to: place["t.safetensors"])
        let adapter = try place.adapter(from: 96, width: width, prefixTokens: 2)
        let captions = try place.captionFile(Array(Workplace.captions.prefix(3)))
        _ = try succeed([
            "encode", "--encoder", bert, "--captions", captions, "--out", place.path("e.safetensors"), "-q",
        ])
        let prefix = try place.tensor("embeddings", in: "e.safetensors").linear(
            try place.tensor("text2image.0.weight", in: "adapter/adapter.safetensors"),
            try place.tensor("text2image.0.bias", in: "adapter/adapter.safetensors")
        ).reshaped([3, 2, width])
        try writeSafetensors([("prefix", prefix)], to: place["p.safetensors"])

        func check(_ name: String, _ prefix: Tensor?, _ arguments: [String]) throws {
            let run = try succeed(
                ["likelihood", "--decoder", decoder, "--tokens", place.path("t.safetensors")] + arguments)
            let found = try #require(run.object?["per_sample"] as? [Double])
            let expected = directNats(model, tokens, prefix)
            let error = Closeness(found, expected)
            print("likelihood \(name): \(error)")
            #expect(error.within(1e-5), "\(name): \(error)")
            let mean = expected.reduce(0, +) / 3
            #expect(abs((run.object?["nats_per_token"] as? Double ?? 0) - mean) < 1e-4)
            #expect(abs((run.object?["bits_per_token"] as? Double ?? 0) - mean / log(2)) < 1e-4)
            #expect(run.object?["n"] as? Int == 3)
        }
        try check("alone", nil, [])
        try check("with a prefix", prefix, ["--prefix", place.path("p.safetensors")])
        try check("with captions", prefix, ["--adapter", adapter, "--encoder", bert, "--captions", captions])
        let single = prefix.slice(axis: 1, from: 0, to: 1).reshaped([3, width])
        try writeSafetensors([("prefix", single)], to: place["p1.safetensors"])
        try check(
            "with a prefix [N, width]", single.reshaped([3, 1, width]), ["--prefix", place.path("p1.safetensors")])
    }

    /// Mean negative log probability of each row of 64 tokens, from the logits in double precision.
    private func directNats(_ model: ImageDecoder, _ tokens: [Int32], _ prefix: Tensor?) -> [Double] {
        let codes = model.configuration.transformer.vocabularySize
        return (0..<3).map { row in
            let own = Array(tokens[row * 64..<(row + 1) * 64])
            let input = Tensor(model.configuration.startTokens + own.dropLast(), shape: [1, 64])
            let logits = model.transformer.logits(tokens: input, prefix: prefix?.rows(at: [row])).floats.map(
                Double.init)
            let nats = own.enumerated().map { place, token -> Double in
                let scores = logits[place * codes..<(place + 1) * codes]
                let largest = scores.max() ?? 0
                return largest + log(scores.reduce(0) { $0 + exp($1 - largest) }) - scores[place * codes + Int(token)]
            }
            return nats.reduce(0, +) / 64
        }
    }

    @Test("generate draws the same faces whatever the batch, goes on after a stop, and follows its seed")
    func generate() throws {
        let place = try Workplace()
        let width = try ImageDecoder(folder: URL(filePath: decoder)).configuration.transformer.width
        let arguments = [
            "generate", "--decoder", decoder, "--adapter", try place.adapter(from: 96, width: width), "--encoder", bert,
            "--captions", try place.captionFile(),
        ]
        let run = try succeed(arguments + ["--out", place.path("whole"), "--json"])
        let faces = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: String]]
        #expect(faces?.map { $0["caption"] } == Workplace.captions)
        #expect(faces?.map { $0["file"] } == (0..<7).map { "00000\($0).png" })
        _ = try succeed(arguments + ["--out", place.path("single"), "--batch", "1", "-q"])
        _ = try succeed(arguments + ["--out", place.path("seed"), "--seed", "2", "-q"])
        let names = try place.names("whole").filter { $0.hasSuffix("png") }
        #expect(names.count == 7)
        for name in names {
            let face = try place.bytes("whole/\(name)")
            #expect(try place.bytes("single/\(name)") == face)
            #expect(try place.bytes("seed/\(name)") != face)
        }
        let kept = try place.bytes("whole/000003.png")
        try FileManager.default.removeItem(at: place["whole/000003.png"])
        _ = try succeed(arguments + ["--out", place.path("whole"), "--batch", "3", "-q"])
        #expect(try place.bytes("whole/000003.png") == kept)

        let other = try CommandRun(arguments + ["--out", place.path("whole"), "--greedy", "-q"])
        #expect(
            other.exitCode == 64 && other.complaints.contains("holds pictures drawn with top-k 250"),
            "\(other.complaints)")
    }

    @Test(
        "score gives every pair, and means that are theirs",
        .enabled(if: Workplace.has("inception-mini"), Comment(rawValue: Workplace.absent)))
    func score() throws {
        let place = try Workplace()
        _ = try succeed(["portraits", "--out", place.path("portraits"), "--count", "7", "-q"])
        let arguments = [
            "score", "--clip", clip, "--inception", Workplace.weights("inception-mini"), "--images",
            place.path("portraits/celeba-hq"),
            "--splits", "2",
        ]
        let run = try succeed(arguments + ["--captions", try place.captionFile(), "--json"])
        let scores = try #require(run.object?["scores"] as? [String: Any])
        let pairs = try #require(run.object?["pairs"] as? [[String: Any]])
        #expect(pairs.compactMap { $0["text"] as? String } == Workplace.captions)
        let each = pairs.compactMap { $0["clip_score"] as? Double }
        #expect(each.count == 7 && each.allSatisfy { abs($0) <= 100 })
        #expect(abs((scores["clip_score"] as? Double ?? .nan) - each.reduce(0, +) / 7) < 1e-9)
        let inception = try #require(scores["inception_score"] as? [String: Any])
        #expect((inception["mean"] as? Double ?? 0) >= 1 && inception["splits"] as? Int == 2)

        let mismatch = try CommandRun(arguments + ["--captions", try place.captionFile(["One."]), "-q"])
        #expect(mismatch.exitCode == 65)
        #expect(mismatch.complaints.contains("holds 7 pictures, but there are 1 captions"), "\(mismatch.complaints)")
    }
}
