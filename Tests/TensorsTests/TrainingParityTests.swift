import SynTensors
import TestSupport
import Testing

/// The optimiser, the schedules, clipping, and ten whole steps of training against PyTorch.
@Suite struct TrainingParityTests {
    @Test func adamWTakesTorchsSteps() throws {
        let reference = try Reference()
        let parameters = try reference.series("adamw/in").map(\.ownParameter)
        let slopes = try reference.series("adamw/gradients")
        let rates = try reference("adamw/rates").floats
        let optimiser = AdamW(parameters, betas: (0.9, 0.95), weightDecay: [0.1, 0])
        var paths = parameters.map { _ in [Tensor]() }
        for step in 0..<10 {
            optimiser.step(gradients: slopes.map { $0.row(step) }, learningRate: rates[step])
            for (i, parameter) in parameters.enumerated() {
                paths[i].append(Tensor(parameter.floats, shape: [1] + parameter.shape))
            }
        }
        for (i, path) in paths.enumerated() {
            expectClose(
                concatenated(path, axis: 0), try reference("adamw/path\(i)"), "AdamW, parameter \(i), ten steps")
        }
    }

    @Test(arguments: [
        ("plateau, paper", PlateauSchedule(base: 5e-4, factor: 0.1, patience: 1, threshold: 0.5)),
        ("plateau, gentle", PlateauSchedule(base: 5e-4, factor: 0.5, patience: 2, threshold: 1e-2)),
        ("plateau, not a number", PlateauSchedule(base: 5e-4, factor: 0.1, patience: 1, threshold: 0.1)),
    ])
    func plateauFollowsTorch(_ name: String, _ start: PlateauSchedule) throws {
        let reference = try Reference()
        var schedule = start
        let rates = try reference("\(name)/losses").floats.map { loss in
            schedule.observe(loss)
            return schedule.rate
        }
        let expected = try reference("\(name)/rates").floats
        for (round, (rate, torchs)) in zip(rates, expected).enumerated() {
            #expect(abs(rate / torchs - 1) < 1e-5, "\(name), round \(round): \(rate), torch \(torchs)")
        }
    }

    @Test func cosineFollowsTorch() throws {
        let schedule = CosineSchedule(base: 3e-3, warmup: 5, total: 20, floor: 1e-4)
        let rates = (0...20).map(schedule.rate(at:))
        expectClose(Tensor(rates, shape: [21]), try Reference()("cosine/rates"), "cosine schedule")
    }

    @Test(arguments: [("clipped", Float(1)), ("not clipped", 100)])
    func clippingFollowsTorch(_ name: String, _ limit: Float) throws {
        let reference = try Reference()
        let found = clipped(try reference.series("\(name)/in"), toNorm: limit)
        expectClose(Tensor(found.norm), try reference("\(name)/norm"), "\(name), norm")
        for (i, gradient) in found.gradients.enumerated() {
            expectClose(gradient, try reference("\(name)/out\(i)"), "\(name), gradient \(i)")
        }
    }

    /// Two layers, GELU, cross-entropy, clipping and AdamW: ten losses, ten norms, and where the weights end.
    @Test func tenStepsOfTrainingFollowTorch() throws {
        let reference = try Reference()
        let (x, targets) = (try reference("training/x"), try reference("training/targets"))
        let weights = try reference.series("training/start").map(\.ownParameter)
        let optimiser = AdamW(weights, betas: (0.9, 0.95), weightDecay: [0.01, 0.01, 0.01, 0.01])
        var (losses, norms): ([Float], [Float]) = ([], [])
        for _ in 0..<10 {
            let hidden = x.linear(weights[0], weights[1], then: .gelu)   // [12, 21]
            let loss = hidden.linear(weights[2], weights[3]).crossEntropy(targets)
            let (slopes, norm) = clipped(gradients(of: loss, for: weights), toNorm: 0.5)
            optimiser.step(gradients: slopes, learningRate: 0.03)
            losses.append(loss.item)
            norms.append(norm)
        }
        expectClose(Tensor(losses, shape: [10]), try reference("training/losses"), "training, losses")
        expectClose(Tensor(norms, shape: [10]), try reference("training/norms"), "training, norms")
        for (i, weight) in weights.enumerated() {
            expectClose(weight, try reference("training/end\(i)"), "training, weights \(i)")
        }
    }
}

extension Tensor {
    /// A copy that may be trained: what is read from a file stays as it is.
    fileprivate var ownParameter: Tensor { Tensor(floats, shape: shape).asParameter() }

    /// One row of the first axis.
    fileprivate func row(_ i: Int) -> Tensor { rows(at: [i]).reshaped(Array(shape.dropFirst())) }
}
