import SynCheckpoints
import SynTensors
import SynTraining
import TestSupport
import Testing

/// Every objective against PyTorch: the loss, and the gradient of all that it is a function of.
@Suite struct ObjectiveTests {
    static func reference(_ name: String) throws -> Tensor {
        try SafetensorsFile(Fixture.url("training/objectives.safetensors")).tensor(name)
    }

    /// - Parameter count: of the objective's inputs.
    private func check(
        _ name: String, inputs count: Int, sourceLocation: SourceLocation = #_sourceLocation,
        _ loss: ([Tensor]) throws -> Tensor
    ) throws {
        let inputs = try (0..<count).map { try Self.reference("\(name)/in\($0)").asParameter() }
        let found = try loss(inputs)
        try expectClose(found.detached, "\(name)/loss", sourceLocation)
        for (i, gradient) in gradients(of: found, for: inputs).enumerated() {
            try expectClose(gradient, "\(name)/grad\(i)", sourceLocation)
        }
    }

    private func expectClose(_ found: Tensor, _ name: String, _ sourceLocation: SourceLocation) throws {
        let expected = try Self.reference(name)
        #expect(found.shape == expected.shape, "\(name)", sourceLocation: sourceLocation)
        let closeness = Closeness(found.floats, expected.floats)
        print("\(name): \(closeness)")
        #expect(closeness.within(1e-5), "\(name): \(closeness)", sourceLocation: sourceLocation)
    }

    @Test func contrastive() throws {
        try check("contrastive", inputs: 3) { inputs in
            let pairs = PairedVectors(images: inputs[0], captions: inputs[1], logScale: inputs[2])
            let expected = try Self.reference("contrastive/accuracy").item
            #expect(Float(Contrastive.accuracy(pairs.cosines)) == expected)
            return Contrastive().loss(pairs)
        }
    }

    /// The order of a batch says nothing.
    @Test func contrastiveDoesNotDependOnTheOrder() throws {
        let (images, captions) = (try Self.reference("contrastive/in0"), try Self.reference("contrastive/in1"))
        func loss(_ order: [Int]) -> Float {
            let pairs = PairedVectors(
                images: images.rows(at: order), captions: captions.rows(at: order), logScale: Tensor(1))
            return Contrastive().loss(pairs).item
        }
        let (one, other) = (loss(Array(0..<7)), loss([3, 6, 0, 1, 5, 2, 4]))
        #expect(abs(one - other) < 1e-6, "\(one), \(other)")
    }

    @Test func maskedLanguage() throws {
        let answers = try Self.reference("masked/answers")
        try check("masked", inputs: 1) { MaskedLanguage.loss($0[0], answers) }
    }

    @Test func nextToken() throws {
        let tokens = try Self.reference("next/tokens")
        try check("next", inputs: 1) { NextToken.loss($0[0], tokens) }
        #expect(abs(NextToken.bits(0.6931471805599453) - 1) < 1e-15)
    }

    @Test func reconstruction() throws {
        let objective = Reconstruction(attention: try Self.reference("reconstruction/attention"))
        try check("reconstruction", inputs: 2) { objective.loss($0[0], $0[1]) }
        #expect(abs(Reconstruction.psnr(0.04) - 20) < 1e-6)
    }

    @Test func balancedLabels() throws {
        let truth = try Self.reference("balanced/truth").floats
        let frequencies = try Self.reference("balanced/frequencies").floats
        try check("balanced", inputs: 1) {
            Classification.balancedLoss($0[0], truth: truth, frequencies: frequencies)
        }
    }

    @Test func accuracies() {
        let logits = Tensor([0, 2, 1, 5, 4, 3, -1, -3, -2, 1, 1, 2] as [Float], shape: [4, 3])
        #expect(Classification.accuracy(logits, Tensor([1, 0, 1, 2] as [Int32], shape: [4])) == 0.75)
        #expect(Classification.accuracy(logits, truth: [0, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1]) == 10.0 / 12)
    }
}
