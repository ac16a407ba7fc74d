import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// The latent space as commands: forms that scripts rely on, and refusals.
@Suite("The latent space as commands", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct SpaceCommandTests {
    private func refuse(_ code: Int32, _ piece: String, _ arguments: [String]) throws {
        let run = try CommandRun(["space"] + arguments + ["-q"])
        #expect(run.exitCode == code, "\(arguments): \(run.complaints)")
        #expect(run.complaints.split(separator: "\n").count == 1 && run.output.isEmpty, "\(run.complaints)")
        #expect(run.complaints.contains(piece), "\(run.complaints) does not say: \(piece)")
    }

    /// Texts beside their pictures, in one space.
    private func vectors(
        _ n: Int, _ d: Int = 6, spoil: (inout [Float], inout [Float]) -> Void = { _, _ in }
    ) -> [(
        name: String, tensor: Tensor
    )] {
        var stream = RandomStream(seed: 3, purpose: "space")
        var images = (0..<n * d).map { _ in stream.normal() }
        var texts = images.map { $0 + 0.5 * stream.normal() + 0.4 }
        spoil(&images, &texts)
        return [
            ("images", Tensor(images, shape: [n, d])), ("texts", Tensor(texts, shape: [texts.count / d, d])),
        ]
    }

    @Test("a text encoder alone: its map and groups; what needs pictures is refused")
    func textsAlone() throws {
        let place = try Workplace()
        let captions = try place.captionFile(["a man", "a man smiles", "she has long hair", "long hair", "a hat"])
        let bert = ["--encoder", Fixture.url("text/bert").path, "--captions", captions]
        let map = try CommandRun(["space", "project", "--method", "pca", "-q"] + bert)
        let lines = map.output.split(separator: "\n")
        #expect(lines.first == "item,modality,x,y" && lines.count == 6, "\(map.complaints)")
        #expect(lines.dropFirst().allSatisfy { $0.contains(",text,") })
        let groups = try CommandRun(["space", "cluster", "--clusters", "2", "--json"] + bert)
        #expect(groups.object?["rows"] as? String == "texts", "\(groups.complaints)")
        #expect((groups.object?["order"] as? [Int])?.sorted() == [0, 1, 2, 3, 4])
        #expect((groups.object?["labels"] as? [String])?.count == 2)
        try refuse(64, "needs pictures", ["project", "--method", "pca", "--fit", "both"] + bert)
        try refuse(64, "needs pictures", ["cluster", "--rows", "pairs"] + bert)
        try refuse(64, "give both", ["cluster", "--encoder", "nowhere"])
        try refuse(64, "looks at pictures too", ["gap"] + bert)
        try refuse(64, "exclude each other", ["cluster", "--matrix", "m.csv"] + bert)
        try refuse(66, "nowhere", ["cluster", "--encoder", "nowhere", "--captions", captions])
    }

    @Test("gap, retrieve, cluster, project: the fixed forms, from safetensors, npz and a matrix alike")
    func forms() throws {
        let place = try Workplace()
        let made = vectors(30)
        try writeSafetensors(made, to: place["v.safetensors"])
        try writeNumPyArchive(made, to: place["v.npz"])
        let (a, b) = (made[0].tensor.floats.map(Double.init), made[1].tensor.floats.map(Double.init))
        let rows = (0..<60).map { i -> [Double] in
            let row = Array((i < 30 ? a : b)[(i % 30) * 6..<(i % 30 + 1) * 6])
            let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return row.map { $0 / length }
        }
        let lines = rows.map { x in
            rows.map { y in "\(zip(x, y).reduce(0) { $0 + $1.0 * $1.1 })" }.joined(separator: ",")
        }
        let matrix = try place.file("m.csv", lines.joined(separator: "\n") + "\n")
        var distances: [Double] = []
        for source in [
            ["--vectors", place.path("v.safetensors")], ["--vectors", place.path("v.npz")], ["--matrix", matrix],
        ] {
            let run = try CommandRun(["space", "gap", "--json", "--batch", "10"] + source)
            let record = try #require(run.object, "\(run.complaints)")
            for key in [
                "distance", "loss", "loss_as_published", "rms_in_modal_difference", "closed", "centred", "mixed",
            ] {
                #expect(record[key] != nil, "\(key)")
            }
            #expect((record["landscape"] as? [Any])?.count == 40)
            let retrieval = try #require(record["retrieval"] as? [String: [String: [String: Double]]])
            #expect(retrieval["as_trained"]?["image_to_text"]?["r1"] != nil && retrieval["centred"] != nil)
            distances.append(try #require(record["distance"] as? Double))
        }
        #expect(distances.allSatisfy { abs($0 - distances[0]) < 1e-12 })

        let captions = try place.file("c.txt", (0..<30).map { "a dog number \($0 / 2)" }.joined(separator: "\n") + "\n")
        let found = try CommandRun(["space", "retrieve", "--matrix", matrix, "--captions", captions, "--json"])
        #expect(found.object?["every_true_caption"] != nil && found.object?["truth"] != nil, "\(found.complaints)")
        for rows in ["published", "pairs"] {
            let run = try CommandRun(
                ["space", "cluster", "--matrix", matrix, "--captions", captions, "--rows", rows, "--json"])
            let sizes = try #require(run.object?["sizes"] as? [Int], "\(run.complaints)")
            #expect(sizes.reduce(0, +) == 30 && (run.object?["labels"] as? [String])?.count == sizes.count)
            #expect((run.object?["order"] as? [Int])?.sorted() == Array(0..<30))
        }
        for (method, fit) in [("pca", "both"), ("umap", "images"), ("umap", "joint"), ("tsne", "both")] {
            let run = try CommandRun([
                "space", "project", "--matrix", matrix, "--method", method, "--fit", fit, "--out", place.path("p.csv"),
            ])
            #expect(run.exitCode == 0, "\(run.complaints)")
            let text = String(decoding: try place.bytes("p.csv"), as: UTF8.self)
            #expect(text.hasPrefix("item,modality,x,y\n0,\(fit == "joint" ? "pair" : "image"),"))
            #expect(text.split(separator: "\n").count == (fit == "joint" ? 31 : 61))
        }
        let study = try CommandRun([
            "study", "space", "--matrix", matrix, "--captions", captions, "--out", place.path("s"), "-q",
        ])
        #expect(study.exitCode == 0 && study.output.contains("THE GAP"), "\(study.complaints)")
        #expect(
            try place.names("s") == [
                "pca-both.csv", "space.html", "space.json", "space.md", "tsne-both.csv", "umap-both.csv",
            ])
        let again = try CommandRun(["report", place.path("s"), "-q"])
        #expect(again.exitCode == 0 && again.output == study.output, "\(again.complaints)")
    }

    @Test(
        "a killed study goes on where it stood",
        .enabled(if: Workplace.has("clip-mini"), Comment(rawValue: Workplace.absent)))
    func killed() throws {
        let place = try Workplace()
        let (code, complaints) = try BehaviourTests().shell(
            """
            study="study space --model \(Workplace.weights("clip-mini")) --data portraits --sample 300"
            $synesthesia $study --out whole -q > whole.txt || exit 1
            $synesthesia $study --out cut > log 2>&1 & job=$!
            for ((i = 0; i < 2000; i++)); do compgen -G "cut/parts/*.json" > names && break; sleep 0.02; done
            kill -KILL $job; wait $job && exit 2
            [ -e cut/space.json ] && exit 3
            $synesthesia $study --out cut > cut.txt 2> log || exit 4
            head -n 1 log | grep -qE "^parts: ([3-9]|1[0-4]) of 15 at the start" || { cat log; exit 5; }
            cmp whole.txt cut.txt || exit 6
            diff <(sed '/"date"/d' whole/space.json) <(sed '/"date"/d' cut/space.json) || exit 7
            [ ! -e cut/parts ] || exit 8
            """, folder: place.folder)
        #expect(code == 0, "\(complaints)")
    }

    @Test(
        "a model's two towers on the drawn world",
        .enabled(if: Workplace.has("clip-mini"), Comment(rawValue: Workplace.absent)))
    func towers() throws {
        let run = try CommandRun([
            "space", "retrieve", "--model", Workplace.weights("clip-mini"), "--data", "portraits", "--sample", "48",
            "--json",
        ])
        let own = try #require(run.object?["own"] as? [String: [String: Double]], "\(run.complaints)")
        // By chance one of 48 would come first.
        #expect((own["image_to_text"]?["r10"] ?? 0) > 0.3)
        #expect((run.object?["false_negatives"] as? [Any])?.count == 2)
    }

    @Test("what cannot be is told in a sentence, with its code")
    func refusals() throws {
        let place = try Workplace()
        func file(_ name: String, _ tensors: [(name: String, tensor: Tensor)]) throws -> [String] {
            try writeSafetensors(tensors, to: place[name])
            return ["gap", "--vectors", place.path(name)]
        }
        if Workplace.has("bert-mini") {
            let table = try place.file("t.csv", "image,caption\na.png,a\nb.png,b\n")
            // They begin as pictures do; none is opened before the model.
            for name in ["a.png", "b.png"] { try Data([0x89, 0x50, 0x4E, 0x47]).write(to: place[name]) }
            try refuse(
                65, "has no picture tower", ["gap", "--model", Workplace.weights("bert-mini"), "--data", table])
        }
        try refuse(64, "--queries needs", ["explore", "--vectors", "x.npz", "--queries", "y.txt"])
        try refuse(65, "not pairs", file("a.safetensors", vectors(9) { $1.removeLast(6) }))
        try refuse(65, "holds NaN", file("b.safetensors", vectors(9) { x, _ in x[7] = .nan }))
        try refuse(
            65, "is zero and has no direction",
            file("c.safetensors", vectors(9) { x, _ in for i in 0..<6 { x[i] = 0 } }))
        try refuse(65, "cannot be compared", file("d.safetensors", vectors(1)))
        func matrix(_ text: String) throws -> [String] { ["gap", "--matrix", try place.file("m.csv", text)] }
        try refuse(65, "square", matrix("1,0,0,0\n0,1,0,0\n"))
        try refuse(65, "not symmetric", matrix("1,0,0,0\n0.5,1,0,0\n0,0,1,0\n0,0,0,1\n"))
        try refuse(65, "eigenvalue", matrix("1,2,0,0\n2,1,0,0\n0,0,1,0\n0,0,0,1\n"))
        try refuse(65, "no number", matrix("1,x\nx,1\n"))
        try refuse(66, "does not exist", ["gap", "--matrix", "none.csv"])
        try refuse(64, "nothing to look at", ["gap"])
        try refuse(64, "belong together", ["gap", "--model", "x"])
        let json = try place.file(
            "coco.json",
            #"{"images":[{"id":1,"file_name":"a.jpg"},{"id":2,"file_name":"b.jpg"}],"annotations":"#
                + #"[{"image_id":1,"caption":"a <b>dog</b>"},{"image_id":2,"caption":"a cat"}]}"#)
        try refuse(66, "names 2 pictures that are not in", ["gap", "--model", "x", "--data", json])
        try refuse(
            64, "t-SNE has no place",
            ["project", "--method", "tsne", "--fit", "images"] + file("e.safetensors", vectors(9)).dropFirst())
        try writeSafetensors(vectors(9), to: place["f.safetensors"])
        let few = try place.file("few.txt", "a dog\n")
        try refuse(65, "as many", ["cluster", "--vectors", place.path("f.safetensors"), "--captions", few])
        let many = try CommandRun(
            ["space", "gap"] + file("m.safetensors", vectors(10_003)).dropFirst() + ["--sample", "50"])
        #expect(
            many.exitCode == 0 && many.complaints.contains("of 10003 pairs 50 are drawn with seed 0"),
            "\(many.complaints)")
        let twins = try CommandRun(
            file("g.safetensors", vectors(9) { x, _ in for i in 0..<6 { x[i] = x[i + 6] } }).reduce(["space"]) {
                $0 + [$1]
            })
        #expect(twins.exitCode == 0 && twins.complaints.contains("cannot be told apart"))
    }
}
