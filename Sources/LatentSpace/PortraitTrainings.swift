import SynImages
import SynPortraits
import SynRuns
import SynTensors
import SynTraining

/// Trainings that learn from one stream of drawn portraits, which no other training sees. They walk along it together,
/// so that every portrait is drawn once, whoever learns from it.
struct PortraitTrainings {
    struct Member {
        let name: String
        let training: TowerTraining
        let steps: Int
        let batch: Int

        /// How many pairs it learns from.
        var pairs: Int { steps * batch }
    }

    let members: [Member]
    /// Of the choice of captions.
    let seed: UInt64

    /// Trains all to their ends, from where the folder's states stand.
    ///
    /// - Parameter progress: told how many pairs all have learnt from, of how many; first where it begins.
    func run(in folder: TrainingFolder, progress: (_ done: Int, _ total: Int) throws -> Void) throws {
        let walkers = try members.map {
            (member: $0, trainer: try $0.training.trainer($0.name, steps: $0.steps, in: folder))
        }
        let (total, window) = (members.reduce(0) { $0 + $1.pairs }, members.map(\.batch).max() ?? 1)
        var clock = SavingClock()
        func places() -> [Int] { walkers.filter { !$0.trainer.isFinished }.map { $0.trainer.step * $0.member.batch } }
        func tell() throws { try progress(walkers.reduce(0) { $0 + $1.trainer.step * $1.member.batch }, total) }
        func save() throws { for walker in walkers { try walker.trainer.saveState() } }
        try tell()
        while let start = places().min() {
            let drawn = try Stretch(start..<start + window, for: members[0].training.towers)
            for (member, trainer) in walkers {
                while !trainer.isFinished, let batch = drawn.batch(trainer.step, of: member.batch, seed: seed) {
                    try member.training.step(trainer, on: batch)
                }
                try tell()
                try clock.saveIfDue(folder.interruption) { try save() }
                try folder.interruption.check()
            }
        }
        try save()   // measuring may be stopped, too
    }

    /// A stretch of the stream, drawn and prepared.
    private struct Stretch {
        private let places: Range<Int>
        private let images: [Image]
        private let captions: [[String]]

        init(_ places: Range<Int>, for towers: TwoTowers) throws {
            let first = PortraitRange.experiments.first
            let drawn = PortraitBatch(
                PortraitWorld(), first + places.lowerBound..<first + places.upperBound, size: 64)
            images = try parallelMap(drawn.images.count) { try towers.images.prepared(drawn.images[$0]) }
            captions = drawn.captions
            self.places = places
        }

        /// A step's pictures, each with one of its captions; nil where they are not all in this stretch.
        func batch(_ step: Int, of size: Int, seed: UInt64) -> TowerTraining.Batch? {
            let range = step * size..<(step + 1) * size
            guard places.contains(range) else { return nil }
            let own = range.lowerBound - places.lowerBound..<range.upperBound - places.lowerBound
            var stream = RandomStream(seed: seed, purpose: "captions", index: step)
            return .init(images: Array(images[own]), captions: captions[own].map { $0[stream.below($0.count)] })
        }
    }
}
