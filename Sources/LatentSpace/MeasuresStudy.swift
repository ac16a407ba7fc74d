import SynReports
import SynRuns
import SynTensors

/// The measurements of `study space` that stand beside gap, searches, clusters and maps.
package struct MeasuresStudy: Sendable {
    private let pairs: PairedVectors
    private let scale: Double
    private let seed: UInt64

    package init(_ pairs: PairedVectors, scale: Double, seed: UInt64) {
        (self.pairs, self.scale, self.seed) = (pairs, scale, seed)
    }

    /// - Parameters:
    ///   - pictures: drawn portraits through a model; nil where only vectors are at hand, which leaves the experiments.
    ///   - progress: told which part begins, of how many.
    package func record(
        _ pictures: EncodedPictures?, progress: (_ part: String, _ done: Int, _ total: Int) throws -> Void
    ) throws -> LatentSpaceMeasures {
        let total = pictures == nil ? 1 : 7
        var found = LatentSpaceMeasures()
        try progress("experiments", 0, total)
        let experiments = PairExperiments(pairs)
        found.experiments = [
            ConeExperiment(seed: seed).record(), try SphereExperiment().record(), try experiments.minimum(),
            try experiments.closing(scale: scale),
        ]
        guard let pictures, pictures.known.portraits != nil else { return found }
        try progress("classes", 1, total)
        let classes = ClassificationStudy(pictures, seed: seed)
        found.classification = try ClassTask.Portraits.allCases.map { try classes.record($0.task(pictures.known)) }
        try progress("ways", 2, total)
        found.interpolation = try InterpolationStudy.portraitPairs.map {
            try InterpolationStudy.record(pictures, from: $0.0, to: $0.1, steps: 11, nearest: 10)
        }
        try progress("arithmetic", 3, total)
        found.arithmetic = try ArithmeticStudy(pictures, seed: seed).record(Arithmetic.sums)
        try progress("scenes", 4, total)
        found.composition = try CompositionStudy(pictures.towers, items: 100, seed: seed).record()
        try progress("tokens", 5, total)
        found.tokens = try TokensStudy(pictures, seed: seed).record()
        try progress("a changed picture", 6, total)
        let subject = try AugmentationSubject(picture: nil, portrait: 0, caption: nil)
        let changing = AugmentationStudy(
            pictures.towers, subject.image, caption: subject.caption, steps: 36, seed: seed)
        found.augmentation = AugmentationRecord(
            source: "\(pictures.towers.name) on \(subject.name)", caption: subject.caption,
            changes: try PictureChange.allCases.map { try changing.record($0) })
        return found
    }
}
