import SynTensors
import TestSupport
import Testing

/// Dropout of attention's shares: the same numbers and gradients as the steps of which attention is made.
@Suite struct AttentionDropoutTests {
    private static let (batch, time, width) = (2, 5, 6)

    private func inputs() -> [Tensor] {
        var stream = RandomStream(seed: 5, purpose: "inputs")
        return (0..<3).map { _ in Tensor.normal([Self.batch, Self.time, Self.width], &stream).asParameter() }
    }

    private func dropout(_ rate: Float) -> Dropout {
        Dropout(0, attention: rate, RandomStream(seed: 9, purpose: "dropout"))
    }

    @Test func isWhatItsStepsMake() {
        let parts = inputs()
        // One head: softmax of q·kᵀ/√d, dropped, times v.
        let scores = parts[0].matmul(parts[1].transposed(axes: [0, 2, 1])) * (1 / Float(Self.width).squareRoot())
        var stream = RandomStream(seed: 9, purpose: "dropout")
        let expected = scores.softmax().dropout(0.4, &stream).matmul(parts[2])
        let found = attention(query: parts[0], key: parts[1], value: parts[2], heads: 1, dropout: dropout(0.4))
        #expect(Closeness(found.detached.floats, expected.detached.floats).within(1e-5))

        var weights = RandomStream(seed: 2, purpose: "weights")
        let mix = Tensor.normal(found.shape, &weights)
        let slopes = gradients(of: (found * mix).mean(), for: parts)
        let truths = gradients(of: (expected * mix).mean(), for: parts)
        for (slope, truth) in zip(slopes, truths) { #expect(Closeness(slope.floats, truth.floats).within(1e-5)) }
    }

    /// A mask is made on all threads at once, and is that of one number after another.
    @Test func masksAreOneNumberAfterAnother() {
        let shape = [3, 70_001]
        var (stream, single) = (
            RandomStream(seed: 4, purpose: "mask"), RandomStream(seed: 4, purpose: "mask")
        )
        let found = Tensor.full(shape, 1).dropout(0.25, &stream).floats
        let expected = found.map { _ in single.uniform() < 0.25 ? 0 : 1 / Float(0.75) }
        #expect(found == expected)
        #expect(stream.next() == single.next())
    }

    @Test func joinedPartsDropTheSame() {
        let parts = inputs()
        let joined = concatenated(parts.map(\.detached), axis: 2)
        let one = attention(
            query: parts[0], key: parts[1], value: parts[2], heads: 2, mask: .causal, dropout: dropout(0.3))
        let other = attention(queryKeyValue: joined, heads: 2, mask: .causal, dropout: dropout(0.3))
        #expect(Closeness(other.floats, one.detached.floats).within(1e-6))
        // Without a rate nothing drops out, and nothing is drawn.
        let whole = attention(query: parts[0], key: parts[1], value: parts[2], heads: 2)
        let none = attention(query: parts[0], key: parts[1], value: parts[2], heads: 2, dropout: dropout(0))
        #expect(none.detached.floats == whole.detached.floats)
        #expect(
            one.detached.floats
                != attention(query: parts[0], key: parts[1], value: parts[2], heads: 2, mask: .causal).detached.floats)
    }
}
