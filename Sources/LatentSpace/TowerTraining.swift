import Foundation
import SynCheckpoints
import SynImages
import SynModels
import SynPortraits
import SynRuns
import SynTensors
import SynTraining

/// Towers of a given form trained from nothing for a few steps, to see what one choice does.
struct TowerTraining {
    /// What one step learns from.
    struct Batch {
        /// As the towers' preparation leaves them.
        let images: [Image]
        let captions: [String]
        /// Captions that are true of none of the pictures: as many as there are captions, or none (NegCLIP).
        var negatives: [String] = []
    }

    /// What is trained, with its weights as they are at the time.
    let towers: TwoTowers
    private let clip: CLIP
    private let parameters: [TrainedParameter]
    /// What unit vectors of texts are multiplied with, from the right: [d, d]; nil for nothing.
    var turn: DoubleMatrix?
    private let pairing: PairTraining
    private let objective: any PairObjective

    /// - Parameter batch: pairs of a step, which SigLIP's bias begins with.
    init(
        like form: TwoTowers, seed: UInt64, _ pairing: PairTraining = PairTraining(.clip), batch: Int
    ) throws {
        guard let own = form.model as? CLIP, own.configuration.resNet == nil else {
            throw UserError(
                .badData,
                "\(form.name) is no CLIP with a vision transformer, and only such a form is trained here; name another")
        }
        let weights = Weights(fresh: seed)
        clip = try CLIP(weights.scope, pairing.start(own.configuration, batch: batch))
        towers = form.with(clip)
        (self.pairing, objective) = (pairing, pairing.objective.loss)
        parameters = TrainedParameter.all(
            of: weights.parameters.filter { !pairing.isFixed || $0.name != "logit_scale" }, weightDecay: 0.05)
    }

    /// The optimiser before the first step, or where an earlier run of the same command stopped.
    ///
    /// - Parameter name: tells it from the command's other trainings.
    func trainer(_ name: String, steps: Int, learningRate: Float = 1e-3, in folder: TrainingFolder) throws -> Trainer {
        let schedule = CosineSchedule(
            base: learningRate, warmup: max(1, steps / 10), total: steps, floor: learningRate * 0.02)
        return try Trainer(
            parameters, TrainingPlan(steps: steps, schedule: .cosine(schedule), betas: (0.9, 0.98), gradientNorm: 1),
            key: "\(folder.key), \(name)", folder: folder.states.appending(path: name), remark: folder.remark)
    }

    func step(_ trainer: Trainer, on batch: Batch) throws {
        do { try trainer.step { try loss(batch) } } catch let fault as LossNotFinite {
            throw UserError(.failed, "the loss became \(fault.value) at step \(fault.step); try fewer steps")
        }
        pairing.hold(clip)
    }

    /// The objective's loss; with negatives CLIP's, in which every picture chooses among all captions, and the true
    /// captions among the pictures (Yuksekgonul et al. 2023, section 4).
    private func loss(_ batch: Batch) throws -> Tensor {
        let ids = (batch.captions + batch.negatives).map { towers.reader.encoding($0).ids }
        var texts = try clip.embed(ids: ids).l2Normalised()   // [b or 2b, d]
        if let turn { texts = texts.matmul(Tensor(turn.values.map(Float.init), shape: [turn.rows, turn.columns])) }
        let pairs = pairing.pairs(images: try towers.images.embed(prepared: batch.images), captions: texts, of: clip)
        guard !batch.negatives.isEmpty else { return objective.loss(pairs) }
        let scores = pairs.images.matmul(pairs.captions, transposeRight: true) * pairs.logScale.exp()   // [b, 2b]
        let count = batch.images.count
        let own = Tensor((0..<count).map(Int32.init), shape: [count])
        let columns = scores.transposed(axes: [1, 0]).slice(axis: 0, from: 0, to: count)   // [b, b]
        return (scores.crossEntropy(own) + columns.crossEntropy(own)) * 0.5
    }

    /// Unit vectors of pairs by the towers as they are, texts turned.
    func pairs(_ data: PicturesWithCaptions) throws -> PairedVectors {
        let texts = try towers.texts(data.captions)
        return try PairedVectors(
            images: towers.pictures(data.count) { try data.picture($0) }, texts: turn.map { texts.times($0) } ?? texts,
            source: "towers of \(towers.name)'s form")
    }
}

extension TowerTraining.Batch {
    /// Scenes of training's combinations; with negatives each caption's own with its colours exchanged.
    static func scenes(
        step: Int, batch: Int, negatives: Bool, world: ShapesWorld = ShapesWorld(), for towers: TwoTowers
    ) throws -> Self {
        let places = step * batch..<(step + 1) * batch
        let scenes = places.map { world.scene(at: $0, in: .training) }
        func caption(_ scene: ShapeScene, _ place: Int) -> String { world.caption(of: scene, choosing: place) }
        return .init(
            images: try parallelMap(scenes.count) {
                try towers.images.prepared(scenes[$0].image(size: towers.model.imageSize))
            },
            captions: zip(scenes, places).map(caption),
            negatives: negatives
                ? zip(scenes, places).map { scene, place in
                    var other = scene
                    // Colours or whole objects, by turns.
                    if place % 2 == 0 {
                        swap(&other.first.colour, &other.second.colour)
                    } else {
                        swap(&other.first, &other.second)
                    }
                    return caption(other, place)
                } : [])
    }
}
