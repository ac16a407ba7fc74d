import Foundation
import SynCheckpoints
import SynModels
import SynRuns
import SynTensors
import SynTraining
import TestSupport
import Testing

/// What `Fixtures/training/make_pairs.py` wrote.
private struct PairReference: Decodable {
    struct Objective: Decodable {
        let scale, firstBias: Double
        let loss, logScale, bias: Double
        let images, captions: [[Double]]
        let loss32: Double
        let images32, captions32: [[Double]]
        let curve: [Double]
    }
    let x, y, seen, read, imageTower, captionTower: [[Double]]
    let beta: Double
    let objectives: [String: Objective]

    static func read() throws -> PairReference {
        try JSONDecoder().decode(
            PairReference.self, from: Data(contentsOf: Fixture.url("training/pairs.json")))
    }

    func point(_ objective: Objective) -> PairPoint {
        PairPoint(images: matrix(x), captions: matrix(y), scale: objective.scale, bias: objective.firstBias)
    }
}

private func matrix(_ rows: [[Double]]) -> DoubleMatrix {
    DoubleMatrix(rows.flatMap(\.self), rows: rows.count, columns: rows[0].count)
}

private func tensor(_ rows: [[Double]]) -> Tensor {
    Tensor(rows.flatMap { $0.map { Float($0) } }, shape: [rows.count, rows[0].count])
}

/// Every way to bring pairs together, against PyTorch and against its own differences.
@Suite struct PairObjectiveTests {
    static let all = PairTraining.Objective.allCases

    private func reference(
        _ objective: PairTraining.Objective
    ) throws -> (PairReference, PairReference.Objective) {
        let all = try PairReference.read()
        #expect(all.beta == PairTraining.beta)
        return (all, try #require(all.objectives[objective.rawValue]))
    }

    @Test(arguments: all) func lossAndSlopesAreTorchs(_ objective: PairTraining.Objective) throws {
        let (all, expected) = try reference(objective)
        let found = objective.loss.slopes(at: all.point(expected))
        for (name, a, b, exact) in [
            ("loss", [found.loss], [expected.loss], true), ("loss32", [found.loss], [expected.loss32], false),
            ("images", found.images.values, expected.images.flatMap(\.self), true),
            ("captions", found.captions.values, expected.captions.flatMap(\.self), true),
            ("images32", found.images.values, expected.images32.flatMap(\.self), false),
            ("captions32", found.captions.values, expected.captions32.flatMap(\.self), false),
            ("logScale", [found.logScale], [expected.logScale], true),
            ("bias", [found.bias], [expected.bias], true),
        ] {
            let closeness = Closeness(a, b)
            print("\(objective) \(name): \(closeness)")
            #expect(closeness.within(exact ? 1e-12 : 1e-5), "\(objective) \(name): \(closeness)")
        }
    }

    /// Central differences in double precision, by every element.
    @Test(arguments: all) func slopesAreThoseOfTheLoss(_ objective: PairTraining.Objective) throws {
        let (all, expected) = try reference(objective)
        let (point, loss, step) = (all.point(expected), objective.loss, 1e-6)
        let slopes = loss.slopes(at: point)
        func difference(_ move: (inout PairPoint, Double) -> Void) -> Double {
            let ends = [step, -step].map { step in
                var moved = point
                move(&moved, step)
                return loss.slopes(at: moved).loss
            }
            return (ends[0] - ends[1]) / (2 * step)
        }
        func by(_ path: WritableKeyPath<PairPoint, DoubleMatrix>) -> [Double] {
            point[keyPath: path].values.indices.map { place in
                difference { moved, step in
                    let old = moved[keyPath: path]
                    var values = old.values
                    values[place] += step
                    moved[keyPath: path] = DoubleMatrix(values, rows: old.rows, columns: old.columns)
                }
            }
        }
        for (name, found, expected) in [
            ("images", slopes.images.values, by(\.images)), ("captions", slopes.captions.values, by(\.captions)),
            ("logScale", [slopes.logScale], [difference { $0.scale *= exp($1) }]),
            ("bias", [slopes.bias], [difference { $0.bias += $1 }]),
        ] {
            let closeness = Closeness(found, expected)
            print("\(objective) \(name): \(closeness)")
            #expect(closeness.largestAbsolute < 1e-6 || closeness.within(1e-6), "\(objective) \(name): \(closeness)")
        }
    }

    /// The order of a batch says nothing.
    @Test(arguments: all) func theOrderOfABatchSaysNothing(_ objective: PairTraining.Objective) throws {
        let (all, expected) = try reference(objective)
        let order = [3, 6, 0, 8, 1, 5, 2, 7, 4]
        let point = all.point(expected)
        let moved = PairPoint(
            images: matrix(order.map { all.x[$0] }), captions: matrix(order.map { all.y[$0] }), scale: point.scale,
            bias: point.bias)
        let (one, other) = (objective.loss.slopes(at: point), objective.loss.slopes(at: moved))
        #expect(abs(one.loss - other.loss) < 1e-12)
        for path in [\PairSlopes.images, \PairSlopes.captions] {
            let (a, b) = (one[keyPath: path], other[keyPath: path])
            let turned = order.flatMap { row in (0..<a.columns).map { a[row, $0] } }
            #expect(Closeness(b.values, turned).within(1e-12))
        }
    }

    /// Ten steps of two linear towers, the batch in one piece and in parts with cached vectors.
    @Test(arguments: all, [9, 4, 1])
    func tenStepsAreTorchs(_ objective: PairTraining.Objective, part: Int) throws {
        let (all, expected) = try reference(objective)
        let (seen, read) = (tensor(all.seen), tensor(all.read))
        let towers = (tensor(all.imageTower).asParameter(), tensor(all.captionTower).asParameter())
        let learns = objective.publishedScale == .learned
        let logScale = Tensor(Float(log(expected.scale)))
        let scale = learns ? logScale.asParameter() : logScale
        let bias = objective == .siglip ? Tensor(Float(expected.firstBias)).asParameter() : nil
        let numbers = (learns ? [("scale", scale)] : []) + (bias.map { [("bias", $0)] } ?? [])
        let trainer = try Trainer(
            TrainedParameter.all(of: [("images", towers.0), ("captions", towers.1)] + numbers, weightDecay: 0.1),
            TrainingPlan(
                steps: 10, schedule: .cosine(CosineSchedule(base: 0.05, warmup: 3, total: 10, floor: 0.001)),
                betas: (0.9, 0.98), gradientNorm: 1), key: "a", folder: try Fixture.temporaryFolder())
        func vectors(_ rows: Range<Int>) -> PairedVectors {
            func tower(_ all: Tensor, _ weight: Tensor) -> Tensor { all.rows(at: Array(rows)).linear(weight) }
            return PairedVectors(
                images: tower(seen, towers.0), captions: tower(read, towers.1), logScale: scale, bias: bias)
        }
        var losses: [Double] = []
        while !trainer.isFinished {
            let portions = try TrainingPortion.portions(
                of: 9, part: part, objective.loss, vectors: vectors, notes: { _ in [] })
            let step = try trainer.step(over: portions.map { ($0, $0.share) }) { try $0.loss().loss }
            losses.append(step.loss)
            if learns, let held = objective.held(logScale: scale.item) { scale.detached.assign(Tensor(held)) }
        }
        let closeness = Closeness(losses, expected.curve)
        print("\(objective) in parts of \(part): \(closeness)")
        #expect(closeness.within(1e-5), "\(objective): \(losses) \(closeness)")
    }
}
