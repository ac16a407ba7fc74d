import SynPortraits
import SynReports
import SynRuns
import SynStatistics
import SynTensors

/// Whether a model minds which word belongs to which thing, on scenes of two objects.
package struct CompositionStudy: Sendable {
    private let towers: TwoTowers
    private let world: ShapesWorld
    private let items: Int
    private let seed: UInt64

    package init(_ towers: TwoTowers, items: Int = 200, seed: UInt64 = 0, world: ShapesWorld = ShapesWorld()) {
        (self.towers, self.items, self.seed, self.world) = (towers, items, seed, world)
    }

    /// - Parameter progress: told how many of all parts are done.
    package func record(
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws
        -> CompositionRecord
    {
        let splits: [(String, ShapesWorld.Split)] = [
            ("training's combinations", .validation), ("held-out combinations", .heldOut),
        ]
        let total = splits.count * (ShapeContrast.Kind.allCases.count + 1)
        var (done, parts) = (0, [CompositionRecord.Part]())
        for (name, split) in splits {
            let scenes = (0..<items).map { world.scene(at: $0, in: split) }
            var choices: [CompositionRecord.Choice] = []
            for kind in ShapeContrast.Kind.allCases {
                choices.append(try choice(kind, scenes))
                done += 1
                try progress(done, total)
            }
            parts.append(.init(combinations: name, choices: choices, orders: try orders(scenes)))
            done += 1
            try progress(done, total)
        }
        return CompositionRecord(source: towers.name, items: items, parts: parts)
    }

    private func choice(_ kind: ShapeContrast.Kind, _ scenes: [ShapeScene]) throws -> CompositionRecord.Choice {
        let contrasts = scenes.map { ShapeContrast(kind, of: $0) }
        let drawn = contrasts.flatMap { [$0.scenes.0, $0.scenes.1] }
        let size = towers.model.imageSize
        let images = try towers.pictures(drawn.count) { drawn[$0].image(size: size) }
        let captions = try towers.texts(contrasts.flatMap { [$0.captions.0, $0.captions.1] })
        // The model's own view of a caption where no picture is seen: its cosine with the mean picture.
        let blind = captions.times(DoubleMatrix(images.meanRow, rows: 1, columns: images.columns), .transposed).values
        return PairedChoices(images: images, captions: captions).record(
            kind.rawValue,
            equalWords: Double(contrasts.count { $0.hasEqualWords }) / Double(contrasts.count),
            textOnly: PairedChoices.textOnly(blind))
    }

    private func orders(_ scenes: [ShapeScene]) throws -> [CompositionRecord.Order] {
        let size = towers.model.imageSize
        let images = try towers.pictures(scenes.count) { scenes[$0].image(size: size) }
        let proper = scenes.map { $0.caption(firstSize: true, secondSize: true) }
        let told = try towers.texts(proper)
        let mean = DoubleMatrix(images.meanRow, rows: 1, columns: images.columns)
        func recall(_ texts: DoubleMatrix) throws -> Double {
            RetrievalRanks.imageToText(try PairedVectors(images: images, texts: texts, source: "scenes")).recall(at: 1)
        }
        func own(_ texts: DoubleMatrix) -> [Double] {
            (0..<texts.rows).map { i in dot(images.row(i), texts.row(i)) }
        }
        let before = try recall(told)
        return try WordShuffle.allCases.map { shuffle in
            let texts = try towers.texts(
                proper.enumerated().map { shuffle.shuffled($0.element, seed: seed, index: $0.offset) })
            let (seen, blind) = (
                zip(own(told), own(texts)).map { $0 > $1 },
                zip(told.times(mean, .transposed).values, texts.times(mean, .transposed).values).map { $0 > $1 }
            )
            return .init(
                shuffled: shuffle.rawValue, prefersProper: Proportion(seen), textOnly: Proportion(blind).value,
                recallBefore: before, recallAfter: try recall(texts))
        }
    }
}
