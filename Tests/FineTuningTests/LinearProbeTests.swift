import Foundation
import SynFineTuning
import SynTensors
import TestSupport
import Testing

/// Linear probes against scikit-learn: `Tests/Fixtures/finetuning/make_probe.py`.
@Suite struct LinearProbeTests {
    private struct Case: Decodable {
        let labels: Int
        let c: Double
        let x: [[Double]]
        let y: [Double]
        let weights: [[Double]]
        let biases: [Double]
        let answers: [Double]
    }

    @Test func fitsAreScikitLearns() throws {
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: Fixture.url("finetuning/probe.json")))
        #expect(cases.count == 5)
        for item in cases {
            let x = DoubleMatrix(item.x.flatMap(\.self), rows: item.x.count, columns: item.x[0].count)
            let probe = LinearProbe(x, item.y, labels: item.labels, c: item.c, tolerance: 1e-10)
            let weights = Closeness(probe.weights.values, item.weights.flatMap(\.self))
            #expect(weights.within(1e-5), "\(item.labels) labels: \(weights)")
            // Softmax has one bias too many: only differences count.
            let shift = item.labels > 2 ? probe.biases[0] - item.biases[0] : 0
            for (bias, truth) in zip(probe.biases, item.biases) { #expect(abs(bias - shift - truth) < 1e-5) }
            let answers = probe.answers(x)
            if item.labels == 0 {
                #expect(Closeness(answers, item.answers).within(1e-6))
            } else {
                #expect(answers == item.answers)
            }
        }
    }

    /// What can be told apart without an error has no largest fit without L2; with it there is one.
    @Test func separableLabelsEnd() {
        let x = DoubleMatrix([-2, -1, 1, 2], rows: 4, columns: 1)
        let probe = LinearProbe(x, [0, 0, 1, 1], labels: 2, c: 1)
        #expect(probe.answers(x) == [0, 0, 1, 1])
        #expect(probe.weights.values[0] > 0 && probe.weights.values[0] < 5)
    }
}
