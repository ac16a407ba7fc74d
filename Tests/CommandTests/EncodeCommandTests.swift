import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// `encode` and `tokenize` on small folders: what they write, what they tell, what they refuse.
@Suite("encode and tokenize", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct EncodeCommandTests {
    static let bert = Fixture.url("text/bert").path
    static let captions = ["a man", "the woman has a hat", "a face"]

    private func encode(
        _ place: borrowing Workplace, _ out: String, _ more: [String] = [], encoder: String = bert
    ) throws -> CommandRun {
        try CommandRun(
            [
                "encode", "--encoder", encoder, "--captions", try place.captionFile(Self.captions), "--out",
                place.path(out),
            ] + more)
    }

    @Test("the ending says what is written, and an index beside it has captions, encoder, pooling and sizes")
    func endings() throws {
        let place = try Workplace()
        for (name, more) in [("a.safetensors", ["--layers"]), ("a.npz", ["--layers"]), ("a.npy", []), ("b.NPY", [])] {
            let run = try encode(place, name, more + ["--pooling", "cls", "--json"])
            #expect(run.exitCode == 0, "\(run.complaints)")
            #expect(run.object?["index"] as? String == place.path(name + ".index.json"))
            let index = try #require(
                try JSONSerialization.jsonObject(with: place.bytes(name + ".index.json")) as? [String: Any])
            #expect(index["pooling"] as? String == "cls" && index["encoder"] as? String == Self.bert)
            #expect(index["precision"] as? String == "f32")
            let rows = try #require(index["captions"] as? [[String: Any]])
            #expect(rows.map { $0["caption"] as? String } == Self.captions && rows[1]["row"] as? Int == 1)
            let shapes = try #require(index["shapes"] as? [String: [Int]])
            #expect(shapes["embeddings"]?.first == 3 && (shapes["hidden"] != nil) == !more.isEmpty)
        }
        let file = try SafetensorsFile(place["a.safetensors"])
        #expect(file.metadata["captions"] == #"["a man","the woman has a hat","a face"]"#)
        #expect(file.metadata["pooling"] == "cls" && file.metadata["encoder"] == "bert")
        let vectors = try file.tensor("embeddings")
        let numpy = try place.bytes("a.npy")
        #expect(numpy.prefix(8) == Data([0x93] + Array("NUMPY".utf8) + [1, 0]))
        #expect(numpy.suffix(4 * vectors.count) == vectors.floats.withUnsafeBytes { Data($0) })
        #expect(try place.bytes("b.NPY") == numpy)
        #expect(try place.bytes("a.npz").prefix(4) == Data([0x50, 0x4B, 3, 4]))
    }

    @Test(
        "other endings are refused before any work",
        arguments: [
            ("a.pt", "ends in .pt"), ("a.csv", "ends in .csv"), ("a", "has no ending"), ("a.npy.gz", "ends in .gz"),
        ])
    func unknownEnding(_ name: String, _ words: String) throws {
        let place = try Workplace()
        let run = try encode(place, name, ["-q"])
        #expect(
            run.exitCode == 64 && run.complaints.contains(words)
                && run.complaints.contains(".safetensors, .npy or .npz"))
        #expect(try place.names("") == ["captions.txt"])
        let both = try encode(place, "a.npy", ["-q", "--layers"])
        #expect(both.exitCode == 64 && both.complaints.contains(".npy holds one array"), "\(both.complaints)")
        #expect(
            try CommandRun(["encode", "--encoder", Self.bert, "--captions", place.path("captions.txt"), "--out", ""])
                .exitCode == 64)
    }

    @Test(
        "reproducible is class avx2 in f32 whatever the number of threads, and is recorded",
        .enabled(if: ProcessorClass.available.contains(.avx2), "the processor has no AVX2"))
    func reproducible() throws {
        let place = try Workplace()
        func vectors(_ out: String, _ precision: String, _ environment: [String: String]) throws -> Data {
            let run = try CommandRun(
                [
                    "encode", "--encoder", Self.bert, "--captions", try place.captionFile(Self.captions), "--out",
                    place.path(out), "--precision", precision, "-q",
                ], environment: environment)
            #expect(run.exitCode == 0, "\(run.complaints)")
            return try place.bytes(out)
        }
        let one = try vectors("one.npy", "reproducible", [:])
        #expect(try vectors("two.npy", "reproducible", ["OMP_NUM_THREADS": "2"]) == one)
        #expect(try vectors("limited.npy", "f32", ["SYNESTHESIA_ISA": "avx2"]) == one)
        #expect(try vectors("other.npy", "reproducible", ["SYNESTHESIA_ISA": "generic"]) == one)
        let index = try place.bytes("one.npy.index.json")
        #expect(String(decoding: index, as: UTF8.self).contains("f32 reproducible"))
    }

    @Test("a device is written into and gets no index beside it")
    func device() throws {
        let place = try Workplace()
        let run = try CommandRun(
            [
                "encode", "--encoder", Self.bert, "--captions", try place.captionFile(Self.captions), "--out",
                "/dev/null", "--json", "-q",
            ])
        #expect(run.exitCode == 0 && run.object?["index"] == nil, "\(run.complaints)")
        #expect(!FileManager.default.fileExists(atPath: "/dev/null.index.json"))
    }

    /// A copy of the small BERT in which one number of a tensor is not a number.
    private func damaged(_ place: borrowing Workplace, _ tensor: String, _ value: Float) throws -> String {
        let folder = place["damaged"]
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.copyItem(at: URL(filePath: Self.bert), to: folder)
        let url = folder.appending(path: "model.safetensors")
        let file = try SafetensorsFile(url)
        let tensors = try file.names.map { name -> (name: String, tensor: Tensor) in
            let found = try file.tensor(name)
            guard name == tensor else { return (name, found) }
            var values = found.floats
            values[values.count - 1] = value
            return (name, Tensor(values, shape: found.shape))
        }
        #expect(file.names.contains(tensor))
        try writeSafetensors(tensors, to: url)
        return folder.path
    }

    @Test(
        "vectors that are no numbers are not written: exit 65, and where they began", arguments: [Float.nan, .infinity])
    func notNumbers(_ value: Float) throws {
        let place = try Workplace()
        let weights = try SafetensorsFile(Fixture.url("text/bert/model.safetensors")).names
        let tensor = try #require(weights.first { $0.hasSuffix("encoder.layer.1.output.dense.weight") })
        let encoder = try damaged(place, tensor, value)
        for out in ["a.safetensors", "a.npy"] {
            let run = try encode(place, out, ["--json", "-q"], encoder: encoder)
            #expect(run.exitCode == 65 && run.output.isEmpty, "\(run.complaints)")
            #expect(run.complaints.contains("in layer 2 of") && run.complaints.contains(tensor), "\(run.complaints)")
            #expect(run.complaints.split(separator: "\n").count == 1)
        }
        #expect(try place.names("") == ["captions.txt", "damaged"])
        for command in [
            ["similarity", "--task", "sts-l"], ["words", "--task", "rg65"],
            ["geometry", "--texts", "sts-b", "--sample", "20"],
            ["geometry", "--texts", "sts-b", "--sentences"],
        ] {
            let run = try CommandRun(
                command + ["--data", TextStudyCommandTests.data, "--encoder", encoder, "--json", "-q"])
            #expect(run.exitCode == 65 && run.output.isEmpty, "\(command): \(run.complaints)")
            #expect(
                run.complaints.contains("in layer 2 of") && run.complaints.contains(tensor)
                    && !run.complaints.contains("EncodingError"), "\(run.complaints)")
        }
    }

    @Test("UTF-16 without its mark is read and told; a NUL is refused by every command that reads captions")
    func captionFiles() throws {
        let place = try Workplace()
        try Data("a man\na face\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }).write(to: place["wide.txt"])
        let run = try CommandRun(["tokenize", "--encoder", Self.bert, "--captions", place.path("wide.txt")])
        #expect(run.exitCode == 0 && run.complaints.contains("was read as UTF-16LE"), "\(run.complaints)")
        #expect(run.output.split(separator: "\n").count == 2 && run.output.contains(#""caption":"a man""#))
        let nul = try place.file("nul.txt", "a man\na\u{0}face\n")
        for command in [
            ["tokenize", "--captions", nul], ["encode", "--captions", nul, "--out", place.path("v.npy")],
            ["geometry", "--texts", nul],
        ] {
            let run = try CommandRun(command + ["--encoder", Self.bert, "-q"])
            #expect(
                run.exitCode == 65 && run.complaints.contains("line 2: the caption holds a NUL"), "\(run.complaints)")
        }
    }

    @Test("tokenize and encode agree on a folder's limit and letter case, and both tell what was cut")
    func agree() throws {
        let place = try Workplace()
        let encoder = Fixture.url("models/sentence").path
        let captions = try place.captionFile(["She has wavy hair and wears a hat and a necklace too", "A man"])
        let shown = try CommandRun(["tokenize", "--encoder", encoder, "--captions", captions])
        let told = "1 of 2 captions were too long and lost their end"
        #expect(shown.complaints.contains(told))
        let first = try #require(shown.output.split(separator: "\n").first).utf8
        let line = try #require(try JSONSerialization.jsonObject(with: Data(first)) as? [String: Any])
        #expect((line["ids"] as? [Int])?.count == 11 && (line["tokens"] as? [String])?[1] == "she")
        let run = try CommandRun([
            "encode", "--encoder", encoder, "--captions", captions, "--out", place.path("v.npz"), "--json",
        ])
        #expect(run.complaints.contains(told) && run.object?["truncated"] as? Int == 1)
    }

    @Test("precision auto says what it chose and why")
    func precision() throws {
        let place = try Workplace()
        let run = try encode(place, "v.safetensors", ["--precision", "auto"])
        #expect(
            run.complaints.contains("precision auto is ") && run.complaints.contains(" because processors of class "))
        #expect(
            try SafetensorsFile(place["v.safetensors"]).metadata["precision"]?.contains("(auto: processors of class ")
                == true)
        let environment = try CommandRun(["env"])
        #expect(environment.output.contains(#/precision auto: (bf16|f32), because processors of class /#))
    }
}
