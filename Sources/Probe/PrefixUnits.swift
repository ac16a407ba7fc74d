import SynModels
import SynRuns
import SynTensors
import SynTraining

/// Prefixes written as steps away from one of them, in directions and units in which the frozen decoder is equally
/// sensitive: prefix = origin + C · step, with C the inverse root of the Fisher information at the origin.
///
/// The decoder's loss bends ten million times as much along some directions of the prefix as along others, and an
/// optimiser that knows components alone, such as AdamW, has no rate that suits both. With these units a rate means
/// as much in each direction. Together with whitened caption vectors (``VectorScaling``) these are the two factors of
/// the Fisher information of one linear layer (K-FAC; Martens and Grosse 2015), held as they are at the origin.
///
/// It is no layer of its own: ``folded(_:)`` puts it into the adapter, which stays one linear layer.
package struct PrefixUnits: Sendable {
    let origin: Tensor   // [K·W]
    let matrix: Tensor   // [K·W, K·W], symmetric

    /// What is added to every eigenvalue, as a share of their mean: directions that the decoder hardly feels at the
    /// origin are not gone along without bound, for it feels them farther away.
    static let ridge = 0.3

    /// - Parameters:
    ///   - origin: a prefix [K, W].
    ///   - matrix: ``matrix(of:)`` of gradients there.
    package init(origin: Tensor, matrix: Tensor) {
        (self.origin, self.matrix) = (origin.reshaped([origin.count]), matrix)
    }

    /// The inverse root of the Fisher information GᵀG / n, see ``DoubleMatrix/inverseRoot(ridge:)``; nil where a
    /// gradient is no number.
    ///
    /// - Parameter gradients: [n, K·W], of each picture's loss by the prefix.
    package static func matrix(of gradients: Tensor) throws -> Tensor? {
        // The divisor n cancels out.
        let rows = DoubleMatrix(gradients)
        let root = try rows.times(rows, from: .transposed).inverseRoot(ridge: ridge)
        return root.map { Tensor($0.values.map(Float.init), shape: [$0.rows, $0.columns]) }
    }

    /// Steps [batch, K, W] → prefixes [batch, K, W]. Differentiable.
    package func callAsFunction(_ steps: Tensor) -> Tensor {
        steps.reshaped([steps.size(0), origin.count]).linear(matrix, origin).reshaped(steps.shape)
    }

    /// The adapter that gives the prefixes that are so many steps of `adapter` away.
    package func folded(_ adapter: Adapter) -> Adapter {
        let units = DoubleMatrix(matrix.moved(to: nil))
        let weight = units.times(DoubleMatrix(adapter.weight))
        let bias = units.times(DoubleMatrix(adapter.bias.floats.map(Double.init), rows: origin.count, columns: 1))
        let start = origin.moved(to: nil).floats
        return Adapter(
            weight: Tensor(weight.values.map(Float.init), shape: adapter.weight.shape),
            bias: Tensor(zip(bias.values, start).map { Float($0 + Double($1)) }, shape: adapter.bias.shape),
            width: adapter.width)
    }

    package func moved(to device: any Device) -> PrefixUnits {
        PrefixUnits(origin: origin.moved(to: device), matrix: matrix.moved(to: device))
    }
}

extension ProbeFeatures {
    /// The units of steps away from a prefix [K, width], from gradients there of the first pictures of the training
    /// split: 512 of them, or twice as many as the prefix has numbers. Nothing of captions is in them either.
    func prefixUnits(at prefix: Tensor, _ name: String) throws -> PrefixUnits {
        let (tokens, decoder) = (try tokens(.training), try session.models().decoder)
        let size = prefix.count
        let pictures = min(tokens.size(0), max(512, 2 * size))
        let key = [
            "prefix units", session.inputs.hash(ofModel: "decoder"), session.data.identity, "\(pictures)",
            "\(PrefixUnits.ridge) \(decoder.transformer.computeType)", prefix.floats.description,
        ]
        let matrix = try cache.tensor(
            name, "matrix", key: key,
            isSound: { $0.elementType == .float32 && $0.shape == [size, size] && $0.floats.allSatisfy(\.isFinite) }
        ) {
            var rows: [Tensor] = []
            for places in batches(Array(0..<pictures), of: 32) {
                try session.tell("sensitivity of the decoder", places.first ?? 0, of: pictures)
                rows.append(try sensitivity(of: decoder, tokens.rows(at: places), at: prefix))
            }
            guard let matrix = try PrefixUnits.matrix(of: concatenated(rows, axis: 0)) else {
                throw UserError(
                    .badData,
                    "\(session.settings.decoder): a gradient by the prefix is no number; its weights may be damaged")
            }
            return matrix
        }
        return PrefixUnits(origin: prefix, matrix: matrix)
    }

    /// Of each picture's loss, summed over its tokens, by the prefix: [pictures, K·W].
    private func sensitivity(of decoder: ImageDecoder, _ tokens: Tensor, at prefix: Tensor) throws -> Tensor {
        let (pictures, shape) = (tokens.size(0), prefix.shape)
        let repeated = Tensor(
            Array(repeating: prefix.floats, count: pictures).flatMap(\.self), shape: [pictures] + shape)
        let prefixes = (decoder.device.map { repeated.moved(to: $0) } ?? repeated).asParameter()
        let loss = NextToken.loss(decoder.logits(of: tokens, prefix: prefixes), tokens) * Float(tokens.count)
        let found = gradients(of: loss, for: [prefixes])
        try decoder.device?.check()
        return found[0].moved(to: nil).reshaped([pictures, prefix.count])
    }
}
