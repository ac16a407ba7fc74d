import Foundation
import SynCheckpoints
import SynLatentSpace
import SynReports
import SynRuns
import SynTensors
import TestSupport
import Testing

@Suite("The gap on the article's own matrices", .enabled(if: Amumo.isHere, Comment(rawValue: Fixture.absent)))
struct GapOnRealMatrices {
    /// Both directions, as trained and closed: Fixtures/space/losses.py, from the same matrices.
    static let losses: [String: (trained: Double, closed: Double)] = [
        "MSCOCO-Val_size-100/CLIP": (0.362939226315, 1.150178888566),
        "MSCOCO-Val_size-100/CyCLIP": (0.901537199543, 1.017912263801),
        "MSCOCO-Val_size-100/CLOOB": (0.902177429213, 0.855394168002),
        "MSCOCO-Val_size-100/CLOOB_LAION400M": (0.497515163012, 0.491501135360),
        "DiffusionDB_size-100/CLIP": (0.530513753856, 0.904783717770),
        "DiffusionDB_size-100/CyCLIP": (2.359987021380, 2.648545566036),
        "DiffusionDB_size-100/CLOOB": (1.769152232990, 1.759488258395),
        "DiffusionDB_size-100/CLOOB_LAION400M": (0.441607757744, 0.442419333089),
    ]

    @Test("distance, closing and both losses", arguments: Amumo.sets, Amumo.models)
    func published(_ set: String, _ model: String) throws {
        let published = try Amumo.published()
        let pairs = try Amumo.pairs(set, model)
        let gap = ModalityGap(pairs)
        let closed = try gap.closed()
        let scale = Amumo.scale(model)
        for (name, now, told) in [
            (model, pairs, published["\(set)/\(model)"]), ("closed", closed, published["\(set)/\(model)_nogap"]),
        ] {
            let told = try #require(told)
            let loss = ContrastiveLoss(now, scale: scale)
            print(
                "\(set) \(name): distance off by \(ModalityGap(now).distance - told.distance), loss by",
                (loss.asPublished ?? 0) - told.loss)
            #expect(abs(ModalityGap(now).distance - told.distance) < 1e-12)
            #expect(abs((loss.asPublished ?? 0) - told.loss) < 1e-6)
        }
        let expected = try #require(Self.losses["\(set)/\(model)"])
        #expect(abs(ContrastiveLoss(pairs, scale: scale).mean - expected.trained) < 1e-9)
        #expect(abs(ContrastiveLoss(closed, scale: scale).mean - expected.closed) < 1e-9)
    }

    @Test("the closed matrix is the published one", arguments: Amumo.models)
    func closedMatrix(_ model: String) throws {
        let closed = try ModalityGap(Amumo.pairs(Amumo.sets[0], model)).closed().stacked
        let ours = closed.times(closed, .transposed)
        let theirs = try Amumo.matrix(Amumo.sets[0], model + "_nogap").values
        let error = zip(ours.values, theirs.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
        print("\(model), closed: largest difference of cosines \(error)")
        // To 1e-12; and the file's twelve digits are off by half a unit themselves.
        #expect(error < 1e-12 + 5e-13)
    }

    @Test("searches as trained, closed, centred, and among both modalities")
    func searches() throws {
        // R@1 image to text, text to image, R@10 among both; each as trained, closed, centred.
        let told: [String: [[Double]]] = [
            "CLIP": [[0.82, 0.61, 0.76], [0.75, 0.68, 0.78], [0.005, 0.725, 0.87]],
            "CyCLIP": [[0.66, 0.65, 0.65], [0.67, 0.64, 0.68], [0, 0.92, 0.91]],
            "CLOOB": [[0.70, 0.74, 0.70], [0.65, 0.66, 0.66], [0.82, 0.895, 0.90]],
        ]
        for (model, figures) in told {
            let record = try GapStudy(Amumo.pairs(Amumo.sets[0], model), scale: Amumo.scale(model)).record()
            let (r, m) = (record.retrieval, record.mixed)
            let ours = [
                [r.asTrained, r.closed, r.centred].map(\.imageToText.r1),
                [r.asTrained, r.closed, r.centred].map(\.textToImage.r1),
                [m.asTrained, m.closed, m.centred].map(\.r10),
            ]
            #expect(ours == figures, "\(model): \(ours)")
            if model == "CLIP" { #expect(abs(record.asTrained.rmsInModalDifference - 0.1817) < 5e-5) }
            if model == "CyCLIP" { #expect(abs(record.asTrained.rmsInModalDifference - 0.0361) < 5e-5) }
        }
    }

    @Test("the least loss along the gap by scale (experiment 5)")
    func minimum() throws {
        let pairs = try Amumo.pairs(Amumo.sets[0], "CLIP")
        let found = try [100.0, 50, 30, 20, 10, 1].map { scale in
            let record = try GapStudy(pairs, scale: scale).record()
            return record.landscape.min { $0.loss < $1.loss }?.lambda
        }
        #expect(found == [0, 0.25, 0.25, 0.5, 0.75, 0.75])
    }

    @Test("λ = |g| is the closed state; the published landscape's distances")
    func landscape() throws {
        let gap = ModalityGap(try Amumo.pairs(Amumo.sets[0], "CLIP"))
        let (shifted, closed) = (try gap.shifted(by: gap.distance), try gap.closed())
        #expect(zip(shifted.images.values, closed.images.values).allSatisfy { abs($0 - $1) < 1e-14 })
        let record = try GapStudy(gap.pairs).record()
        #expect(record.landscape.count == 40 && record.landscape[20].lambda == 0)
        #expect(record.landscape[0].distance > 1.8 && (record.landscape.last?.distance ?? 0) < -1.5)
        #expect(abs(record.landscape[20].distance - record.asTrained.distance) < 1e-14)
        for step in record.landscape { #expect(step.bestLoss <= step.loss + 1e-9) }
    }

    @Test("the CLOOB ablation's distances")
    func ablation() throws {
        let set = "MSCOCO-Val_size-100_CLOOB_ablation"
        let text = try String(contentsOf: Amumo.url("\(set)/gap_and_loss.tsv"), encoding: .utf8)
        let lines = text.split(separator: "\n").dropFirst()
        #expect(lines.count == 8)
        for line in lines {
            let fields = line.split(separator: "\t").map(String.init)
            let distance = ModalityGap(try Amumo.pairs(set, fields[0])).distance
            #expect(abs(distance - (try #require(Double(fields[1])))) < 2e-7, "\(fields[0]): \(distance)")
        }
    }
}

@Suite("The gap")
struct GapTests {
    static func random(_ n: Int, _ d: Int, seed: UInt64 = 1) throws -> PairedVectors {
        var stream = RandomStream(seed: seed, purpose: "latent")
        func matrix(_ shift: Double) -> DoubleMatrix {
            DoubleMatrix((0..<n * d).map { _ in Double(stream.normal()) + shift }, rows: n, columns: d)
        }
        return try PairedVectors(images: matrix(0.3), texts: matrix(-0.3), source: "made")
    }

    @Test("vectors and their similarity matrix give the same record")
    func matrixOfVectors() throws {
        let pairs = try Self.random(23, 40)
        let all = pairs.stacked
        let matrix = try SimilarityMatrix(all.times(all, .transposed), source: "made")
        let (a, b) = (try GapStudy(pairs, batch: 10).record(), try GapStudy(matrix.pairs(), batch: 10).record())
        #expect(a.retrieval == b.retrieval && a.mixed == b.mixed)
        #expect(abs(a.asTrained.distance - b.asTrained.distance) < 1e-12)
        #expect(abs(a.closed.loss - b.closed.loss) < 1e-10 && abs(a.centred.loss - b.centred.loss) < 1e-10)
    }

    @Test("the loss by hand: two pairs at right angles; a rest below a batch counts for ours alone")
    func byHand() throws {
        let axes = DoubleMatrix([1, 0, 0, 1], rows: 2, columns: 2)
        let pairs = try PairedVectors(images: axes, texts: axes, source: "made")
        let loss = ContrastiveLoss(pairs, scale: 3, batch: 2)
        #expect(abs(loss.imageToText - log(1 + exp(-3.0))) < 1e-15 && loss.asPublished == loss.imageToText)
        #expect(ContrastiveLoss(pairs, scale: 3, batch: 50).asPublished == nil)
        #expect(ModalityGap(pairs).distance == 0 && ModalityGap(pairs).inModalDifference == 0)
        let record = try GapStudy(pairs).record()
        #expect(record.landscape.allSatisfy { $0.distance == 0 } && record.retrieval.asTrained.imageToText.r1 == 1)
    }

    @Test("a record survives JSON, with null for a loss that was not published")
    func json() throws {
        let record = try GapStudy(Self.random(5, 4)).record()
        let data = try JSONEncoder().encode(record)
        #expect(try JSONDecoder().decode(GapRecord.self, from: data) == record)
        let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["loss_as_published"] is NSNull)
        #expect(
            Set(object.keys).isSuperset(of: [
                "distance", "loss", "rms_in_modal_difference", "closed", "centred", "landscape", "retrieval", "mixed",
            ]))
    }

    @Test("ties count against: twins are found second")
    func ties() throws {
        let rows = DoubleMatrix([1, 0, 1, 0, 0, 1], rows: 3, columns: 2)
        let pairs = try PairedVectors(images: rows, texts: rows, source: "made")
        #expect(RetrievalRanks.imageToText(pairs).ranks == [2, 2, 1])
        #expect(RetrievalRanks.mixed(pairs).ranks == [3, 3, 1, 3, 3, 1])
        #expect(pairs.remarks.count == 2 && pairs.remarks[0].contains("first: 1 and 2"))
    }

    @Test(
        "many pairs: what is counted in cosines as trained is what moved vectors give",
        arguments: [(61, 90), (150, 20)])
    func states(_ n: Int, _ width: Int) throws {
        let pairs = try Self.random(n, width, seed: 5)
        let (gap, record) = (ModalityGap(pairs), try GapStudy(pairs, scale: 20, batch: 16).record())
        let (closed, centred) = (try gap.closed(), try gap.centred())
        #expect(record.retrieval.closed == GapStudy.bothWays(closed))
        #expect(record.retrieval.centred == GapStudy.bothWays(centred))
        #expect(record.retrieval.asTrained == GapStudy.bothWays(pairs))
        #expect(record.mixed.closed == RetrievalRanks.mixed(closed).record)
        #expect(record.mixed.centred == RetrievalRanks.mixed(centred).record)
        #expect(record.mixed.asTrained.mean > 1 && record.retrieval.closed.imageToText.mean > 1)
        for step in record.landscape {
            let moved = try gap.shifted(by: step.lambda)
            let loss = ContrastiveLoss(moved, scale: 20, batch: 16)
            #expect(
                abs(step.loss - loss.mean) < 1e-11 && abs((step.lossAsPublished ?? 0) - (loss.asPublished ?? 0)) < 1e-11
            )
            #expect(abs(abs(step.distance) - ModalityGap(moved).distance) < 1e-12)
        }
        // Cosines of all items, one by one, whichever way the measure takes.
        for (state, told) in [(pairs, record.asTrained), (closed, record.closed)] {
            let (x, y) = (state.images.times(state.images, .transposed), state.texts.times(state.texts, .transposed))
            let squares = (0..<n).flatMap { i in (0..<n).filter { $0 != i }.map { x[i, $0] - y[i, $0] } }.map {
                $0 * $0
            }
            #expect(abs(told.rmsInModalDifference - (squares.reduce(0, +) / Double(n * n - n)).squareRoot()) < 1e-12)
        }
    }

    @Test("the best scale: no other of a fine grid has less loss, and the slope's zero is met")
    func bestScale() throws {
        for (n, width) in [(40, 30), (64, 6)] {
            let pairs = try Self.random(n, width, seed: 7)
            let best = ContrastiveLoss.best(pairs, batch: 16)
            let grid = (0...600).map { exp(log(1_000.0) * Double($0) / 600) }
            let least = grid.map { ContrastiveLoss(pairs, scale: $0, batch: 16).mean }.min() ?? 0
            #expect(best.loss <= least + 1e-12 && best.loss > least - 1e-4)
            #expect(abs(best.loss - ContrastiveLoss(pairs, scale: best.scale, batch: 16).mean) < 1e-14)
        }
        let axes = DoubleMatrix([1, 0, 0, 1], rows: 2, columns: 2)   // never wrong: the largest scale
        let apart = try PairedVectors(images: axes, texts: axes, source: "made")
        #expect(ContrastiveLoss.best(apart, batch: 2).scale == 1_000)
        let crossed = DoubleMatrix([0, 1, 1, 0], rows: 2, columns: 2)   // always wrong: the smallest
        #expect(ContrastiveLoss.best(try PairedVectors(images: axes, texts: crossed, source: "made")).scale == 1)
    }

    @Test("short vectors after centring: counted from the vectors themselves")
    func rough() throws {
        var stream = RandomStream(seed: 3, purpose: "cone")
        func cone(_ first: Double) -> DoubleMatrix {   // all nearly the same: after centring lengths of 1e-4
            DoubleMatrix(
                (0..<30).flatMap { _ in [first, 1] + (0..<6).map { _ in 1e-4 * Double(stream.normal()) } }, rows: 30,
                columns: 8)
        }
        let pairs = try PairedVectors(images: cone(1), texts: cone(-1), source: "made")
        let (record, centred) = (try GapStudy(pairs).record(), try ModalityGap(pairs).centred())
        #expect(record.retrieval.centred == GapStudy.bothWays(centred))
        #expect(record.mixed.centred == RetrievalRanks.mixed(centred).record)
    }

    @Test("of more pairs than are asked for, vectors and captions are drawn alike", arguments: ["safetensors", "npz"])
    func drawn(_ ending: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pairs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let rows = (0..<40).map { Float($0) }
        let images = Tensor(rows.flatMap { [cos($0), sin($0)] }, shape: [40, 2])
        let file = folder.appending(path: "v." + ending)
        if ending == "npz" {
            try writeNumPyArchive([("images", images), ("texts", images)], to: file)
        } else {
            try writeSafetensors([("images", images), ("texts", images)], to: file)
        }
        let count = PairedVectors.count(at: file.path)
        #expect(count == 40)
        let captions = (0..<40).map { "caption \($0)" }
        let input = try LatentSpaceInput(vectorsAt: file.path, count: count, captions: captions, most: 7, seed: 1)
        #expect(input.pairs.count == 7 && input.captions?.count == 7)
        for (row, caption) in (input.captions ?? []).enumerated() {
            let number = try #require(Double(caption.dropFirst(8)))
            #expect(abs(input.pairs.images[row, 0] - cos(number)) < 1e-6)
        }
        #expect(throws: UserError.self) {
            try LatentSpaceInput(vectorsAt: file.path, count: count, captions: ["one"], most: 7, seed: 1)
        }
    }
}
