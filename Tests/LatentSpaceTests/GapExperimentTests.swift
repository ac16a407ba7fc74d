import Foundation
import SynLatentSpace
import SynPortraits
import SynReports
import SynRuns
import SynTensors
import TestSupport
import Testing

@Suite("Experiments on the gap")
struct GapExperimentTests {
    @Test("layers of ReLU make a cone, as told by the recursion; without ReLU none")
    func cone() {
        let told = [0.319, 0.496, 0.609, 0.688, 0.748, 0.797, 0.841, 0.882, 0.920, 0.950]
        let expected = ConeExperiment().expected
        for (ours, theirs) in zip(expected, told) { #expect(abs(ours - theirs) < 5.1e-4) }
        // A cone of narrow layers still follows the curve for its width within the noise of its weights.
        let small = ConeExperiment(width: 128, inputs: 256, depth: 4, seed: 3)
        for (found, told) in zip(small.cosines(rectified: true), small.expected) { #expect(abs(found - told) < 0.06) }
        #expect(small.cosines(rectified: false).allSatisfy { abs($0) < 0.12 })
    }

    @Test("the sphere's least tilts are the published ones, and 0 where nothing is wrong")
    func sphere() throws {
        let record = try SphereExperiment().record()
        #expect(record.passes, "\(record.rows)")
        #expect(record.rows.map { $0.values[1] } == [77.5, 65, 52.5, 0, 0])
        #expect(record.rows.allSatisfy { $0.values[0] == 0 })
    }

    @Test(
        "the least loss along the gap by scale, and what closing does to searches",
        .enabled(if: Amumo.isHere, Comment(rawValue: Fixture.absent)))
    func pairs() throws {
        let experiments = PairExperiments(try Amumo.pairs(Amumo.sets[0], "CLIP"))
        let minimum = try experiments.minimum()
        #expect(minimum.passes && minimum.rows.map { $0.values[0] } == [0, 0.25, 0.25, 0.5, 0.75, 0.75])
        let closing = try experiments.closing()
        for row in closing.rows {
            for (found, told) in zip(row.values.dropFirst(), row.published.dropFirst()) { #expect(found == told) }
        }
    }

    @Test("batches are compared by CLIP's loss and by SigLIP's, from the same towers and pairs", .oneThreadCount)
    func batches() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let place = folder.appending(path: "work")
        var told: [Int] = []
        let record = try trainings(in: place).batches([4, 8]) { done, total in
            #expect(total == 2 * (2 * 12 + 2 * 2 * 64))
            told.append(done)
        }
        #expect(record.rows.map(\.label) == ["clip, 4", "clip, 8", "siglip, 4", "siglip, 8"])
        #expect(told == told.sorted() && told.last == 2 * (2 * 12 + 2 * 2 * 64))
        let distances = record.rows.map { $0.values[0] ?? .nan }
        #expect(distances.allSatisfy { $0 > 0 && $0 < 2 } && Set(distances).count == 4, "\(distances)")
        #expect(!FileManager.default.fileExists(atPath: place.path), "what is done leaves no states behind")
        // Company changes nothing, though they share what is drawn.
        let alone = try trainings(in: place).batches([8]) { _, _ in }
        #expect(alone.rows == [record.rows[1], record.rows[3]])
    }

    @Test("an experiment that was stopped goes on and finds the same", .oneThreadCount)
    func stopped() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let undisturbed = try trainings(in: folder.appending(path: "one")).temperature { _, _ in }
        let place = folder.appending(path: "two")
        let interruption = Interruption()
        #expect(throws: Interrupted.self) {
            try trainings(in: place, interruption).temperature { done, _ in
                if done == 7 * TrainingExperiments.batch { interruption.request() }
            }
        }
        var first: Int?
        let again = try trainings(in: place).temperature { done, _ in first = first ?? done }
        #expect(again == undisturbed)
        #expect((first ?? 0) >= 7 * TrainingExperiments.batch, "it went on where it stood")
    }

    private func trainings(in folder: URL, _ interruption: Interruption = Interruption()) throws -> TrainingExperiments
    {
        try TrainingExperiments(
            TwoTowers(folder: Fixture.package.appending(path: "Weights/clip-mini")),
            PicturesWithCaptions(portraits: 12), steps: 2, folder: folder, interruption: interruption)
    }

    @Test("the mean cosine of rows is that of all pairs")
    func meanCosine() {
        let rows = DoubleMatrix([2, 0, 0, 3, 1, 1], rows: 3, columns: 2)
        #expect(abs(rows.meanCosine - (0 + 2 * 0.5.squareRoot()) / 3) < 1e-15)
    }
}

@Suite("Scenes of two objects")
struct CompositionTests {
    @Test("scenes: two that differ, held-out objects on one side only, images of one layout alike elsewhere")
    func scenes() {
        let world = ShapesWorld()
        var (seen, colours) = (Set<ShapeScene>(), Set<ShapeColour>())
        for index in 0..<300 {
            for split in [ShapesWorld.Split.training, .validation, .heldOut] {
                let scene = world.scene(at: index, in: split)
                #expect(scene.first.colour != scene.second.colour && scene.first.form != scene.second.form)
                #expect(scene.isHeldOut == (split == .heldOut))
                #expect(scene == world.scene(at: index, in: split))
                if split == .training {
                    seen.insert(scene)
                    colours.insert(scene.first.colour)
                }
            }
        }
        #expect(seen.count > 290 && colours.count == 8)
        let kinds = ShapeColour.allCases.flatMap { colour in
            ShapeForm.allCases.map { ShapeObject(colour, $0, isLarge: true) }
        }
        #expect(kinds.count { $0.isHeldOut } == 6)
        let scene = world.scene(at: 3, in: .training)
        #expect(scene.turned.image() == scene.image() && scene.turned.turned == scene)
        var other = scene
        other.first.colour = scene.first.colour == .red ? .green : .red
        #expect(other.image() != scene.image())
    }

    @Test("each caption is true of its own scene alone; swaps keep all words")
    func contrasts() {
        let world = ShapesWorld()
        for index in 0..<200 {
            let scene = world.scene(at: index, in: .validation)
            for kind in ShapeContrast.Kind.allCases {
                let made = ShapeContrast(kind, of: scene)
                #expect(made.captions.0 != made.captions.1 && made.scenes.0 != made.scenes.1)
                let keeps = [ShapeContrast.Kind.swapColours, .swapObjects, .addSize].contains(kind)
                #expect(made.hasEqualWords == keeps, "\(kind): \(made.captions)")
                #expect(made.scenes.0.first.colour != made.scenes.0.second.colour)
                #expect(made.scenes.1.first.form != made.scenes.1.second.form)
            }
        }
        let scene = ShapeScene(
            ShapeObject(.red, .circle, isLarge: true), .left, ShapeObject(.blue, .square, isLarge: false), layout: 1)
        #expect(scene.caption(firstSize: true) == "a large red circle left of a blue square")
        #expect(ShapeContrast(.swapColours, of: scene).captions.1 == "a blue circle left of a red square")
        #expect(ShapeContrast(.swapObjects, of: scene).captions.1 == "a blue square left of a red circle")
        #expect(ShapeContrast(.replaceRelation, of: scene).captions.1 == "a red circle right of a blue square")
        #expect(ShapeContrast(.addSize, of: scene).captions.1 == "a red circle left of a large blue square")
    }

    @Test("a judge who sees captions alone is right in exactly half of the cases, whatever it thinks of them")
    func textOnly() {
        let world = ShapesWorld()
        for kind in ShapeContrast.Kind.allCases {
            let captions = (0..<100).flatMap { index -> [String] in
                let made = ShapeContrast(kind, of: world.scene(at: index, in: .validation))
                return [made.captions.0, made.captions.1]
            }
            let length = captions.map { Double($0.count) }
            let spelled = captions.map { Double($0.utf8.reduce(0) { $0 &* 31 &+ Int($1) } % 1_009) }
            #expect(PairedChoices.textOnly(length) == 0.5 && PairedChoices.textOnly(spelled) == 0.5)
        }
    }

    @Test("Winoground's scores by hand, and by chance a quarter, a quarter, a sixth")
    func winoground() {
        let good = PairedChoices.Cosines(own0: 0.9, own1: 0.8, cross0: 0.1, cross1: 0.2)
        let textAlone = PairedChoices.Cosines(own0: 0.9, own1: 0.3, cross0: 0.4, cross1: 0.2)
        let tied = PairedChoices.Cosines(own0: 0.5, own1: 0.5, cross0: 0.5, cross1: 0.5)
        #expect(good.group && textAlone.text && !textAlone.image && !textAlone.group)
        #expect(!tied.text && !tied.image && tied.rightPictures == 0)
        var stream = RandomStream(seed: 9, purpose: "chance")
        func draw() -> Double { Double(stream.normal()) }
        let n = 60_000
        let random = PairedChoices(
            (0..<n).map { _ in .init(own0: draw(), own1: draw(), cross0: draw(), cross1: draw()) }
        ).record("chance", equalWords: 1, textOnly: 0.5)
        for (found, told) in [(random.text, 0.25), (random.image, 0.25), (random.group, 1.0 / 6)] {
            #expect(abs(found.value - told) < 4 * (told * (1 - told) / Double(n)).squareRoot())
        }
        #expect(random.interval?.contains(0.5) == true || abs(random.accuracy - 0.5) < 0.005)
    }

    @Test("cosines of items, from rows")
    func rows() {
        let images = DoubleMatrix([1, 0, 0, 1], rows: 2, columns: 2)
        let captions = DoubleMatrix([0.6, 0.8, 0.8, 0.6], rows: 2, columns: 2)
        let choices = PairedChoices(images: images, captions: captions)
        #expect(choices.items[0].text == false && choices.items[0].image == false && choices.accuracy.value == 0)
        #expect(PairedChoices(images: images, captions: images).items[0].group)
    }

    @Test("shuffles keep the words and change their order")
    func shuffles() {
        let caption = "a large red circle left of a small blue square"
        for shuffle in WordShuffle.allCases {
            let made = shuffle.shuffled(caption, seed: 1, index: 2)
            #expect(made != caption && made.split(separator: " ").sorted() == caption.split(separator: " ").sorted())
            #expect(made == shuffle.shuffled(caption, seed: 1, index: 2))
        }
        #expect(WordShuffle.words.shuffled("word", seed: 1, index: 0) == "word")
    }
}
