import Foundation
import SynRuns

/// A model of the miniature world: what it is made of and how it is trained. `all` is the table of them.
package struct MiniatureModel: Sendable {
    /// Makes the model at its beginning, with its data.
    ///
    /// The folder is for what trainings share: the vocabularies, and the finished VQGAN.
    typealias MakeTask =
        @Sendable (_ recipe: Recipe, _ portraits: PortraitRange, _ work: URL) throws -> any TrainingTask

    /// The same of a model of two towers, for a way to bring pairs together.
    ///
    /// `part`: how many portraits' way back is kept at once; nil for a whole batch.
    typealias MakePairTask =
        @Sendable (
            _ pairing: PairTraining, _ part: Int?, _ recipe: Recipe, _ portraits: PortraitRange, _ work: URL
        ) throws -> any TrainingTask

    /// Its name but for the objective.
    private let stem: String
    /// The recipe behind the committed weights.
    package let recipe: Recipe
    /// Where its portraits are taken from.
    package private(set) var portraits: PortraitRange
    /// What a step keeps of one portrait for the way back, at least: half of what was measured as the growth of the
    /// peak with the batch (vqgan 11.3 MB, clip-judge 3.5, clip-small 2.4, clip-mini 0.32, inception-mini 1.4); where
    /// the vocabulary's training hides it, eight numbers a layer, token and channel for 16 tokens; the decoder's for
    /// its 64.
    package let leastBytesPerPortrait: Double
    /// Whether it is of use alone; the VQGAN is only a step on the way to the decoder.
    package let standsAlone: Bool
    private let makeTask: MakeTask?
    private let makePairTask: MakePairTask?
    /// How its towers learn; nil where it has not two.
    package let pairing: PairTraining?
    /// Portraits whose way back is kept at once; nil for a whole batch.
    package var part: Int?

    private init(
        _ name: String, _ recipe: Recipe, portraitsFrom first: Int, bytesPerPortrait: Double, standsAlone: Bool = true,
        _ makeTask: @escaping MakeTask
    ) {
        (stem, self.recipe, portraits) = (name, recipe, PortraitRange(first: first))
        (leastBytesPerPortrait, self.standsAlone, self.makeTask) = (bytesPerPortrait, standsAlone, makeTask)
        (makePairTask, pairing) = (nil, nil)
    }

    private init(
        _ name: String, _ recipe: Recipe, portraitsFrom first: Int, bytesPerPortrait: Double,
        _ pairing: PairTraining = PairTraining(.clip), towers: @escaping MakePairTask
    ) {
        (stem, self.recipe, portraits) = (name, recipe, PortraitRange(first: first))
        (leastBytesPerPortrait, standsAlone) = (bytesPerPortrait, true)
        (makeTask, makePairTask, self.pairing) = (nil, towers, pairing)
    }

    package var name: String { stem + (pairing?.suffix ?? "") }

    package func task(_ recipe: Recipe, work: URL) throws -> any TrainingTask {
        if let makePairTask, let pairing { return try makePairTask(pairing, part, recipe, portraits, work) }
        guard let makeTask else { throw UserError(.failed, "\(name) says nowhere how it is made") }
        return try makeTask(recipe, portraits, work)
    }

    /// The same towers, portraits and recipe with another way to bring pairs together; nil where it has not two towers.
    package func learning(_ pairing: PairTraining) -> MiniatureModel? {
        guard let makePairTask else { return nil }
        var other = MiniatureModel(
            stem, recipe, portraitsFrom: portraits.first, bytesPerPortrait: leastBytesPerPortrait,
            pairing, towers: makePairTask)
        other.part = part
        return other
    }

    /// Portraits of one lot.
    package static let lot = 10_000_000

    /// The same on other portraits: the `place`-th lot from its own on.
    package func onLot(_ place: Int) -> MiniatureModel {
        var other = self
        other.portraits = PortraitRange(first: portraits.first + place * Self.lot)
        return other
    }

    /// What a saved state must agree with, beside the recipe.
    package var key: String { name + (part.map { ", \($0) portraits at once" } ?? "") }

    /// Where states are kept below what trainings share.
    package func folder(in work: URL) -> URL { work.appending(path: name) }

    /// Where the finished model goes unless somebody says so: among the others, or beside its state where it does not
    /// stand alone.
    package func result(in work: URL) -> URL {
        standsAlone ? URL(filePath: "Weights/\(name)") : folder(in: work).appending(path: "model")
    }
}

extension MiniatureModel {
    package static let all = [
        bertMini, bertMini2, bertMini3, bertSmall, clipMini, clipMini2, clipMini3, clipSmall, clipJudge, clipJudge2,
        vqgan, decoder, inceptionMini, attributeReader, clip,
    ]

    package static let bertMini = bertMini("bert-mini", seed: 11, portraitsFrom: 400_000_000)
    /// The same recipe from other beginnings and other portraits: how much encoders of one recipe differ is half of
    /// what a comparison of styles needs to know.
    package static let bertMini2 = bertMini("bert-mini-2", seed: 13, portraitsFrom: 410_000_000)
    package static let bertMini3 = bertMini("bert-mini-3", seed: 14, portraitsFrom: 420_000_000)

    package static let bertSmall = MiniatureModel(
        "bert-small", Recipe(steps: 2500, batch: 64, learningRate: 7e-4, seed: 12),
        portraitsFrom: 450_000_000, bytesPerPortrait: 16 * 4 * 160 * 8 * 4,
        bert(layers: 4, hidden: 160, heads: 5))

    package static let clipMini = clipMini("clip-mini", seed: 21, portraitsFrom: 500_000_000)
    package static let clipMini2 = clipMini("clip-mini-2", seed: 24, portraitsFrom: 510_000_000)
    package static let clipMini3 = clipMini("clip-mini-3", seed: 25, portraitsFrom: 520_000_000)

    package static let clipSmall = MiniatureModel(
        "clip-small", Recipe(steps: 1500, batch: 96, learningRate: 8e-4, weightDecay: 0.05, seed: 22),
        portraitsFrom: 550_000_000, bytesPerPortrait: 1.2e6,
        towers: clip(text: (3, 128, 4), vision: (4, 128, 4), patch: 8, projection: 96))

    /// Judges pictures and never conditions them.
    package static let clipJudge = MiniatureModel(
        "clip-judge", Recipe(steps: 1500, batch: 128, learningRate: 8e-4, weightDecay: 0.05, seed: 23),
        portraitsFrom: 600_000_000, bytesPerPortrait: 1.7e6,
        towers: clip(text: (3, 144, 6), vision: (5, 144, 6), patch: 8, projection: 128))

    /// A judge of other sizes that cuts captions into other pieces: what both judges say does not hang on one of them.
    package static let clipJudge2 = MiniatureModel(
        "clip-judge-2", Recipe(steps: 1500, batch: 128, learningRate: 1e-3, weightDecay: 0.05, seed: 26),
        portraitsFrom: 650_000_000, bytesPerPortrait: 300e3,
        towers: clip(text: (2, 128, 4), vision: (4, 128, 4), patch: 16, projection: 96, vocabulary: 640))

    /// The decoder's first half, trained first.
    package static let vqgan = MiniatureModel(
        "vqgan", Recipe(steps: 5000, batch: 16, learningRate: 1e-3, weightDecay: 0, seed: 31),
        portraitsFrom: 200_000_000, bytesPerPortrait: 5.6e6, standsAlone: false
    ) { recipe, portraits, _ in
        try VQGANTask(vqganShape, recipe, range: portraits)
    }

    /// The image transformer on the VQGAN's tokens; saved together with it.
    package static let decoder = MiniatureModel(
        "decoder", Recipe(steps: 3500, batch: 32, learningRate: 1.5e-3, weightDecay: 0.05, seed: 32),
        portraitsFrom: 300_000_000, bytesPerPortrait: 64 * 6 * 192 * 8 * 4,
        imageTransformer(layers: 6, heads: 6, width: 192, on: vqgan))

    package static let inceptionMini = MiniatureModel(
        "inception-mini", Recipe(steps: 1000, batch: 48, learningRate: 2e-3, seed: 41),
        portraitsFrom: 700_000_000, bytesPerPortrait: 700e3,
        portraitNetwork(.classes))

    /// Reads attributes off pictures.
    package static let attributeReader = MiniatureModel(
        "attribute-reader", Recipe(steps: 1500, batch: 48, learningRate: 2e-3, seed: 42),
        portraitsFrom: 800_000_000, bytesPerPortrait: 700e3,
        portraitNetwork(.attributes))

    /// The latent-space laboratory's: small enough that the same towers are trained with every objective and several
    /// seeds in an hour. Its recipe is that of them all.
    package static let clip = MiniatureModel(
        "clip", Recipe(steps: 600, batch: 64, learningRate: 1e-3, weightDecay: 0.05, seed: 61),
        portraitsFrom: 900_000_000, bytesPerPortrait: 60e3,
        towers: clip(text: (2, 64, 2), vision: (2, 64, 2), patch: 16, projection: 64))

    /// The same by every objective, as they are named: clip, clip-cyclip, clip-cloob, …
    package static let objectives = PairTraining.Objective.allCases.compactMap { clip.learning(PairTraining($0)) }

    private static func bertMini(_ name: String, seed: UInt64, portraitsFrom first: Int) -> MiniatureModel {
        MiniatureModel(
            name, Recipe(steps: 2500, batch: 64, learningRate: 1e-3, seed: seed),
            portraitsFrom: first, bytesPerPortrait: 16 * 2 * 96 * 8 * 4,
            bert(layers: 2, hidden: 96, heads: 3))
    }

    private static func clipMini(_ name: String, seed: UInt64, portraitsFrom first: Int) -> MiniatureModel {
        MiniatureModel(
            name, Recipe(steps: 1500, batch: 96, learningRate: 1e-3, weightDecay: 0.05, seed: seed),
            portraitsFrom: first, bytesPerPortrait: 160e3,
            towers: clip(text: (2, 96, 3), vision: (3, 96, 3), patch: 16, projection: 64))
    }
}
