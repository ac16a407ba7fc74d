import Foundation
import SynImages
import SynMetrics
import SynModels
import SynRuns
import SynTensors
import TestSupport
import Testing

@Suite("Inception Score")
struct ScoresInceptionTests {
    @Test("equals torch-fidelity's for the same logits in the same order")
    func parity() throws {
        for reference in try ScoresReference().inception_scores {
            let name = "\(reference.name ?? "") over \(reference.splits)"
            let logits = try ScoresReference.tensor("logits.\(reference.name ?? "")")
            let found = try InceptionScore.score(ofLogits: logits, splits: reference.splits, order: reference.order)
            #expect(relativeError(found.mean, reference.mean, "\(name), mean") < 1e-13)
            // Deviations of nearly equal scores are small differences of numbers about 1.
            print("\(name), deviation: \(found.deviation), error \(abs(found.deviation - reference.deviation))")
            #expect(abs(found.deviation - reference.deviation) < 1e-13)
            #expect(found.splits == reference.splits)
        }
    }

    @Test("our own order is the seed's, and matters only where there are splits")
    func order() throws {
        let logits = try ScoresReference.tensor("logits.lively")
        let first = try InceptionScore.score(ofLogits: logits)
        #expect(try InceptionScore.score(ofLogits: logits, splits: 10, seed: 2020) == first)
        #expect(try InceptionScore.score(ofLogits: logits, seed: 7) != first)
        let whole = try InceptionScore.score(ofLogits: logits, splits: 1)
        let other = try InceptionScore.score(ofLogits: logits, splits: 1, seed: 7)
        #expect(abs(whole.mean - other.mean) < 1e-12 && whole.deviation == 0 && whole.mean > first.mean)
    }

    @Test("certain and even classes give the number of classes; logits beyond exp's range are no trouble")
    func extremes() throws {
        for height in [Float(50), 3e4, 1e30] {
            let logits = Tensor((0..<16).map { $0 % 5 == 0 ? height : 0 }, shape: [4, 4])
            #expect(abs(try InceptionScore.score(ofLogits: logits, splits: 1).mean - 4) < 1e-12)
        }
        // Two classes that nobody is in: torch-fidelity has no number for these.
        let absent = Tensor([0, 0, -1e4, -1e5, 0, 0, -1e4, -1e5], shape: [2, 4])
        #expect(abs(try InceptionScore.score(ofLogits: absent, splits: 1).mean - 1) < 1e-15)
    }

    @Test("too few pictures, no split and undefined logits are sentences; one picture scores 1")
    func guards() throws {
        func refusal(_ logits: Tensor, splits: Int) -> String? {
            #expect(throws: UserError.self) { _ = try InceptionScore.score(ofLogits: logits, splits: splits) }?
                .description
        }
        let three = Tensor([1.0, 2, 3, 4, 5, 6], shape: [3, 2])
        #expect(
            refusal(three, splits: 10)
                == "an Inception Score over 10 splits needs at least 10 pictures, not 3; lower scores.splits or draw "
                + "more"
        )
        #expect(refusal(three, splits: 0)?.contains("at least 1 split, not 0") == true)
        #expect(
            refusal(Tensor([Float](), shape: [0, 2]), splits: 1)?.contains("not 0; there is nothing to score") == true)
        #expect(
            refusal(Tensor([1, 2, .infinity, 4], shape: [2, 2]), splits: 1)
                == "class 1 of picture 2 has a logit of inf, not a finite number")
        let one = try InceptionScore.score(ofLogits: Tensor([1.0, 2], shape: [1, 2]), splits: 1)
        #expect(abs(one.mean - 1) < 1e-15 && one.deviation == 0)
        let each = try InceptionScore.score(ofLogits: three, splits: 3)
        #expect(abs(each.mean - 1) < 1e-15 && each.deviation < 1e-15)
    }
}

@Suite("Inception Score of pictures")
struct ScoresPicturesTests {
    let network: InceptionV3
    let pictures: [Image]

    init() throws {
        network = try InceptionV3(folder: Fixture.url("models/inception"))
        pictures = try ScoresReference.pictures("inception")
    }

    func score(_ logits: Tensor, _ reference: ScoresReference.Inception) throws -> InceptionScore.Result {
        let sharpened = (logits - logits.mean(axis: 0)) * reference.gain   // [pictures, classes]
        return try InceptionScore.score(ofLogits: sharpened, splits: reference.splits, order: reference.order)
    }

    @Test("from bytes to the scores, equal to torch-fidelity's")
    func standard() throws {
        let reference = try ScoresReference().inception
        let inputs = pictures.map { InceptionScore.input($0, network.configuration) }
        let found = network.features(of: concatenated(inputs, axis: 0))
        let logits = Closeness(found.logitsWithoutBias.floats, try ScoresReference.tensor("inception.logits").floats)
        let features = Closeness(found.features2048.floats, try ScoresReference.tensor("inception.features").floats)
        print("logits: \(logits)\nfeatures: \(features)")
        #expect(logits.within(1e-5) && features.within(1e-5))
        let score = try score(found.logitsWithoutBias, reference.standard)
        #expect(relativeError(score.mean, reference.standard.mean, "Inception Score") < 1e-4)
        #expect(relativeError(score.deviation, reference.standard.deviation, "its deviation") < 1e-4)
        let distance = try FrechetDistance(
            between: found.features2048.slice(axis: 0, from: 0, to: 12),
            and: found.features2048.slice(axis: 0, from: 12, to: 23))
        #expect(relativeError(distance.value, reference.distance, "Fréchet distance") < 1e-4)
    }

    @Test("the published input is the released code's: all but black, and so is its score")
    func published() throws {
        let reference = try ScoresReference().inception
        let input = concatenated(pictures.map { InceptionScore.publishedInput($0, network.configuration) }, axis: 0)
        #expect(input.floats.allSatisfy { (0...1).contains($0) } && input.floats.contains(1))
        let found = network.features(of: input)
        let expected = try ScoresReference.tensor("inception.black")
        let logits = Closeness(found.logitsWithoutBias.floats, expected.floats)
        // What is left of the pictures: how their logits differ from the mean picture's.
        let differences = Closeness(
            (found.logitsWithoutBias - found.logitsWithoutBias.mean(axis: 0)).floats,
            (expected - expected.mean(axis: 0)).floats)
        print("black logits: \(logits)\nblack differences: \(differences)")
        #expect(logits.within(1e-5) && differences.within(5e-3))
        let score = try score(found.logitsWithoutBias, reference.published)
        #expect(relativeError(score.mean, reference.published.mean, "as published") < 1e-3)
        #expect(abs(score.mean - reference.standard.mean) > 0.1)
    }
}
