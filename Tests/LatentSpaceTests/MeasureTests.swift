import Foundation
import SynFiles
import SynImages
import SynLatentSpace
import SynPortraits
import SynReports
import SynStatistics
import SynTensors
import TestSupport
import Testing

/// What NumPy, SciPy, scikit-learn, statsmodels and Pillow say of small made sets: Fixtures/space/measures.py.
struct MeasureFixture: Decodable {
    struct Classes: Decodable {
        let classes, templates, width: Int
        let images, texts, vectors: [Double]
        let labels: [Int]
        let top1, top5, mean_per_class: Double
        let wilson, wilson_none: [Double]
    }
    struct Paths: Decodable {
        let a, b: [Double]
        let slerp, linear: [[Double]]
    }
    struct Additive: Decodable {
        let attributes, vectors: [Double]
        let fitted, held_out: Double
    }
    struct Changed: Decodable {
        let picture, change, hash: String
        let amount: Double

        init(from decoder: any Decoder) throws {
            var fields = try decoder.unkeyedContainer()
            picture = try fields.decode(String.self)
            change = try fields.decode(String.self)
            amount = try fields.decode(Double.self)
            hash = try fields.decode(String.self)
        }
    }
    let zero_shot: Classes
    let paths: Paths
    let additivity: Additive
    let pixels: [UInt8]
    let changed: [Changed]

    static func read() throws -> MeasureFixture {
        try JSONDecoder().decode(MeasureFixture.self, from: Data(contentsOf: Fixture.url("space/measures.json")))
    }
}

@Suite("Zero-shot classes")
struct ClassifyTests {
    @Test("top-1, top-5, mean per class as scikit-learn; intervals as statsmodels")
    func reference() throws {
        let told = try MeasureFixture.read().zero_shot
        func rows(_ values: [Double]) -> DoubleMatrix {
            DoubleMatrix(values, rows: values.count / told.width, columns: told.width)
        }
        let classes = try ZeroShot.classVectors(rows(told.texts), templates: told.templates, source: "made")
        #expect(zip(classes.values, told.vectors).allSatisfy { abs($0 - $1) < 1e-14 })
        let found = ZeroShot(images: rows(told.images), classes: classes, labels: told.labels)
        let record = found.record("made", templates: [], seed: 1)
        #expect(abs(record.top1.value - told.top1) < 1e-15 && abs((record.top5?.value ?? 0) - told.top5) < 1e-15)
        #expect(abs(record.meanPerClass - told.mean_per_class) < 1e-14)
        #expect(abs(record.top1.interval.lower - told.wilson[0]) < 1e-9)
        #expect(abs(record.top1.interval.upper - told.wilson[1]) < 1e-9)
        let none = Proportion(0, of: 9).interval
        #expect(abs(none.lower - told.wilson_none[0]) < 1e-9 && abs(none.upper - told.wilson_none[1]) < 1e-9)
        #expect(record.meanPerClassInterval.contains(record.meanPerClass))
    }

    @Test("pictures that have nothing to do with their classes are right as often as guesses")
    func chance() throws {
        var stream = RandomStream(seed: 5, purpose: "chance")
        let (n, d, k) = (3_000, 16, 5)
        func rows(_ count: Int) -> DoubleMatrix {
            DoubleMatrix((0..<count * d).map { _ in Double(stream.normal()) }, rows: count, columns: d)
        }
        let labels = (0..<n).map { $0 % k }
        let found = ZeroShot(images: rows(n), classes: rows(k), labels: labels)
        // Four standard errors of a guess.
        #expect(abs(Proportion(found.hits(1)).value - 0.2) < 4 * (0.2 * 0.8 / Double(n)).squareRoot())
        #expect(found.meanRecall(seed: 1).interval.contains(0.2))
    }

    @Test("tasks of the portraits: one class each, and what belongs to none is left out")
    func tasks() throws {
        let known = try KnownPictures(portraits: 200)
        for task in ClassTask.Portraits.allCases {
            let made = try task.task(known)
            #expect(made.places.count == made.labels.count && made.labels.allSatisfy { $0 < made.classes.count })
            #expect(made.templates.allSatisfy { $0.contains("{}") })
        }
        #expect(try ClassTask.Portraits.sex.task(known).places.count == 200)
        let hair = try ClassTask.Portraits.hair.task(known)
        let dark = try known.truth(of: "black hair")
        #expect(zip(hair.places, hair.labels).allSatisfy { dark[$0] == ($1 == 0) })
        #expect(throws: (any Error).self) { try known.truth(of: "a dog") }
    }
}

@Suite("Changed pictures")
struct PictureChangeTests {
    @Test("turns, blurs and shifts byte for byte as Pillow's")
    func pillow() throws {
        let told = try MeasureFixture.read()
        let wide = Image(width: 31, height: 20, pixels: told.pixels)
        let square = wide.cropped(left: 0, top: 0, width: 20, height: 20)
        #expect(told.changed.count == 58)
        for case_ in told.changed {
            let picture = case_.picture == "wide" ? wide : square
            let change = try #require(PictureChange(rawValue: case_.change))
            var hash = ContentHash()
            hash.add(change.changed(picture, by: case_.amount, step: 0, seed: 0).pixels)
            #expect(hash.hexadecimal == case_.hash, "\(case_.picture): \(case_.change) by \(case_.amount)")
        }
    }

    @Test("steps as Amumo's; noise is none at first, and even in the end")
    func steps() throws {
        let rotate = PictureChange.rotate.amounts(steps: 100, width: 64, height: 48)
        #expect(abs(rotate[1] - 3.6) < 1e-12 && abs(rotate[25] - 90) < 1e-12)
        #expect(abs(PictureChange.blur.amounts(steps: 100, width: 800, height: 48)[7] - 7) < 1e-12)
        let shift = PictureChange.shiftDown.amounts(steps: 100, width: 64, height: 48)
        #expect(shift.first == -48 && shift.last == 48)
        let grey = Image(width: 64, height: 64, color: .init(10, 200, 90))
        #expect(PictureChange.noise.changed(grey, by: 0, step: 0, seed: 1) == grey)
        let noisy = PictureChange.noise.changed(grey, by: 1, step: 99, seed: 1).pixels.map(Double.init)
        let mean = noisy.reduce(0, +) / Double(noisy.count)
        // Uniform over 256 values: deviation 73.9, four standard errors of 12,288 bytes.
        #expect(abs(mean - 127.5) < 4 * 73.9 / Double(noisy.count).squareRoot())
    }

    @Test("summary figures by hand: a picture whose vector turns with it")
    func summary() throws {
        let n = 8
        let angles = (0..<n).map { Double($0) / Double(n) * 2 * .pi }
        let rows = DoubleMatrix(angles.flatMap { [cos($0), sin($0)] }, rows: n, columns: 2)
        let amounts = PictureChange.rotate.amounts(steps: n, width: 4, height: 4)
        let record = AugmentationStudy.record(
            .rotate, amounts: amounts, vectors: rows, text: DoubleMatrix([1, 0], rows: 1, columns: 2))
        // Opposite turns of k and n - k steps: the cosine of twice the angle, k = 4 being its own.
        let opposite = [1, 2, 3, 5, 6, 7].map { cos(2 * angles[$0]) }.reduce(0, +) / 6
        #expect(abs((record.mirrored ?? 9) - opposite) < 1e-14)
        // Quarter turns 0, -1, 0; the rest ±√½, which sum to 0.
        #expect(abs((record.quarterTurns ?? 9) + 1.0 / 3) < 1e-14)
        #expect(record.settledAt == nil && record.start == 0 && record.toCaption?[4] == -1)
        let still = AugmentationStudy.record(
            .blur, amounts: [0, 1, 2], vectors: DoubleMatrix([1, 0, 0, 1, 0, 1], rows: 3, columns: 2), text: nil)
        #expect(still.settledAt == 1 && still.mirrored == nil)
    }

    @Test("with one caption for all steps the loss from pictures to texts is the logarithm of the batch")
    func loss() throws {
        var stream = RandomStream(seed: 2, purpose: "steps")
        let images = DoubleMatrix((0..<100 * 6).map { _ in Double(stream.normal()) }, rows: 100, columns: 6)
        let texts = DoubleMatrix((0..<100).flatMap { _ in [0.3, 1, 0, -2, 0.5, 1] }, rows: 100, columns: 6)
        let pairs = try PairedVectors(images: images, texts: texts, source: "made")
        #expect(abs((ContrastiveLoss(pairs, scale: 100).asPublished ?? 0) - log(50)) < 1e-12)
    }
}

@Suite("Ways and sums")
struct ArithmeticTests {
    @Test("both ways as SciPy and NumPy; the ends are the ends")
    func ways() throws {
        let told = try MeasureFixture.read().paths
        for (step, t) in (0..<7).map({ ($0, Double($0) / 6) }) {
            for (method, points) in [(Interpolation.slerp, told.slerp), (.linear, told.linear)] {
                let point = try method.point(told.a, told.b, at: t)
                #expect(zip(point, points[step]).allSatisfy { abs($0 - $1) < 1e-12 })
            }
        }
        #expect(throws: (any Error).self) { try Interpolation.linear.point([1, 0], [-1, 0], at: 0.5) }
    }

    @Test("what the nearest show, by hand; at random they show what all show")
    func nearest() throws {
        let images = DoubleMatrix([1, 0, 0.8, 0.6, 0, 1, -1, 0], rows: 4, columns: 2)
        let study = InterpolationStudy(
            images: images, isA: [true, true, false, false], isB: [false, true, true, false], nearest: 2)
        let path = try study.path(.slerp, from: [1, 0], to: [0, 1], steps: 2)
        #expect(path.steps[0].shares == .init(onlyA: 0.5, onlyB: 0, both: 0.5, neither: 0))
        #expect(path.steps[1].shares == .init(onlyA: 0, onlyB: 0.5, both: 0.5, neither: 0))
        #expect(path.largestReplaced == 0.5 && abs(path.largestAngle - 90) < 1e-12)
        var stream = RandomStream(seed: 3, purpose: "chance")
        let rows = DoubleMatrix((0..<2_000 * 8).map { _ in Double(stream.normal()) }, rows: 2_000, columns: 8)
        let isA = (0..<2_000).map { $0 % 4 == 0 }
        let random = InterpolationStudy(
            images: rows, isA: isA, isB: isA.map { !$0 }, nearest: 500)
        let shares = try random.path(.linear, from: Array(rows.values[..<8]), to: Array(rows.values[8..<16]), steps: 3)
        for step in shares.steps { #expect(abs(step.shares.onlyA - 0.25) < 4 * (0.25 * 0.75 / 500).squareRoot()) }
    }

    @Test("a world in which every attribute is a direction: sums find the counterpart, random directions do not")
    func additiveWorld() throws {
        var stream = RandomStream(seed: 4, purpose: "directions")
        let drawn = PortraitAttribute.allCases
        let (n, d) = (300, 60)
        let directions = drawn.map { _ in (0..<d).map { _ in Double(stream.normal()) } }
        var attributes = (0..<n).map { _ in
            PortraitAttributes(drawn.filter { _ in stream.uniform() < 0.3 })
        }
        attributes[0][.eyeglasses] = false
        func vector(_ one: PortraitAttributes) -> [Double] {
            (0..<d).map { j in 3 + drawn.indices.reduce(0) { $0 + (one[drawn[$1]] ? directions[$1][j] : 0) } }
        }
        let starts = attributes.indices.filter { !attributes[$0][.eyeglasses] }.prefix(60)
        let others = starts.map { place -> [Double] in
            var one = attributes[place]
            one[.eyeglasses] = true
            return vector(one)
        }
        func unit(_ rows: [[Double]]) -> DoubleMatrix {
            let values = rows.flatMap { row -> [Double] in
                let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return row.map { $0 / length }
            }
            return DoubleMatrix(values, rows: rows.count, columns: d)
        }
        let glasses = directions[PortraitAttribute.eyeglasses.rawValue].map { $0 / 30 }
        let sum = Arithmetic(
            images: unit(attributes.map(vector)), attributes: attributes, starts: Array(starts),
            counterparts: unit(others), plus: glasses, minus: glasses.map { _ in 0 })
        let figures = try sum.figures(.eyeglasses, seed: 1)
        let by = Dictionary(uniqueKeysWithValues: figures.map { ($0.query, $0) })
        let found = try #require(by[Arithmetic.Query.sum.rawValue])
        let alone = try #require(by[Arithmetic.Query.start.rawValue])
        let random = try #require(by[Arithmetic.Query.random.rawValue])
        print("R@1 \(found.r1), alone \(alone.r1); changed \(found.changed), \(alone.changed), \(random.changed)")
        #expect(found.r1 > 0.9 && found.changed > alone.changed && (found.interval?.lower ?? -1) > 0)
        #expect(alone.changedMoreThanAlone == 0 && alone.interval == nil)
        // A random direction changes the attribute no more often than the picture alone does.
        #expect(random.interval.map { $0.contains(0) } ?? true)
    }

    @Test("the share that is a sum as scikit-learn's least squares, with a column twice; by chance none")
    func additivity() throws {
        let told = try MeasureFixture.read().additivity
        let design = DoubleMatrix(told.attributes, rows: 60, columns: 8)
        let vectors = DoubleMatrix(told.vectors, rows: 60, columns: 5)
        let found = try Additivity(vectors, design: design, isHeldOut: (0..<60).map { $0 % 5 == 0 })
        #expect(abs(found.fitted - told.fitted) < 1e-10 && abs(found.heldOut - told.held_out) < 1e-10)
        var stream = RandomStream(seed: 6, purpose: "nothing")
        let noise = DoubleMatrix((0..<400 * 5).map { _ in Double(stream.normal()) }, rows: 400, columns: 5)
        let marks = DoubleMatrix((0..<400 * 8).map { _ in Double(stream.below(2)) }, rows: 400, columns: 8)
        let none = try Additivity(noise, design: marks, isHeldOut: (0..<400).map { $0 % 5 == 0 })
        #expect(none.heldOut < 0.03 && none.fitted < 0.1)
    }

    @Test("held-out combinations stand on one side only")
    func heldOut() throws {
        let portraits = (0..<300).map { PortraitWorld().portrait(at: $0).attributes }
        let out = Additivity.heldOut(portraits, seed: 1)
        let (inside, outside) = (
            zip(portraits, out).filter { !$1 }.map(\.0), zip(portraits, out).filter { $1 }.map(\.0)
        )
        #expect(Set(inside).isDisjoint(with: outside) && outside.count > 30 && inside.count > 200)
    }
}
