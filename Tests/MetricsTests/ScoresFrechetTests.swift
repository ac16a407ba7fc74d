import SynMetrics
import SynRuns
import SynTensors
import TestSupport
import Testing

@Suite("Fréchet distance")
struct ScoresFrechetTests {
    @Test("equals torch-fidelity's and scipy's, and stays exact where covariances are singular")
    func parity() throws {
        for reference in try ScoresReference().distances {
            let first = try ScoresReference.features("\(reference.name).first")
            let second = try ScoresReference.features("\(reference.name).second")
            let distance = try FrechetDistance(between: first, and: second)
            #expect(relativeError(distance.value, reference.exact, "\(reference), exact") < 1e-10)
            #expect(relativeError(distance.value, reference.torch_fidelity, "\(reference), torch-fidelity") < 1e-6)
            #expect(relativeError(distance.value, reference.torch_fidelity_single, "\(reference), in single") < 1e-6)
            if let scipy = reference.scipy {
                #expect(relativeError(distance.value, scipy, "\(reference), scipy") < 1e-10)
            }
            #expect(distance.hasSingularCovariance == (reference.scipy == nil))
            #expect((distance.warning == nil) == (reference.scipy != nil))
            let reverse = try FrechetDistance(between: second, and: first)
            #expect(relativeError(reverse.value, distance.value, "\(reference), reversed") < 1e-12)
            #expect(reverse.firstCount == second.size(0) && reverse.secondCount == first.size(0))
        }
    }

    @Test("a set is nowhere from itself, |shift|² from itself shifted, and tr Σ from itself stretched by two")
    func knownDistances() throws {
        let first = try ScoresReference.features("plain.first")
        let statistics = try FeatureStatistics(of: first)
        let itself = try FrechetDistance(between: statistics, and: statistics)
        print("from itself: \(itself.value)")
        #expect(abs(itself.value) < 1e-11 * statistics.covariance.trace)
        #expect(itself.featureCount == 23 && itself.firstCount == 97)
        // Powers of two and a small shift of halves are exact in single precision.
        let shifted = Tensor(first.floats.map { ($0 * 256).rounded() / 256 }, shape: first.shape)
        let moved = try FrechetDistance(between: shifted, and: shifted + 0.5)
        #expect(relativeError(moved.value, 23 * 0.25, "shifted") < 1e-10)
        let spread = try FeatureStatistics(of: shifted)
        let stretch = spread.mean.reduce(0) { $0 + $1 * $1 } + spread.covariance.trace
        let stretched = try FrechetDistance(between: shifted, and: shifted * 2)
        #expect(relativeError(stretched.value, stretch, "stretched") < 1e-10)
        let still = try FrechetDistance(between: Tensor.full([5, 3], 2), and: Tensor.full([4, 3], 4))
        #expect(still.value == 12)
    }

    @Test("one picture, none, another network or an undefined feature are sentences")
    func guards() throws {
        let some = Tensor([1.0, 2, 3, 5, 8, 13], shape: [3, 2])
        func refusal(_ first: Tensor, _ second: Tensor) -> String? {
            let complaint = #expect(throws: UserError.self) { _ = try FrechetDistance(between: first, and: second) }
            return complaint?.description
        }
        let few = "a Fréchet distance needs at least 2 pictures on each side, better more than 2; found "
        #expect(refusal(some, Tensor([1.0, 2], shape: [1, 2])) == few + "1")
        #expect(refusal(Tensor([Float](), shape: [0, 2]), some) == few + "0")
        #expect(
            refusal(some, Tensor.zeros([3, 4]))?.contains("features of one network, not 2 of one picture and 4") == true
        )
        #expect(
            refusal(some, Tensor([1, 2, 3, .nan], shape: [2, 2]))
                == "feature 2 of picture 2 is nan, not a finite number")
        let two = try FrechetDistance(between: some, and: some.slice(axis: 0, from: 0, to: 2))
        #expect(two.hasSingularCovariance && two.warning?.contains("3 and 2 pictures with 2 features") == true)
        let three = try FrechetDistance(between: some, and: some)
        #expect(!three.hasSingularCovariance && three.warning == nil)
    }
}
